// SPDX-License-Identifier: Apache-2.0
// What does a quoted string say? '…', "…", '''…''', """…""", with r (raw) and b (bytes) before it, and its escapes.
#pragma once

#include <string>
#include <string_view>

#include "sandbox/cel/value.hpp"

namespace cel {

struct StringLiteral {
  Value value;
  std::size_t length = 0;  // bytes of source; with a problem, where it is
  std::string problem;
};

// How many characters of prefix (r, b, br in any case) stand before a quote; 0 where no quote follows.
std::size_t string_literal_prefix(std::string_view text);

// The literal at the front of `text`, which begins with one.
StringLiteral read_string_literal(std::string_view text);

}  // namespace cel
