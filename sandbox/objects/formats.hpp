// SPDX-License-Identifier: Apache-2.0
// Is a text what a schema's `format` says it is?
#pragma once

#include <string_view>

namespace objects {

// Formats that the server checks; others are ignored ("no-such-format", "int32").
bool is_checked_format(std::string_view format);
// True for formats that are not checked.
bool fits_format(std::string_view format, std::string_view text);

bool is_ipv4(std::string_view text);
bool is_ipv6(std::string_view text);

}  // namespace objects
