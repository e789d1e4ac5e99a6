// SPDX-License-Identifier: Apache-2.0
// How are timestamps and durations written, and what do a calendar and a time zone make of a timestamp?
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sandbox/cel/value.hpp"

namespace cel {

inline constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
// Year 1 to year 9999.
inline constexpr std::int64_t kFirstSecond = -62'135'596'800;
inline constexpr std::int64_t kLastSecond = 253'402'300'799;

// RFC 3339 with an offset or Z, up to nanoseconds; nothing for another text or a time out of range.
std::optional<Timestamp> parse_timestamp(std::string_view text);
// "2009-02-13T23:31:30.5Z"
std::string to_string(Timestamp time);

// "1h30m", "-1.5s", "100ms", "0": Go's form. Nothing for another text or more than 64 bits of nanoseconds.
std::optional<Duration> parse_duration(std::string_view text);
// "90s", "-1.5s"
std::string to_string(Duration duration);

std::optional<Timestamp> add(Timestamp time, Duration duration);
std::optional<Duration> subtract(Timestamp a, Timestamp b);

struct Calendar {
  std::int64_t year = 0;
  int month = 0;        // from 0
  int day = 0;          // of month, from 0
  int day_of_week = 0;  // 0: Sunday
  int day_of_year = 0;  // from 0
  int hours = 0, minutes = 0, seconds = 0;
};
Calendar calendar(Timestamp time, std::int64_t offset_seconds);

// "", "UTC", "+01:30", "-07:00": seconds east of Greenwich. Nothing for a name of the time zone database, which a
// pure library has not got.
std::optional<std::int64_t> zone_offset(std::string_view zone);

}  // namespace cel
