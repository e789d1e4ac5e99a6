// SPDX-License-Identifier: Apache-2.0
// Is this text UTF-8, and which code points does it hold?
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mongo {

// Takes one code point off the front; nothing when the front is not UTF-8 (overlong forms, surrogates and values past
// U+10FFFF are not).
std::optional<char32_t> take_code_point(std::string_view& text);

bool is_utf8(std::string_view text);

}  // namespace mongo
