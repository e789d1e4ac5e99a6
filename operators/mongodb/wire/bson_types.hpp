// SPDX-License-Identifier: Apache-2.0
// Which values can a BSON element hold? The scalars that are not C++ types of their own. https://bsonspec.org/spec.html
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mongo::bson {

// The type byte as it stands on the wire.
enum class Type : std::uint8_t {
  real = 0x01,
  string = 0x02,
  document = 0x03,
  array = 0x04,
  binary = 0x05,
  undefined = 0x06,  // deprecated, as are db_pointer, symbol and code_with_scope: carried, never written
  object_id = 0x07,
  boolean = 0x08,
  date = 0x09,
  null = 0x0A,
  regex = 0x0B,
  db_pointer = 0x0C,
  code = 0x0D,
  symbol = 0x0E,
  code_with_scope = 0x0F,
  int32 = 0x10,
  timestamp = 0x11,
  int64 = 0x12,
  decimal128 = 0x13,
  max_key = 0x7F,
  min_key = 0xFF,
};

// MongoDB's internal timestamp: seconds since 1970 and a counter within the second.
struct Timestamp {
  std::uint32_t t = 0;
  std::uint32_t i = 0;

  auto operator<=>(const Timestamp&) const = default;
};

// A position in the oplog. Ordered as the server orders optimes of protocol version 1: by term, then by timestamp.
struct OpTime {
  Timestamp ts;
  std::int64_t t = -1;

  bool operator==(const OpTime&) const = default;
  std::strong_ordering operator<=>(const OpTime& other) const {
    const auto by_term = t <=> other.t;
    return by_term != 0 ? by_term : ts <=> other.ts;
  }
};

struct ObjectId {
  std::array<std::uint8_t, 12> bytes = {};

  // 24 lower-case hexadecimal digits.
  std::string hex() const;
  static std::optional<ObjectId> from_hex(std::string_view hex);

  auto operator<=>(const ObjectId&) const = default;
};

// Milliseconds since 1970-01-01T00:00:00Z.
struct Date {
  std::int64_t ms = 0;

  auto operator<=>(const Date&) const = default;
};

struct Binary {
  std::string bytes;
  std::uint8_t subtype = 0;

  bool operator==(const Binary&) const = default;
};

struct Null {
  bool operator==(const Null&) const = default;
};

}  // namespace mongo::bson
