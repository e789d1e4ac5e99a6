// SPDX-License-Identifier: Apache-2.0
// Who does a client say it is?
#pragma once

#include <optional>
#include <string>

#include "libk8s/base/secret_bytes.hpp"
#include "operators/mongodb/wire/keyfile.hpp"
#include "operators/mongodb/wire/scram.hpp"

namespace mongo {

struct Identity {
  std::string user;
  // Where the user is defined: saslStart goes there.
  std::string database = "admin";
  k8s::SecretBytes password;
  // Nothing: the best that the server offers this user (hello.saslSupportedMechs), SCRAM-SHA-256 when it does not say.
  std::optional<Mechanism> mechanism = {};

  // A member of the set itself, by a key of its keyfile.
  static Identity system(const k8s::SecretBytes& key) {
    return Identity{.user = std::string(kSystemUser), .database = std::string(kSystemDatabase), .password = key};
  }

  bool operator==(const Identity&) const = default;
};

}  // namespace mongo
