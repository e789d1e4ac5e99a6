// SPDX-License-Identifier: Apache-2.0
// Which text of a quantity does the server store? One number has one text within its family of suffixes: decimal
// (m, k, M …), binary (Ki, Mi …) or exponent (e3).
#include <array>
#include <charconv>
#include <optional>

#include "sandbox/objects/defaults.hpp"

namespace objects {
namespace {

enum class Family { decimal, binary, exponent };

// mantissa * 10^ten * 2^two
struct Number {
  std::int64_t mantissa = 0;
  int ten = 0;
  int two = 0;
  Family family = Family::decimal;
};

constexpr std::string_view kBinary = "KMGTPE";
constexpr std::array<std::string_view, 10> kDecimal = {"n", "u", "m", "", "k", "M", "G", "T", "P", "E"};

bool read_suffix(std::string_view suffix, Number& out) {
  if (suffix.size() == 2 && suffix[1] == 'i') {
    const auto at = kBinary.find(suffix[0]);
    out.family = Family::binary;
    out.two = 10 * (static_cast<int>(at) + 1);
    return at != std::string_view::npos;
  }
  for (std::size_t i = 0; i < kDecimal.size(); ++i) {
    if (suffix == kDecimal[i]) {
      out.ten += 3 * (static_cast<int>(i) - 3);
      return true;
    }
  }
  if (suffix.size() < 2 || (suffix[0] != 'e' && suffix[0] != 'E')) return false;
  int exponent = 0;
  const char* first = suffix.data() + (suffix[1] == '+' ? 2 : 1);
  const auto [end, failed] = std::from_chars(first, suffix.data() + suffix.size(), exponent);
  out.family = Family::exponent;
  out.ten += exponent;
  return failed == std::errc() && end == suffix.data() + suffix.size() && exponent > -30 && exponent < 30;
}

std::optional<Number> read(std::string_view text) {
  Number out;
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::size_t at = 0;
  int digits = 0;
  bool point = false;
  for (; at < text.size(); ++at) {
    if (text[at] == '.' && !point) {
      point = true;
    } else if (text[at] >= '0' && text[at] <= '9') {
      if (++digits > 17) return std::nullopt;
      out.mantissa = out.mantissa * 10 + (text[at] - '0');
      out.ten -= point ? 1 : 0;
    } else {
      break;
    }
  }
  if (digits == 0 || !read_suffix(text.substr(at), out)) return std::nullopt;
  if (negative) out.mantissa = -out.mantissa;
  return out;
}

// To a whole number of bytes; false where it is none or too large.
bool expand_binary(Number& number) {
  for (; number.two > 0; --number.two) {
    if (number.mantissa > (std::int64_t{1} << 61) || number.mantissa < -(std::int64_t{1} << 61)) return false;
    number.mantissa *= 2;
  }
  for (; number.ten < 0; ++number.ten) {
    if (number.mantissa % 10 != 0) return false;
    number.mantissa /= 10;
  }
  return true;
}

std::optional<std::string> print_decimal(Number number) {
  while (number.mantissa != 0 && number.mantissa % 10 == 0) {
    number.mantissa /= 10;
    ++number.ten;
  }
  if (number.mantissa == 0) return "0";
  while (number.ten % 3 != 0) {
    number.mantissa *= 10;
    --number.ten;
  }
  if (number.ten < -9 || number.ten > 18) return std::nullopt;
  const std::string digits = std::to_string(number.mantissa);
  if (number.family == Family::exponent) return number.ten == 0 ? digits : digits + "e" + std::to_string(number.ten);
  return digits + std::string(kDecimal[static_cast<std::size_t>(number.ten / 3 + 3)]);
}

std::optional<std::string> print_binary(Number number) {
  if (!expand_binary(number)) return std::nullopt;
  if (number.mantissa > -1024 && number.mantissa < 1024) {
    number.family = Family::decimal;
    return print_decimal(number);
  }
  std::size_t power = 0;
  while (number.mantissa % 1024 == 0 && power < kBinary.size()) {
    number.mantissa /= 1024;
    ++power;
  }
  std::string out = std::to_string(number.mantissa);
  if (power > 0) out += std::string(1, kBinary[power - 1]) + "i";
  return out;
}

}  // namespace

Value canonical_quantity(const Value& quantity) {
  if (!quantity.is_string() && !quantity.is_number()) return quantity;
  const std::string text = quantity.is_string() ? quantity.get<std::string>() : k8s::json::print(quantity);
  const std::optional<Number> number = read(text);
  if (!number) return quantity;
  const auto out = number->family == Family::binary ? print_binary(*number) : print_decimal(*number);
  return out ? Value(*out) : quantity;
}

}  // namespace objects
