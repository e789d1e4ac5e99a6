// SPDX-License-Identifier: Apache-2.0
// Where does a character begin? Strings are counted, cut and compared by code point, as CEL says.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cel {

struct CodePoint {
  char32_t value = 0;
  std::size_t length = 0;  // bytes; 0 where the bytes are no UTF-8
};

// The one that begins at `at`, which is inside the text. Overlong forms and surrogates are no UTF-8.
CodePoint decode_utf8(std::string_view text, std::size_t at);
bool is_utf8(std::string_view text);
void append_utf8(std::string& out, char32_t code_point);

// How many code points; a byte that is no UTF-8 counts as one.
std::size_t code_points(std::string_view text);
// The byte at which the n-th code point begins; the size of the text when there are fewer.
std::size_t byte_of(std::string_view text, std::size_t code_point);
// The inverse, for a byte at which a code point begins.
std::size_t code_point_of(std::string_view text, std::size_t byte);

}  // namespace cel
