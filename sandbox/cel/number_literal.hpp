// SPDX-License-Identifier: Apache-2.0
// Which number does a literal write? 17, 0x1F, 17u, 1.5e3: with its sign, so that the least int can be written.
#pragma once

#include <string>
#include <string_view>

#include "sandbox/cel/value.hpp"

namespace cel {

struct NumberLiteral {
  Value value;
  std::string problem;  // "invalid int literal"
};

NumberLiteral read_number(std::string_view text, bool negative);

}  // namespace cel
