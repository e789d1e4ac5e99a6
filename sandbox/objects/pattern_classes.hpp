// SPDX-License-Identifier: Apache-2.0
// The named sets of characters of a regular expression.
#pragma once

#include <optional>
#include <string_view>

#include "sandbox/objects/pattern.hpp"

namespace objects {

void add(CodeSet& set, char32_t first, char32_t last);
// The complement of sorted, disjoint ranges.
void add_all_but(CodeSet& set, const CodeSet& other);
// \d, \s, \w by their letter.
CodeSet perl_class(char which);
// "alpha", "digit" …: nothing for other names.
std::optional<CodeSet> posix_class(std::string_view name);
// Adds the other case of every ASCII letter.
void fold_case(CodeSet& set);
// Takes one code point off the front of a text that is not empty; a byte that is no UTF-8 stands for U+FFFD.
char32_t next_code(std::string_view& text);

}  // namespace objects
