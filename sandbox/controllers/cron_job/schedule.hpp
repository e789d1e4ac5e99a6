// SPDX-License-Identifier: Apache-2.0
// When is a cron schedule due? Five fields (minute, hour, day of month, month, day of week) with *, ?, lists, ranges,
// steps and the names of months and days; or @yearly, @monthly, @weekly, @daily, @hourly and @every DURATION. UTC.
//
// When both days are restricted, either of them is enough; a field that begins with * or ? does not restrict.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "libk8s/base/clock.hpp"

namespace controllers {

class Schedule {
 public:
  // Code-free: nothing when the text is no schedule.
  static std::optional<Schedule> parse(std::string_view text);

  // The first moment after `after`, to the second; nothing within five years (30 February).
  std::optional<k8s::Wall> next(k8s::Wall after) const;

 private:
  std::uint64_t minutes_ = 0;
  std::uint64_t hours_ = 0;
  std::uint64_t days_ = 0;
  std::uint64_t months_ = 0;
  std::uint64_t weekdays_ = 0;
  bool any_day_ = false;
  bool any_weekday_ = false;
  k8s::Seconds every_{0};
};

}  // namespace controllers
