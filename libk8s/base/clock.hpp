// SPDX-License-Identifier: Apache-2.0
// Time, as a port: nothing in this project asks the system what time it is but system_clock.cpp.
//
// Monotonic time never jumps and means nothing outside this process; deadlines, ages and backoff use it. Wall time is
// for what people and other machines read (conditions, Events, Lease); it may jump either way.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace k8s {

using Millis = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

// Milliseconds since an arbitrary start.
using Monotonic = std::chrono::time_point<struct MonotonicTag, Millis>;
// Microseconds since 1970-01-01T00:00:00Z.
using Wall = std::chrono::time_point<struct WallTag, std::chrono::microseconds>;
// Wall time to the second, as metav1.Time is written.
using WallSeconds = std::chrono::time_point<struct WallTag, Seconds>;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Monotonic monotonic() const = 0;
  virtual Wall wall() const = 0;
};

inline WallSeconds to_seconds(Wall time) {
  return std::chrono::floor<Seconds>(time);
}

// metav1.Time: "2026-11-21T13:51:07Z". Pure arithmetic, no time zone database.
std::string to_rfc3339(Wall time);
// metav1.MicroTime: "2026-11-21T13:51:07.123456Z".
std::string to_rfc3339_micro(Wall time);
// Both forms, and offsets; nothing for anything else.
std::optional<Wall> from_rfc3339(std::string_view text);

}  // namespace k8s
