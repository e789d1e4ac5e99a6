// SPDX-License-Identifier: Apache-2.0
// Sets of characters, and characters of a text.
#include "sandbox/objects/pattern_classes.hpp"

#include <algorithm>

namespace objects {

void add(CodeSet& set, char32_t first, char32_t last) {
  set.ranges.emplace_back(first, last);
}

void add_all_but(CodeSet& set, const CodeSet& other) {
  char32_t next = 0;
  for (const auto& [first, last] : other.ranges) {
    if (first > next) add(set, next, first - 1);
    next = last + 1;
  }
  add(set, next, 0x10FFFF);
}

CodeSet perl_class(char which) {
  CodeSet set;
  if (which == 'd') add(set, '0', '9');
  if (which == 's') set.ranges = {{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}};
  if (which == 'w') set.ranges = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
  return set;
}

std::optional<CodeSet> posix_class(std::string_view name) {
  CodeSet set;
  if (name == "alpha") set.ranges = {{'A', 'Z'}, {'a', 'z'}};
  if (name == "digit") set.ranges = {{'0', '9'}};
  if (name == "alnum") set.ranges = {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}};
  if (name == "upper") set.ranges = {{'A', 'Z'}};
  if (name == "lower") set.ranges = {{'a', 'z'}};
  if (name == "space") set.ranges = {{'\t', '\r'}, {' ', ' '}};
  if (name == "punct") set.ranges = {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}};
  if (name == "xdigit") set.ranges = {{'0', '9'}, {'A', 'F'}, {'a', 'f'}};
  if (name == "word") return perl_class('w');
  if (set.ranges.empty()) return std::nullopt;
  return set;
}

void fold_case(CodeSet& set) {
  const auto given = set.ranges;
  for (const auto& [first, last] : given) {
    for (char32_t code = std::max<char32_t>(first, 'A'); code <= std::min<char32_t>(last, 'z'); ++code) {
      if (code >= 'a' && code <= 'z') add(set, code - 32, code - 32);
      if (code >= 'A' && code <= 'Z') add(set, code + 32, code + 32);
    }
  }
}

char32_t next_code(std::string_view& text) {
  const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const std::size_t length = first < 0x80         ? 1
                             : (first >> 5) == 6  ? 2
                             : (first >> 4) == 14 ? 3
                             : (first >> 3) == 30 ? 4
                                                  : 0;
  if (length == 0 || text.size() < length) {
    text.remove_prefix(1);
    return 0xFFFD;
  }
  char32_t code = length == 1 ? first : first & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) code = (code << 6) | (byte(i) & 0x3Fu);
  text.remove_prefix(length);
  return code;
}

}  // namespace objects
