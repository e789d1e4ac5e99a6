// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/time.hpp"

#include <fmt/format.h>

#include <array>

namespace cel {
namespace {

constexpr std::int64_t kDay = 86'400;

// Days since 1970-01-01 in the proleptic Gregorian calendar, month from 1 (Howard Hinnant's days_from_civil).
std::int64_t days_of(std::int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
}

struct Date {
  std::int64_t year;
  int month, day;  // from 1
};

Date date_of(std::int64_t days) {
  days += 719'468;
  const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const std::int64_t doe = days - era * 146'097;
  const std::int64_t yoe = (doe - doe / 1460 + doe / 36'524 - doe / 146'096) / 365;
  const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const std::int64_t mp = (5 * doy + 2) / 153;
  const int month = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
  return {yoe + era * 400 + (month <= 2 ? 1 : 0), month, static_cast<int>(doy - (153 * mp + 2) / 5 + 1)};
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

// Exactly `count` digits at the front of the text, taken off it.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

// ".123": nanoseconds, at most nine digits count.
std::optional<std::int32_t> take_fraction(std::string_view& text) {
  std::int32_t nanos = 0, unit = 100'000'000;
  std::size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    nanos += (text[digits] - '0') * unit;
    unit /= 10;
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(digits);
  return nanos;
}

bool is_leap(int year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int days_in(int year, int month) {
  constexpr std::array kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

std::optional<std::int64_t> take_seconds(std::string_view& text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day || !take(text, 'T')) return std::nullopt;
  const auto hour = take_digits(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || !take(text, ':')) return std::nullopt;
  const auto second = take_digits(text, 2);
  if (!second || *month < 1 || *month > 12 || *day < 1 || *day > days_in(*year, *month) || *hour > 23 || *minute > 59 ||
      *second > 59)
    return std::nullopt;
  return days_of(*year, *month, *day) * kDay + *hour * 3600 + *minute * 60 + *second;
}

struct Unit {
  std::string_view name;
  std::int64_t nanos;
};
// Longer names first: "ms" before "m".
constexpr std::array kUnits{Unit{"ns", 1},
                            Unit{"us", 1000},
                            Unit{"\xc2\xb5s", 1000},
                            Unit{"\xce\xbcs", 1000},
                            Unit{"ms", 1'000'000},
                            Unit{"s", kNanosPerSecond},
                            Unit{"m", 60 * kNanosPerSecond},
                            Unit{"h", 3600 * kNanosPerSecond}};

__extension__ typedef __int128 Wide;

// "1.5h", taken off the text: nanoseconds, never negative.
std::optional<Wide> take_term(std::string_view& text) {
  Wide whole = 0, fraction = 0, scale = 1;
  std::size_t digits = 0;
  bool in_fraction = false;
  for (; !text.empty(); text.remove_prefix(1)) {
    const char c = text.front();
    if (c == '.' && !in_fraction) {
      in_fraction = true;
    } else if (c >= '0' && c <= '9') {
      ++digits;
      if (!in_fraction) whole = whole * 10 + (c - '0');
      if (in_fraction && scale < 1'000'000'000'000'000) {
        fraction = fraction * 10 + (c - '0');
        scale *= 10;
      }
      if (whole > static_cast<Wide>(INT64_MAX) + 1) return std::nullopt;
    } else {
      break;
    }
  }
  if (digits == 0) return std::nullopt;
  for (const Unit& unit : kUnits) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    return whole * unit.nanos + fraction * unit.nanos / scale;
  }
  return std::nullopt;
}

std::string fraction_text(std::int64_t nanos) {
  if (nanos == 0) return "";
  std::string digits = fmt::format(".{:09}", nanos);
  while (digits.back() == '0') digits.pop_back();
  return digits;
}

bool in_range(std::int64_t seconds) {
  return seconds >= kFirstSecond && seconds <= kLastSecond;
}

}  // namespace

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  const auto seconds = take_seconds(text);
  if (!seconds) return std::nullopt;
  Timestamp time{*seconds, 0};
  if (take(text, '.')) {
    const auto nanos = take_fraction(text);
    if (!nanos) return std::nullopt;
    time.nanos = *nanos;
  }
  if (!take(text, 'Z')) {
    const bool west = !text.empty() && text.front() == '-';
    if (!west && (text.empty() || text.front() != '+')) return std::nullopt;
    text.remove_prefix(1);
    const auto hours = take_digits(text, 2);
    if (!hours || !take(text, ':')) return std::nullopt;
    const auto minutes = take_digits(text, 2);
    if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    const int offset = *hours * 3600 + *minutes * 60;
    time.seconds += west ? offset : -offset;
  }
  if (!text.empty() || !in_range(time.seconds)) return std::nullopt;
  return time;
}

std::string to_string(Timestamp time) {
  const Calendar c = calendar(time, 0);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", c.year, c.month + 1, c.day + 1, c.hours, c.minutes,
                     c.seconds, fraction_text(time.nanos));
}

