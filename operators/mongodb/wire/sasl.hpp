// SPDX-License-Identifier: Apache-2.0
// Which commands does a client send to log in? A pure machine; whoever drives it sends the commands and salts the
// password.
//
//    hello + saslSupportedMechs    ──>
//                                  <──  saslSupportedMechs          (no answer to the question: SCRAM-SHA-256)
//    saslStart    client-first     ──>
//                                  <──  server-first                ── need_salt: PBKDF2 elsewhere, then salted()
//    saslContinue client-final     ──>
//                                  <──  server-final, done
//    saslContinue ""               ──>                               only when that said done: false, as servers before
//                                  <──  done                         4.4 do that do not know skipEmptyExchange
#pragma once

#include <string>
#include <variant>

#include "operators/mongodb/wire/bson.hpp"
#include "operators/mongodb/wire/identity.hpp"

namespace mongo {

class SaslClient {
 public:
  // The nonce: see ScramClient.
  SaslClient(Identity identity, std::string nonce);

  struct SendCommand {
    std::string database;
    bson::Document command;

    bool operator==(const SendCommand&) const = default;
  };
  struct NeedSalt {
    SaltRequest request;

    bool operator==(const NeedSalt&) const = default;
  };
  struct LoggedIn {
    bool operator==(const LoggedIn&) const = default;
  };
  using Step = std::variant<SendCommand, NeedSalt, LoggedIn>;

  // The first command: hello, with the client metadata that a server writes to its log.
  Step start() const;
  // The reply to the last command, whatever its `ok` says. An Error ends it: unauthenticated when the server or the
  // proof refuses us.
  k8s::Result<Step> reply(const bson::Document& reply);
  // The answer to NeedSalt.
  k8s::Result<Step> salted(const k8s::SecretBytes& salted_password);

 private:
  enum class State { hello, started, salting, proving, emptying, done };

  Step begin(const bson::Document& hello);
  k8s::Result<Step> challenged(const bson::Document& reply);
  k8s::Result<Step> proved(const bson::Document& reply);
  SendCommand resume(std::string_view payload) const;

  Identity identity_;
  std::string nonce_;
  State state_ = State::hello;
  Mechanism mechanism_ = Mechanism::scram_sha_256;
  ScramClient scram_;
  bson::Value conversation_;
};

}  // namespace mongo
