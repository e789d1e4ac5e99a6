// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/writer/event_log.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace e2e::writer {
namespace {

constexpr std::array<std::pair<EventKind, std::string_view>, 4> kWords{
    {{EventKind::invoke, "invoke"}, {EventKind::ok, "ok"}, {EventKind::fail, "fail"}, {EventKind::unknown, "unknown"}}};

}  // namespace

std::string to_line(const Event& event) {
  std::string line;
  for (const auto& [kind, word] : kWords) {
    if (kind == event.kind) line = word;
  }
  return line + ' ' + event.id + ' ' + std::to_string(event.at_us) + '\n';
}

std::optional<Event> parse_event(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || last <= first + 1) return std::nullopt;
  Event event{.id = std::string(line.substr(first + 1, last - first - 1))};
  bool known = false;
  for (const auto& [kind, word] : kWords) {
    if (word != line.substr(0, first)) continue;
    event.kind = kind;
    known = true;
  }
  const std::string_view digits = line.substr(last + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), event.at_us);
  if (!known || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return event;
}

std::vector<Event> parse_log(std::string_view text) {
  std::vector<Event> events;
  // A last line without its newline may be cut anywhere: it does not count.
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    if (auto event = parse_event(text.substr(0, end))) events.push_back(*std::move(event));
    text.remove_prefix(end + 1);
  }
  return events;
}

std::vector<Event> last_run(std::vector<Event> log) {
  if (log.empty()) return log;
  const std::string run(run_of(log.back().id));
  std::erase_if(log, [&](const Event& event) { return run_of(event.id) != run; });
  return log;
}

bool is_counter(std::string_view id) {
  return id.find("-counter-") != std::string_view::npos;
}

std::string_view run_of(std::string_view id) {
  const std::size_t dash = id.find('-');
  return dash == std::string_view::npos ? std::string_view{} : id.substr(0, dash);
}

}  // namespace e2e::writer
