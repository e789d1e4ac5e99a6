// SPDX-License-Identifier: Apache-2.0
// Which keys does a mongod keyfile hold? `__system` logs in with one of them as its password.
//
// One key, or a YAML list of keys (rotation: the first is used to log in, all are accepted). White space inside a key
// does not count. A key is 6 to 1024 characters of the base64 alphabet.
// https://www.mongodb.com/docs/manual/core/security-internal-authentication/
#pragma once

#include <string_view>
#include <vector>

#include "libk8s/base/result.hpp"
#include "libk8s/base/secret_bytes.hpp"

namespace mongo {

inline constexpr std::string_view kSystemUser = "__system";
inline constexpr std::string_view kSystemDatabase = "local";

// At least one key. Error::invalid says what is wrong without showing any of the key.
k8s::Result<std::vector<k8s::SecretBytes>> parse_keyfile(const k8s::SecretBytes& content);

}  // namespace mongo
