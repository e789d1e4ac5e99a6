// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/member/dns_message.hpp"

#include <algorithm>
#include <optional>

namespace mongo::member::dns {
namespace {

constexpr std::size_t kHeaderBytes = 12;
constexpr std::size_t kMaxName = 253;
constexpr std::size_t kMaxLabel = 63;
constexpr std::uint16_t kInternet = 1;
constexpr std::uint16_t kCname = 5;
constexpr std::uint16_t kResponse = 0x8000;
constexpr std::uint16_t kOpcode = 0x7800;
constexpr std::uint16_t kTruncated = 0x0200;
constexpr std::uint16_t kRecursionDesired = 0x0100;
constexpr std::uint16_t kResponseCode = 0x000f;
constexpr std::uint16_t kNoError = 0;
constexpr std::uint16_t kNameError = 3;

k8s::Error malformed(std::string_view what) {
  return k8s::Error{.code = k8s::Code::invalid, .message = "malformed DNS message: " + std::string(what)};
}

void append_uint16(std::string& out, std::uint16_t value) {
  out += static_cast<char>(static_cast<std::uint8_t>(value >> 8));
  out += static_cast<char>(static_cast<std::uint8_t>(value & 0xff));
}

// Lower case, without the final dot: names are compared without regard to case.
std::string canonical(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

// Reads from front to back; every step says whether the bytes were there.
class Reader {
 public:
  explicit Reader(std::string_view packet) : packet_(packet) {}

  std::optional<std::uint16_t> uint16() {
    if (packet_.size() - at_ < 2) return std::nullopt;
    const auto value = static_cast<std::uint16_t>(byte(at_) << 8 | byte(at_ + 1));
    at_ += 2;
    return value;
  }

  std::optional<std::string_view> bytes(std::size_t count) {
    if (packet_.size() - at_ < count) return std::nullopt;
    const std::string_view found = packet_.substr(at_, count);
    at_ += count;
    return found;
  }

  // Canonical. A pointer must lead further back than the name's own beginning and every pointer before it, so a loop
  // cannot be written.
  std::optional<std::string> name() {
    std::string text;
    std::size_t at = at_;
    std::size_t limit = at_;
    bool jumped = false;
    for (;;) {
      if (at >= packet_.size()) return std::nullopt;
      const std::size_t length = byte(at);
      if (length == 0) {
        if (!jumped) at_ = at + 1;
        return canonical(text);
      }
      if ((length & 0xc0) == 0xc0) {
        if (at + 1 >= packet_.size()) return std::nullopt;
        const std::size_t target = (length & 0x3f) << 8 | byte(at + 1);
        if (target >= limit) return std::nullopt;
        if (!jumped) at_ = at + 2;
        jumped = true;
        at = limit = target;
        continue;
      }
      if (length > kMaxLabel || at + 1 + length > packet_.size()) return std::nullopt;
      // A dot inside a label would read as another name.
      const std::string_view label = packet_.substr(at + 1, length);
      if (label.find('.') != std::string_view::npos || text.size() + length > kMaxName) return std::nullopt;
      if (!text.empty()) text += '.';
      text += label;
      at += 1 + length;
    }
  }

  std::size_t at() const { return at_; }
  void skip_to(std::size_t at) { at_ = at; }

 private:
  std::size_t byte(std::size_t at) const { return static_cast<std::uint8_t>(packet_[at]); }

  std::string_view packet_;
  std::size_t at_ = 0;
};

struct Record {
  std::string name;
  std::uint16_t type = 0;
  std::uint16_t record_class = 0;
  std::string_view data;
  std::string alias = {};  // of a CNAME
};

std::optional<Record> read_record(Reader& reader) {
  const auto name = reader.name();
  if (!name) return std::nullopt;
  const auto type = reader.uint16();
  const auto record_class = reader.uint16();
  const auto ttl = reader.bytes(4);
  const auto length = reader.uint16();
  if (!type || !record_class || !ttl || !length) return std::nullopt;
  const std::size_t begin = reader.at();
  const auto data = reader.bytes(*length);
  if (!data) return std::nullopt;
  Record record{.name = *name, .type = *type, .record_class = *record_class, .data = *data};
  if (*type != kCname) return record;
  const std::size_t end = reader.at();
  reader.skip_to(begin);
  const auto alias = reader.name();
  if (!alias || reader.at() != end) return std::nullopt;
  record.alias = *alias;
  return record;
}

k8s::Result<std::vector<IpAddress>> read_addresses(Reader& reader, std::size_t count, const Question& question) {
  const std::size_t size = question.type == RecordType::a ? 4 : 16;
  std::vector<IpAddress> addresses;
  std::string wanted = canonical(question.name);
  for (std::size_t i = 0; i < count; ++i) {
    const auto record = read_record(reader);
    if (!record) return malformed("an answer is cut short or has a bad name");
    if (record->name != wanted || record->record_class != kInternet) continue;
    if (record->type == kCname) {
      wanted = record->alias;
    } else if (record->type == static_cast<std::uint16_t>(question.type)) {
      if (record->data.size() != size) return malformed("an address of the wrong length");
      addresses.push_back(IpAddress{.bytes = std::string(record->data)});
    }
  }
  return addresses;
}

}  // namespace

k8s::Result<std::string> encode_query(std::uint16_t id, const Question& question) {
  const auto refused = [&](std::string_view why) {
    return k8s::Error{.code = k8s::Code::invalid,
                      .message = "'" + question.name + "' is no DNS name: " + std::string(why)};
  };
  std::string_view rest = question.name;
  if (rest.ends_with('.')) rest.remove_suffix(1);
  if (rest.empty() || rest.size() > kMaxName) return refused("it must have 1 to 253 bytes");

  std::string packet;
  append_uint16(packet, id);
  append_uint16(packet, kRecursionDesired);
  append_uint16(packet, 1);
  for (int i = 0; i < 3; ++i) append_uint16(packet, 0);
  while (!rest.empty()) {
    const std::size_t dot = rest.find('.');
    const std::string_view label = rest.substr(0, dot);
    if (label.empty() || label.size() > kMaxLabel || (dot != std::string_view::npos && dot + 1 == rest.size())) {
      return refused("each label must have 1 to 63 bytes");
    }
    packet += static_cast<char>(label.size());
    packet += label;
    rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
  }
  packet += '\0';
  append_uint16(packet, static_cast<std::uint16_t>(question.type));
  append_uint16(packet, kInternet);
  return packet;
}

k8s::Result<Answer> decode_answer(std::string_view packet, std::uint16_t id, const Question& question) {
  if (packet.size() < kHeaderBytes) return malformed("shorter than a header");
  Reader reader(packet);
  const std::uint16_t its_id = *reader.uint16();
  const std::uint16_t flags = *reader.uint16();
  const std::uint16_t questions = *reader.uint16();
  const std::uint16_t answers = *reader.uint16();
  reader.skip_to(kHeaderBytes);

  if (its_id != id) return malformed("the id of another question");
  if ((flags & kResponse) == 0 || (flags & kOpcode) != 0) return malformed("not an answer");
  if (questions != 1) return malformed("it does not repeat the question");
  const auto name = reader.name();
  const auto type = reader.uint16();
  const auto question_class = reader.uint16();
  if (!name || !type || !question_class) return malformed("the question is cut short");
  if (*name != canonical(question.name) || *type != static_cast<std::uint16_t>(question.type) ||
      *question_class != kInternet) {
    return malformed("it answers another question");
  }

  const std::uint16_t response_code = flags & kResponseCode;
  if (response_code == kNameError) return Answer{.exists = false};
  if (response_code != kNoError) {
    return k8s::Error{.code = k8s::Code::unavailable,
                      .message = "the DNS server answers with rcode " + std::to_string(response_code),
                      .remote_code = response_code};
  }
  if ((flags & kTruncated) != 0) return Answer{.truncated = true};
  auto addresses = read_addresses(reader, answers, question);
  if (!addresses) return addresses.error();
  return Answer{.addresses = *std::move(addresses)};
}

}  // namespace mongo::member::dns
