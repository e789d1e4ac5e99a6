// SPDX-License-Identifier: Apache-2.0
// Where does one watch event end and the next begin? Cuts a byte stream into newline-terminated documents.
//
//   void on_bytes(std::string_view bytes) {
//     for (;;) {
//       Result<std::optional<std::string_view>> line = framer.next(bytes);
//       if (!line) return fail(line.error());
//       if (!*line) return;      // bytes are used up
//       handle(**line);
//     }
//   }
//
// Pulled, not pushed, so that handle() may destroy the framer. A document that lies whole in the input is a view into
// the input; only one that was cut by the transport is copied, each byte once.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "libk8s/base/result.hpp"

namespace k8s {

class LineFramer {
 public:
  // etcd refuses objects above 1.5 MiB; ten times that is a broken or hostile peer.
  static constexpr std::size_t kDefaultMaxLine = 16u << 20;

  explicit LineFramer(std::size_t max_line = kDefaultMaxLine) : max_line_(max_line) {}

  // Takes bytes from the front of `input`. The next document without its line end, valid until the next call; nothing
  // once the input is used up. Empty lines are skipped. Code::internal for a document above the cap: the stream cannot
  // be followed any further.
  Result<std::optional<std::string_view>> next(std::string_view& input);

  // Bytes of the unfinished document at the end.
  std::size_t pending() const { return returned_ ? 0 : tail_.size(); }

 private:
  Error too_long() const;

  std::size_t max_line_;
  std::string tail_;
  bool returned_ = false;  // tail_ was handed out whole and is cleared by the next call
};

}  // namespace k8s
