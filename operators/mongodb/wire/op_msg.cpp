// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/wire/op_msg.hpp"

#include <vector>

#include "operators/mongodb/wire/crc32c.hpp"
#include "operators/mongodb/wire/little_endian.hpp"

namespace mongo {
namespace {

constexpr std::uint32_t kChecksumPresent = 1u << 0;
constexpr std::uint32_t kMoreToCome = 1u << 1;
constexpr std::uint32_t kExhaustAllowed = 1u << 16;
constexpr std::uint32_t kMustBeKnown = 0xFFFF;
constexpr std::size_t kChecksumBytes = 4;
// No command has more than two; a bound keeps the search for duplicates cheap.
constexpr std::size_t kMaxSequences = 16;

k8s::Error malformed(std::string_view what) {
  return k8s::Error{.code = k8s::Code::invalid, .message = "malformed OP_MSG: " + std::string(what)};
}

// The document at the front of `bytes`, which is shortened by it.
k8s::Result<bson::View> take_document(std::string_view& bytes) {
  if (bytes.size() < 5) return malformed("a document is cut off");
  const std::int32_t size = load_int32(bytes);
  if (size < 5 || static_cast<std::size_t>(size) > bytes.size()) return malformed("a document does not fit");
  const std::string_view document = bytes.substr(0, static_cast<std::size_t>(size));
  if (auto valid = bson::validate(document); !valid) return valid.error();
  bytes.remove_prefix(document.size());
  return bson::View(document);
}

struct Sequence {
  std::string name;
  bson::Array documents;
};

k8s::Result<Sequence> take_sequence(std::string_view& bytes) {
  if (bytes.size() < 5) return malformed("a document sequence is cut off");
  const std::int32_t size = load_int32(bytes);
  if (size < 5 || static_cast<std::size_t>(size) > bytes.size()) return malformed("a document sequence does not fit");
  std::string_view rest = bytes.substr(4, static_cast<std::size_t>(size) - 4);
  bytes.remove_prefix(static_cast<std::size_t>(size));
  const std::size_t end = rest.find('\0');
  if (end == std::string_view::npos || end == 0) return malformed("a document sequence has no name");
  Sequence sequence{.name = std::string(rest.substr(0, end)), .documents = {}};
  rest.remove_prefix(end + 1);
  while (!rest.empty()) {
    auto document = take_document(rest);
    if (!document) return document.error();
    sequence.documents.append(*document);
  }
  return sequence;
}

k8s::Result<bson::Document> decode_sections(std::string_view sections) {
  std::optional<bson::View> body;
  std::vector<Sequence> sequences;
  while (!sections.empty()) {
    const char kind = sections[0];
    sections.remove_prefix(1);
    if (kind == 0) {
      if (body) return malformed("two bodies");
      auto document = take_document(sections);
      if (!document) return document.error();
      body = *document;
    } else if (kind == 1 && sequences.size() < kMaxSequences) {
      auto sequence = take_sequence(sections);
      if (!sequence) return sequence.error();
      sequences.push_back(*std::move(sequence));
    } else {
      return malformed(kind == 1 ? "too many document sequences" : "unknown kind of section");
    }
  }
  if (!body) return malformed("no body");
  if (sequences.empty()) return bson::Document(*body);
  bson::Builder merged(*body);
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    bool twice = false;
    for (const bson::Element& field : *body) twice = twice || field.key == sequences[i].name;
    for (std::size_t before = 0; before < i; ++before) twice = twice || sequences[before].name == sequences[i].name;
    if (twice) return malformed("'" + sequences[i].name + "' is given twice");
    merged.append(sequences[i].name, sequences[i].documents);
  }
  return merged.done();
}

}  // namespace

k8s::Result<std::string> encode(const Message& message, Checksum checksum) {
  const bool checked = checksum == Checksum::present;
  const std::string_view body = message.body.bytes();
  const std::size_t size = kMessageHeaderBytes + 4 + 1 + body.size() + (checked ? kChecksumBytes : 0);
  if (size > kMaxMessageBytes)
    return k8s::Error{.code = k8s::Code::invalid, .message = "the command is larger than 48000000 bytes"};
  std::string frame;
  frame.reserve(size);
  append_uint32(frame, static_cast<std::uint32_t>(size));
  append_int32(frame, message.request_id);
  append_int32(frame, message.response_to);
  append_int32(frame, kOpMsg);
  append_uint32(frame, (checked ? kChecksumPresent : 0) | (message.more_to_come ? kMoreToCome : 0) |
                           (message.exhaust_allowed ? kExhaustAllowed : 0));
  frame += '\0';
  frame += body;
  if (checked) append_uint32(frame, crc32c(frame));
  return frame;
}

k8s::Result<Message> decode(std::string_view frame) {
  if (frame.size() < kMessageHeaderBytes + 4) return malformed("too short");
  if (load_uint32(frame) != frame.size()) return malformed("wrong length");
  if (const std::int32_t op = load_int32(frame.substr(12)); op != kOpMsg) {
    return malformed("opCode " + std::to_string(op) + " is not spoken here");
  }
  const std::uint32_t flags = load_uint32(frame.substr(16));
  if ((flags & kMustBeKnown & ~(kChecksumPresent | kMoreToCome)) != 0) return malformed("unknown required flag");
  std::string_view sections = frame.substr(kMessageHeaderBytes + 4);
  if ((flags & kChecksumPresent) != 0) {
    if (sections.size() < kChecksumBytes) return malformed("checksum is cut off");
    sections.remove_suffix(kChecksumBytes);
    const std::string_view covered = frame.substr(0, frame.size() - kChecksumBytes);
    if (crc32c(covered) != load_uint32(frame.substr(covered.size()))) return malformed("wrong checksum");
  }
  auto body = decode_sections(sections);
  if (!body) return body.error();
  return Message{.request_id = load_int32(frame.substr(4)),
                 .response_to = load_int32(frame.substr(8)),
                 .more_to_come = (flags & kMoreToCome) != 0,
                 .exhaust_allowed = (flags & kExhaustAllowed) != 0,
                 .body = *std::move(body)};
}

k8s::Result<std::optional<std::string>> FrameReader::next() {
  const std::string_view rest = std::string_view(buffer_).substr(used_);
  if (rest.size() >= 4) {
    const std::uint32_t size = load_uint32(rest);
    if (size < kMessageHeaderBytes || size > kMaxMessageBytes)
      return malformed("impossible message length " + std::to_string(size));
    if (rest.size() >= size) {
      used_ += size;
      return std::optional(std::string(rest.substr(0, size)));
    }
  }
  // Moving the rest to the front only once all whole frames are out keeps this linear.
  buffer_.erase(0, used_);
  used_ = 0;
  return std::optional<std::string>{};
}

}  // namespace mongo
