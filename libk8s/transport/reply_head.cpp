// SPDX-License-Identifier: Apache-2.0
#include "libk8s/transport/reply_head.hpp"

#include <charconv>

namespace k8s {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// "HTTP/1.1 200 OK", "HTTP/2 200"
int status_of(std::string_view line) {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return 0;
  int status = 0;
  std::from_chars(line.data() + space + 1, line.data() + line.size(), status);
  return status;
}

}  // namespace

bool ReplyHead::add(std::string_view line) {
  bytes_ += line.size();
  if (bytes_ > kMaxBytes) return false;
  line = trimmed(line);
  if (complete_) {
    // libcurl starts over on a fresh connection after a lost one: a second head replaces the first.
    if (!line.starts_with("HTTP/")) return true;
    *this = ReplyHead{};
  }
  if (line.starts_with("HTTP/")) {
    reply_ = Reply{};
    reply_.status = status_of(line);
    return true;
  }
  if (line.empty()) {
    complete_ = reply_.status >= 200;
    return true;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  const std::string_view field = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (same_name(field, "retry-after")) reply_.retry_after = parse_retry_after(value);
  if (same_name(field, "warning") && reply_.warnings.size() < 16) reply_.warnings.push_back(parse_warning(value));
  return true;
}

std::optional<Millis> parse_retry_after(std::string_view value) {
  constexpr std::int64_t kDay = 24 * 60 * 60;
  std::int64_t seconds = 0;
  const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (error != std::errc{} || stop != value.data() + value.size() || seconds < 0) return std::nullopt;
  return Millis{Seconds{seconds < kDay ? seconds : kDay}};
}

std::string parse_warning(std::string_view value) {
  const std::size_t open = value.find('"');
  const std::size_t close = value.rfind('"');
  if (open == std::string_view::npos || close <= open) return std::string{value};
  std::string text;
  for (std::size_t i = open + 1; i < close; ++i) {
    if (value[i] == '\\' && i + 1 < close) ++i;
    text += value[i];
  }
  return text;
}

}  // namespace k8s
