// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/number_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace cel {
namespace {

// From ten to this on, Go writes an exponent.
constexpr int kMostDigits = 6;

}  // namespace

std::string shortest(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
  std::array<char, 64> buffer{};
  const auto scientific =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(scientific.ptr - buffer.data()));
  const std::size_t mark = text.find('e');
  int exponent = 0;
  const std::string_view digits = text.substr(mark + (text[mark + 1] == '+' ? 2 : 1));
  std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  if (exponent < -4 || exponent >= kMostDigits) return std::string(text);
  const auto fixed = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
  return std::string(buffer.data(), fixed.ptr);
}

}  // namespace cel
