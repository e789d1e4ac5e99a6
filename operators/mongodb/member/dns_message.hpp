// SPDX-License-Identifier: Apache-2.0
// How does one DNS question travel, and what may be believed of the answer? RFC 1035, as far as one question for the
// addresses of one absolute name needs it.
//
//    0               2               4               6               8              10              12
//    +---------------+---------------+---------------+---------------+---------------+---------------+
//    | id            | flags         | questions     | answers       | authorities   | additional    |
//    +---------------+---------------+---------------+---------------+---------------+---------------+
//    flags:  QR(0x8000) opcode(0x7800) AA(0x0400) TC(0x0200) RD(0x0100) RA(0x0080) rcode(0x000f)
//
//    question:  name | type | class                             name:  (length 1–63, bytes)… 0
//    answer:    name | type | class | ttl (4) | length | data          or … 0xC0nn: goes on at nn, further back
//
// All integers big-endian. Everything here is pure; ids come in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libk8s/base/result.hpp"
#include "operators/mongodb/member/ip_address.hpp"

namespace mongo::member::dns {

enum class RecordType : std::uint16_t { a = 1, aaaa = 28 };

struct Question {
  // Absolute, with or without the final dot. The search list of resolv.conf is no part of this.
  std::string name;
  RecordType type = RecordType::a;

  bool operator==(const Question&) const = default;
};

// Code::invalid for a name with an empty label, a label over 63 bytes, or over 253 bytes in all.
k8s::Result<std::string> encode_query(std::uint16_t id, const Question& question);

struct Answer {
  // Does the name exist? NXDOMAIN and an empty answer are answers, not failures.
  bool exists = true;
  // The answer did not fit: ask again over TCP. `addresses` is then empty.
  bool truncated = false;
  std::vector<IpAddress> addresses = {};

  bool operator==(const Answer&) const = default;
};

// Code::invalid when this is no answer to exactly that question: another id, another question, malformed, or a query.
// Code::unavailable when the server says that it cannot tell (SERVFAIL, REFUSED, …). Aliases (CNAME) are followed
// within the message.
k8s::Result<Answer> decode_answer(std::string_view packet, std::uint16_t id, const Question& question);

}  // namespace mongo::member::dns
