// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/cron_job/schedule.hpp"

#include <array>
#include <charconv>
#include <string>
#include <vector>

namespace controllers {
namespace {

struct Bounds {
  int low;
  int high;
  const std::vector<std::string_view>* names;  // of low, low + 1 …
};

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> out;
  std::size_t from = 0;
  while (from <= text.size()) {
    const std::size_t to = std::min(text.find(at, from), text.size());
    out.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  return out;
}

std::optional<int> number_of(std::string_view text) {
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc{} || stop != end || value < 0) return std::nullopt;
  return value;
}

bool same_word(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if ((a[i] | 0x20) != (b[i] | 0x20)) return false;
  }
  return true;
}

std::optional<int> value_of(std::string_view text, const Bounds& bounds) {
  if (bounds.names) {
    for (std::size_t i = 0; i < bounds.names->size(); ++i) {
      if (same_word(text, (*bounds.names)[i])) return bounds.low + static_cast<int>(i);
    }
  }
  return number_of(text);
}

bool is_star(std::string_view text) {
  return text == "*" || text == "?";
}

// One of a list: "5", "1-5", "*/2", "10/5" (from 10 to the end).
bool add_range(std::string_view text, const Bounds& bounds, std::uint64_t& bits) {
  const auto parts = split(text, '/');
  if (parts.size() > 2) return false;
  const int step = parts.size() == 2 ? number_of(parts[1]).value_or(0) : 1;
  if (step < 1) return false;
  int first = bounds.low, last = bounds.high;
  if (!is_star(parts[0])) {
    const auto ends = split(parts[0], '-');
    const auto from = value_of(ends[0], bounds);
    const auto to = ends.size() == 2 ? value_of(ends[1], bounds) : from;
    if (ends.size() > 2 || !from || !to) return false;
    first = *from;
    last = ends.size() == 1 && parts.size() == 2 ? bounds.high : *to;
  }
  if (first < bounds.low || last > bounds.high || first > last) return false;
  for (int i = first; i <= last; i += step) bits |= std::uint64_t{1} << i;
  return true;
}

bool read_field(std::string_view text, const Bounds& bounds, std::uint64_t& bits) {
  for (const std::string_view part : split(text, ',')) {
    if (!add_range(part, bounds, bits)) return false;
  }
  return true;
}

bool has(std::uint64_t bits, unsigned i) {
  return (bits >> i & 1) != 0;
}

// "1h30m", "90s".
std::optional<k8s::Seconds> duration_of(std::string_view text) {
  std::int64_t seconds = 0;
  while (!text.empty()) {
    const std::size_t digits = text.find_first_not_of("0123456789");
    if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
    const auto count = number_of(text.substr(0, digits));
    const char unit = text[digits];
    if (!count || (unit != 'h' && unit != 'm' && unit != 's')) return std::nullopt;
    seconds += std::int64_t{*count} * (unit == 'h' ? 3600 : unit == 'm' ? 60 : 1);
    text.remove_prefix(digits + 1);
  }
  if (seconds < 1) return std::nullopt;
  return k8s::Seconds{seconds};
}

std::string_view spelled_out(std::string_view word) {
  constexpr std::array kWords{
      std::pair{std::string_view{"@yearly"}, std::string_view{"0 0 1 1 *"}},
      std::pair{std::string_view{"@annually"}, std::string_view{"0 0 1 1 *"}},
      std::pair{std::string_view{"@monthly"}, std::string_view{"0 0 1 * *"}},
      std::pair{std::string_view{"@weekly"}, std::string_view{"0 0 * * 0"}},
      std::pair{std::string_view{"@daily"}, std::string_view{"0 0 * * *"}},
      std::pair{std::string_view{"@midnight"}, std::string_view{"0 0 * * *"}},
      std::pair{std::string_view{"@hourly"}, std::string_view{"0 * * * *"}},
  };
  for (const auto& [name, fields] : kWords) {
    if (name == word) return fields;
  }
  return word;
}

}  // namespace

std::optional<Schedule> Schedule::parse(std::string_view text) {
  const std::vector<std::string_view> months{"jan", "feb", "mar", "apr", "may", "jun",
                                             "jul", "aug", "sep", "oct", "nov", "dec"};
  const std::vector<std::string_view> weekdays{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
  Schedule schedule;
  constexpr std::string_view kEvery = "@every ";
  if (text.starts_with(kEvery)) {
    const auto every = duration_of(text.substr(kEvery.size()));
    if (!every) return std::nullopt;
    schedule.every_ = *every;
    return schedule;
  }
  std::vector<std::string_view> fields;
  for (const std::string_view field : split(spelled_out(text), ' ')) {
    if (!field.empty()) fields.push_back(field);
  }
  if (fields.size() != 5) return std::nullopt;
  const bool ok = read_field(fields[0], {0, 59, nullptr}, schedule.minutes_) &&
                  read_field(fields[1], {0, 23, nullptr}, schedule.hours_) &&
                  read_field(fields[2], {1, 31, nullptr}, schedule.days_) &&
                  read_field(fields[3], {1, 12, &months}, schedule.months_) &&
                  read_field(fields[4], {0, 6, &weekdays}, schedule.weekdays_);
  if (!ok) return std::nullopt;
  schedule.any_day_ = is_star(fields[2].substr(0, 1));
  schedule.any_weekday_ = is_star(fields[4].substr(0, 1));
  return schedule;
}

std::optional<k8s::Wall> Schedule::next(k8s::Wall after) const {
  using namespace std::chrono;
  if (every_.count() > 0) return k8s::Wall{floor<seconds>(after.time_since_epoch()) + every_};
  const auto start = floor<minutes>(after.time_since_epoch()) + minutes{1};
  const auto first_day = floor<days>(start);
  for (days day = first_day; day < first_day + years{5} + days{1}; day += days{1}) {
    const year_month_day date{sys_days{day}};
    const bool month_day = has(days_, static_cast<unsigned>(date.day()));
    const bool week_day = has(weekdays_, weekday{sys_days{day}}.c_encoding());
    const bool day_fits = any_day_ || any_weekday_ ? month_day && week_day : month_day || week_day;
    if (!has(months_, static_cast<unsigned>(date.month())) || !day_fits) continue;
    for (minutes minute = day == first_day ? start - day : minutes{0}; minute < hours{24}; minute += minutes{1}) {
      const auto hour = static_cast<unsigned>(minute / hours{1});
      if (has(hours_, hour) && has(minutes_, static_cast<unsigned>(minute.count() % 60))) {
        return k8s::Wall{day + minute};
      }
    }
  }
  return std::nullopt;
}

}  // namespace controllers