std::optional<Duration> parse_duration(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  if (text == "0") return Duration{};
  if (text.empty()) return std::nullopt;
  Wide total = 0;
  while (!text.empty()) {
    const auto term = take_term(text);
    if (!term) return std::nullopt;
    total += *term;
    if (total > static_cast<Wide>(INT64_MAX) + 1) return std::nullopt;
  }
  if (negative) total = -total;
  if (total > INT64_MAX) return std::nullopt;
  return Duration{static_cast<std::int64_t>(total)};
}

std::string to_string(Duration duration) {
  const std::int64_t seconds = duration.nanos / kNanosPerSecond;
  const std::int64_t nanos = duration.nanos % kNanosPerSecond;
  const bool negative = duration.nanos < 0;
  return fmt::format("{}{}{}s", negative ? "-" : "", negative ? -seconds : seconds,
                     fraction_text(negative ? -nanos : nanos));
}

std::optional<Timestamp> add(Timestamp time, Duration duration) {
  std::int64_t nanos = time.nanos + duration.nanos % kNanosPerSecond;
  const std::int64_t seconds = time.seconds + duration.nanos / kNanosPerSecond + floor_div(nanos, kNanosPerSecond);
  nanos -= floor_div(nanos, kNanosPerSecond) * kNanosPerSecond;
  if (!in_range(seconds)) return std::nullopt;
  return Timestamp{seconds, static_cast<std::int32_t>(nanos)};
}

std::optional<Duration> subtract(Timestamp a, Timestamp b) {
  const Wide nanos = static_cast<Wide>(a.seconds - b.seconds) * kNanosPerSecond + (a.nanos - b.nanos);
  if (nanos > INT64_MAX || nanos < INT64_MIN) return std::nullopt;
  return Duration{static_cast<std::int64_t>(nanos)};
}

Calendar calendar(Timestamp time, std::int64_t offset_seconds) {
  const std::int64_t local = time.seconds + offset_seconds;
  const std::int64_t days = floor_div(local, kDay);
  const std::int64_t rest = local - days * kDay;
  const Date date = date_of(days);
  Calendar c;
  c.year = date.year;
  c.month = date.month - 1;
  c.day = date.day - 1;
  c.day_of_week = static_cast<int>(((days + 4) % 7 + 7) % 7);
  c.day_of_year = static_cast<int>(days - days_of(date.year, 1, 1));
  c.hours = static_cast<int>(rest / 3600);
  c.minutes = static_cast<int>(rest / 60 % 60);
  c.seconds = static_cast<int>(rest % 60);
  return c;
}

std::optional<std::int64_t> zone_offset(std::string_view zone) {
  if (zone.empty() || zone == "UTC") return 0;
  const bool west = zone.front() == '-';
  if (west || zone.front() == '+') zone.remove_prefix(1);
  const auto hours = take_digits(zone, zone.find(':') == 1 ? 1 : 2);
  if (!hours || !take(zone, ':')) return std::nullopt;
  const auto minutes = take_digits(zone, zone.size() == 1 ? 1 : 2);
  if (!minutes || !zone.empty() || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::int64_t offset = *hours * 3600 + *minutes * 60;
  return west ? -offset : offset;
}

}  // namespace cel
