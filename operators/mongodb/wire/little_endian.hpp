// SPDX-License-Identifier: Apache-2.0
// How are MongoDB's little-endian integers read and written, on any machine? Callers have checked that the bytes are
// there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mongo {

inline std::uint64_t load_little_endian(std::string_view bytes, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes[i])) << (8 * i);
  }
  return value;
}

inline std::uint32_t load_uint32(std::string_view bytes) {
  return static_cast<std::uint32_t>(load_little_endian(bytes, 4));
}
inline std::int32_t load_int32(std::string_view bytes) {
  return static_cast<std::int32_t>(load_uint32(bytes));
}
inline std::int64_t load_int64(std::string_view bytes) {
  return static_cast<std::int64_t>(load_little_endian(bytes, 8));
}

inline void append_uint32(std::string& out, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) out += static_cast<char>(static_cast<std::uint8_t>(value >> (8 * i)));
}
inline void append_int32(std::string& out, std::int32_t value) {
  append_uint32(out, static_cast<std::uint32_t>(value));
}
inline void append_int64(std::string& out, std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  for (int i = 0; i < 8; ++i) out += static_cast<char>(static_cast<std::uint8_t>(bits >> (8 * i)));
}

}  // namespace mongo
