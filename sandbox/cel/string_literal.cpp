// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/string_literal.hpp"

#include <optional>

#include "sandbox/cel/utf8.hpp"

namespace cel {
namespace {

bool is_one_of(char c, std::string_view set) {
  return set.find(c) != std::string_view::npos;
}

struct Escape {
  char letter;
  char meaning;
};
constexpr Escape kPlain[] = {{'a', '\a'}, {'b', '\b'}, {'f', '\f'},  {'n', '\n'},  {'r', '\r'}, {'t', '\t'},
                             {'v', '\v'}, {'"', '"'},  {'\'', '\''}, {'\\', '\\'}, {'?', '?'},  {'`', '`'}};

struct Numeric {
  char32_t value = 0;
  std::size_t length = 0;  // of digits; 0 when they are wrong
};

Numeric read_digits(std::string_view text, std::size_t count, unsigned base) {
  if (text.size() < count) return {};
  Numeric out{0, count};
  for (std::size_t i = 0; i < count; ++i) {
    const char c = text[i];
    unsigned digit = 99;
    if (c >= '0' && c <= '9') digit = static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') digit = static_cast<unsigned>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') digit = static_cast<unsigned>(c - 'A') + 10;
    if (digit >= base) return {};
    out.value = out.value * base + digit;
  }
  return out;
}

// Appends what the escape at the front of `text` (after its backslash) means; its length, or nothing when it is none.
std::optional<std::size_t> unescape(std::string_view text, bool bytes, std::string& out) {
  if (text.empty()) return std::nullopt;
  const char letter = text.front();
  for (const Escape& escape : kPlain) {
    if (letter == escape.letter) {
      out += escape.meaning;
      return 1;
    }
  }
  Numeric number;
  std::size_t before = 1;
  if (letter == 'x' || letter == 'X') number = read_digits(text.substr(1), 2, 16);
  if (letter == 'u' && !bytes) number = read_digits(text.substr(1), 4, 16);
  if (letter == 'U' && !bytes) number = read_digits(text.substr(1), 8, 16);
  if (letter >= '0' && letter <= '3') {
    number = read_digits(text, 3, 8);
    before = 0;
  }
  if (number.length == 0 || number.value > 0x10ffff || (number.value >= 0xd800 && number.value <= 0xdfff))
    return std::nullopt;
  if (bytes) {
    out += static_cast<char>(static_cast<unsigned char>(number.value));
  } else {
    append_utf8(out, number.value);
  }
  return before + number.length;
}

}  // namespace

std::size_t string_literal_prefix(std::string_view text) {
  bool raw = false;
  for (std::size_t i = 0; i < text.size() && i < 3; ++i) {
    const char c = text[i];
    if (c == '"' || c == '\'') return i;
    if (is_one_of(c, "rR") && !raw) {
      raw = true;
    } else if (is_one_of(c, "bB") && i == 0) {
      continue;
    } else {
      return 0;
    }
  }
  return 0;
}

StringLiteral read_string_literal(std::string_view text) {
  const std::size_t prefix = string_literal_prefix(text);
  const bool raw = text.substr(0, prefix).find_first_of("rR") != std::string_view::npos;
  const bool bytes = text.substr(0, prefix).find_first_of("bB") != std::string_view::npos;
  const char quote = text[prefix];
  const std::string triple(3, quote);
  const std::string_view closing = text.substr(prefix, 3) == triple ? std::string_view(triple) : text.substr(prefix, 1);
  std::string out;
  std::size_t at = prefix + closing.size();
  while (at < text.size()) {
    if (text.substr(at, closing.size()) == closing) {
      Value value = bytes ? Value::bytes(std::move(out)) : Value::string(std::move(out));
      return {std::move(value), at + closing.size(), {}};
    }
    const char c = text[at];
    if ((c == '\n' || c == '\r') && closing.size() == 1) return {{}, at, "a string ends before its line does"};
    if (c == '\r') {
      // A line ends with one character, however the source writes it.
      at += text.substr(at, 2) == "\r\n" ? 2u : 1u;
      out += '\n';
    } else if (c != '\\') {
      out += c;
      ++at;
    } else if (raw) {
      out += c;
      ++at;
    } else {
      const auto length = unescape(text.substr(at + 1), bytes, out);
      if (!length) return {{}, at, "a string holds an escape that is none"};
      at += 1 + *length;
    }
  }
  return {{}, 0, "a string has no end"};
}

}  // namespace cel
