// SPDX-License-Identifier: Apache-2.0
// Which hashes and attributes is SCRAM made of? Shared by client and server; OpenSSL's hashes are named here only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "operators/mongodb/wire/scram.hpp"

namespace mongo {

std::string hash(Mechanism mechanism, std::string_view bytes);
std::string hmac(Mechanism mechanism, std::string_view key, std::string_view message);
std::string md5_hex(std::string_view bytes);
// Of equal sizes.
std::string exclusive_or(std::string_view a, std::string_view b);
// Takes as long for a near miss as for a far one. False for different sizes.
bool equal_in_constant_time(std::string_view a, std::string_view b);

// The value of `<name>=` in a comma-separated SCRAM message; nothing when it is not there.
std::optional<std::string_view> scram_attribute(std::string_view message, char name);

// "=" and "," in user names are "=3D" and "=2C".
std::string escape_user(std::string_view user);
std::optional<std::string> unescape_user(std::string_view text);

}  // namespace mongo
