// SPDX-License-Identifier: Apache-2.0
#include "libk8s/auth/base64.hpp"

#include <cstdint>

namespace k8s {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t have = bytes.size() - i < 3 ? bytes.size() - i : 3;
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j)
      group = (group << 8u) | (j < have ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    for (std::size_t j = 0; j < 4; ++j) out += j <= have ? kAlphabet[(group >> (18u - 6u * j)) & 63u] : '=';
  }
  return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t group = 0;
  unsigned digits = 0;
  unsigned padding = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
    const std::size_t value = kAlphabet.find(c);
    const bool pad = c == '=';
    if (pad) ++padding;
    if (!pad && (value == std::string_view::npos || padding > 0)) return std::nullopt;
    group = (group << 6u) | (pad ? 0u : static_cast<std::uint32_t>(value));
    if (++digits % 4 != 0) continue;
    if (padding > 2) return std::nullopt;
    for (unsigned j = 0; j < 3 - padding; ++j) out += static_cast<char>((group >> (16u - 8u * j)) & 255u);
    group = 0;
  }
  if (digits % 4 != 0 || padding > 2) return std::nullopt;
  return out;
}

}  // namespace k8s
