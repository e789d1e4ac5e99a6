// SPDX-License-Identifier: Apache-2.0
// Standard base64 with padding, as SCRAM and keyfiles use it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mongo {

std::string to_base64(std::string_view bytes);
// Strict: no white space, full padding, zero spare bits.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace mongo
