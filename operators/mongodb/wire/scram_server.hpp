// SPDX-License-Identifier: Apache-2.0
// How does a server check a SCRAM log-in? The messages are drawn in scram.hpp. Used by the simulated mongod and by
// tests.
#pragma once

#include <string>
#include <string_view>

#include "operators/mongodb/wire/scram.hpp"

namespace mongo {

// What a server keeps about a password (admin.system.users: credentials.<mechanism>): enough to check, not enough to
// log in.
struct StoredCredential {
  std::string salt;
  int iterations = 0;
  std::string stored_key;
  std::string server_key;

  bool operator==(const StoredCredential&) const = default;
};

// From a salted password, made with the same salt and iterations.
StoredCredential stored_credential(Mechanism mechanism, const k8s::SecretBytes& salted_password, std::string salt,
                                   int iterations);

// One log-in, seen from the server: read the first message, look the user up, challenge, finish. Every failure is
// Error::unauthenticated; what a client is told is the caller's choice (mongod always says 18 AuthenticationFailed).
class ScramServer {
 public:
  explicit ScramServer(Mechanism mechanism) : mechanism_(mechanism) {}

  struct First {
    std::string user;
    std::string client_nonce;

    bool operator==(const First&) const = default;
  };
  k8s::Result<First> read_first(std::string_view client_first);

  // server_nonce: as for ScramClient.
  std::string challenge(const StoredCredential& credential, std::string_view server_nonce);

  // The server's final message, when the client has proved that it knows the password.
  k8s::Result<std::string> finish(std::string_view client_final) const;

 private:
  Mechanism mechanism_;
  std::string client_first_bare_;
  std::string client_nonce_;
  std::string server_first_;
  std::string both_nonces_;
  StoredCredential credential_;
};

}  // namespace mongo
