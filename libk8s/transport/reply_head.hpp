// SPDX-License-Identifier: Apache-2.0
// What does the head of a reply say? Status, Retry-After and warnings, gathered line by line.
#pragma once

#include <cstddef>
#include <string_view>

#include "libk8s/transport/request.hpp"

namespace k8s {

class ReplyHead {
 public:
  // One line as it came, with or without its line end. False once the head is larger than any honest one (64 KiB).
  bool add(std::string_view line);

  // True after the empty line that ends the final head (interim 1xx heads do not count). Lines after it are trailers
  // and are ignored.
  bool complete() const { return complete_; }
  // status 0 until a status line was seen; body empty.
  const Reply& reply() const { return reply_; }

  static constexpr std::size_t kMaxBytes = 64u << 10;

 private:
  Reply reply_;
  std::size_t bytes_ = 0;
  bool complete_ = false;
};

// Retry-After in seconds; nothing for the date form, which API servers do not send, and for nonsense. At most a day.
std::optional<Millis> parse_retry_after(std::string_view value);
// The quoted text of `299 - "text"`; the whole value when it is not of that form.
std::string parse_warning(std::string_view value);

}  // namespace k8s
