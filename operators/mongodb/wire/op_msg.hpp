// SPDX-License-Identifier: Apache-2.0
// How does one command or reply travel? OP_MSG, the only message of MongoDB 3.6 and later that this project speaks.
//
//    0               4               8               12              16
//    +---------------+---------------+---------------+---------------+
//    | messageLength | requestID     | responseTo    | opCode = 2013 |   messageLength counts itself and all after it
//    +---------------+---------------+---------------+---------------+
//    | flagBits      | section | section | …           | CRC-32C     |   only with flag bit 0; covers all before it
//    +---------------+---------+---------+-------------+-------------+
//
//    section, kind 0:  0x00 | document                             exactly one: the body
//    section, kind 1:  0x01 | int32 size | name NUL | document …   `size` counts itself; read as an array body[name]
//
//    flagBits: 0 checksumPresent   1 moreToCome (no reply is expected, or another follows)   16 exhaustAllowed
//              the lower sixteen bits must be understood, the upper ones may be ignored
//
// All integers little-endian. https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "libk8s/base/result.hpp"
#include "operators/mongodb/wire/bson.hpp"

namespace mongo {

inline constexpr std::int32_t kOpMsg = 2013;
inline constexpr std::size_t kMessageHeaderBytes = 16;
inline constexpr std::size_t kMaxMessageBytes = 48'000'000;

struct Message {
  std::int32_t request_id = 0;
  std::int32_t response_to = 0;
  bool more_to_come = false;
  bool exhaust_allowed = false;
  bson::Document body;

  bool operator==(const Message&) const = default;
};

enum class Checksum { absent, present };

// Error::invalid when it would be larger than the protocol allows.
k8s::Result<std::string> encode(const Message& message, Checksum checksum = Checksum::absent);

// One whole frame. Kind 1 sections are merged into the body. Anything malformed, of another opCode, or with a required
// flag that is not known, is Error::invalid: the stream cannot be trusted any further.
k8s::Result<Message> decode(std::string_view frame);

// Cuts a stream into frames, however it was split on the way.
//
//   reader.feed(bytes);
//   for (;;) {
//     k8s::Result<std::optional<std::string>> frame = reader.next();
//     if (!frame || !*frame) break;   // an error ends the connection; nothing means: feed more
//     handle(decode(**frame));
//   }
class FrameReader {
 public:
  void feed(std::string_view bytes) { buffer_ += bytes; }
  // The next whole frame; nothing while it is incomplete; Error::invalid for a length outside 16 … kMaxMessageBytes,
  // and ever after.
  k8s::Result<std::optional<std::string>> next();
  // Bytes held that no frame has used yet.
  std::size_t pending() const { return buffer_.size() - used_; }

 private:
  std::string buffer_;
  std::size_t used_ = 0;
};

}  // namespace mongo
