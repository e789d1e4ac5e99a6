// SPDX-License-Identifier: Apache-2.0
#include "libk8s/transport/line_framer.hpp"

#include <fmt/format.h>

namespace k8s {
namespace {

std::string_view without_line_end(std::string_view line) {
  while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

}  // namespace

Result<std::optional<std::string_view>> LineFramer::next(std::string_view& input) {
  if (returned_) {
    tail_ = std::string{};  // gives the memory back: one large event must not weigh on an idle watch
    returned_ = false;
  }
  while (!input.empty()) {
    const std::size_t end = input.find('\n');
    if (end == std::string_view::npos) {
      if (tail_.size() + input.size() > max_line_) return too_long();
      tail_.append(input);
      input = {};
      break;
    }
    const std::string_view piece = input.substr(0, end);
    if (tail_.size() + piece.size() > max_line_) return too_long();
    input.remove_prefix(end + 1);
    if (!tail_.empty()) {
      tail_.append(piece);
      returned_ = true;
      const std::string_view line = without_line_end(tail_);
      if (!line.empty()) return std::optional{line};
      tail_.clear();
      returned_ = false;
      continue;
    }
    const std::string_view line = without_line_end(piece);
    if (!line.empty()) return std::optional{line};
  }
  return std::optional<std::string_view>{};
}

Error LineFramer::too_long() const {
  return Error{.code = Code::internal, .message = fmt::format("a watch event is longer than {} bytes", max_line_)};
}

}  // namespace k8s
