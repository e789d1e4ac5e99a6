// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/number_literal.hpp"

#include <charconv>
#include <cmath>
#include <optional>

namespace cel {
namespace {

std::optional<std::uint64_t> read_whole(std::string_view text) {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  if (hex) text.remove_prefix(2);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

NumberLiteral read_real(std::string_view text, bool negative) {
  double value = 0;
  const std::string padded = text.starts_with('.') ? "0" + std::string(text) : std::string(text);
  const auto [end, error] = std::from_chars(padded.data(), padded.data() + padded.size(), value);
  if (end != padded.data() + padded.size()) return {{}, "invalid double literal"};
  // Too large is an error; too small is zero.
  const std::size_t exponent = text.find_first_of("eE");
  const bool small = exponent != std::string_view::npos && text.substr(exponent + 1).starts_with('-');
  if (error == std::errc::result_out_of_range && !small) return {{}, "invalid double literal"};
  if (error == std::errc::result_out_of_range) value = 0;
  return {Value::real(negative ? -value : value), {}};
}

}  // namespace

NumberLiteral read_number(std::string_view text, bool negative) {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  if (!hex && text.find_first_of(".eE") != std::string_view::npos) return read_real(text, negative);
  if (text.ends_with('u') || text.ends_with('U')) {
    const auto value = read_whole(text.substr(0, text.size() - 1));
    if (!value || negative) return {{}, "invalid uint literal"};
    return {Value::unsigned_integer(*value), {}};
  }
  const auto value = read_whole(text);
  const std::uint64_t most = static_cast<std::uint64_t>(INT64_MAX) + (negative ? 1 : 0);
  if (!value || *value > most) return {{}, "invalid int literal"};
  return {Value::integer(static_cast<std::int64_t>(negative ? 0 - *value : *value)), {}};
}

}  // namespace cel
