// SPDX-License-Identifier: Apache-2.0
#include "libk8s/base/clock.hpp"

#include <charconv>

#include <fmt/format.h>

namespace k8s {
namespace {

struct Broken {
  std::chrono::year_month_day day;
  std::chrono::hh_mm_ss<std::chrono::microseconds> time;
};

Broken broken(Wall time) {
  const auto since = time.time_since_epoch();
  const auto days = std::chrono::floor<std::chrono::days>(since);
  return Broken{.day = std::chrono::sys_days{days}, .time = std::chrono::hh_mm_ss{since - days}};
}

std::string seconds_part(const Broken& at) {
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(at.day.year()),
                     static_cast<unsigned>(at.day.month()), static_cast<unsigned>(at.day.day()),
                     at.time.hours().count(), at.time.minutes().count(), at.time.seconds().count());
}

// Reads exactly `digits` digits at `at`; negative when they are not there.
int number(std::string_view text, std::size_t at, std::size_t digits) {
  if (text.size() < at + digits) return -1;
  int value = 0;
  const char* end = text.data() + at + digits;
  const auto [stop, error] = std::from_chars(text.data() + at, end, value);
  return error == std::errc{} && stop == end && text[at] != '-' ? value : -1;
}

}  // namespace

std::string to_rfc3339(Wall time) {
  return seconds_part(broken(time)) + "Z";
}

std::string to_rfc3339_micro(Wall time) {
  const Broken at = broken(time);
  return fmt::format("{}.{:06}Z", seconds_part(at), at.time.subseconds().count());
}

std::optional<Wall> from_rfc3339(std::string_view text) {
  using namespace std::chrono;
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  if (text.size() < kShape.size() + 1) return std::nullopt;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    if (kShape[i] != 'd' && text[i] != kShape[i]) return std::nullopt;
  }
  const int fields[] = {number(text, 0, 4),  number(text, 5, 2),  number(text, 8, 2),
                        number(text, 11, 2), number(text, 14, 2), number(text, 17, 2)};
  for (const int field : fields) {
    if (field < 0) return std::nullopt;
  }
  const year_month_day day{year{fields[0]}, month{static_cast<unsigned>(fields[1])},
                           std::chrono::day{static_cast<unsigned>(fields[2])}};
  if (!day.ok() || fields[3] > 23 || fields[4] > 59 || fields[5] > 60) return std::nullopt;
  microseconds since = sys_days{day}.time_since_epoch() + hours{fields[3]} + minutes{fields[4]} + seconds{fields[5]};

  std::size_t at = kShape.size();
  if (text[at] == '.') {
    ++at;
    int scale = 100'000;
    const std::size_t first = at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) {
      since += microseconds{(text[at] - '0') * scale};
    }
    if (at == first) return std::nullopt;
  }
  if (at == text.size()) return std::nullopt;
  if (text[at] == 'Z' && at + 1 == text.size()) return Wall{since};
  if ((text[at] != '+' && text[at] != '-') || text.size() != at + 6 || text[at + 3] != ':') return std::nullopt;
  const int hour = number(text, at + 1, 2);
  const int minute = number(text, at + 4, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return std::nullopt;
  const microseconds offset = hours{hour} + minutes{minute};
  return Wall{text[at] == '+' ? since - offset : since + offset};
}

}  // namespace k8s
