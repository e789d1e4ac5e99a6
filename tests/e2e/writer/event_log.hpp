// SPDX-License-Identifier: Apache-2.0
// What did the writer do, and when? One line per event, written before the next thing happens:
//
//   invoke  r7f3a-2-17 81234567        about to be sent; the number is monotonic time in microseconds
//   ok      r7f3a-2-17 81236001        acknowledged: ok 1, n 1, no writeErrors, no writeConcernError
//   fail    r7f3a-2-18 81290002        surely not done
//   unknown r7f3a-2-19 81300417        perhaps done: reply lost, or a reply that leaves it open
//
// Ids are <run>-<writer>-<n>; increments of the counter are <run>-counter-<n>.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace e2e::writer {

enum class EventKind { invoke, ok, fail, unknown };

struct Event {
  EventKind kind = EventKind::invoke;
  std::string id;
  std::int64_t at_us = 0;

  bool operator==(const Event&) const = default;
};

// With the final newline.
std::string to_line(const Event& event);
// Nothing for a line that is no event, such as the last one of a writer that was killed.
std::optional<Event> parse_event(std::string_view line);
std::vector<Event> parse_log(std::string_view text);
// Only the run that the last event belongs to: a log may hold several.
std::vector<Event> last_run(std::vector<Event> log);

// Is this id one of the counter's increments?
bool is_counter(std::string_view id);
// "r7f3a" of "r7f3a-2-17"; empty when there is no '-'.
std::string_view run_of(std::string_view id);

}  // namespace e2e::writer
