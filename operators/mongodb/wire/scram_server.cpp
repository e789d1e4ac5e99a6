// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/wire/scram_server.hpp"

#include "operators/mongodb/wire/base64.hpp"
#include "operators/mongodb/wire/scram_keys.hpp"

namespace mongo {
namespace {

k8s::Error refused(std::string_view why) {
  return k8s::Error{.code = k8s::Code::unauthenticated, .message = "SCRAM: " + std::string(why)};
}

}  // namespace

StoredCredential stored_credential(Mechanism mechanism, const k8s::SecretBytes& salted_password, std::string salt,
                                   int iterations) {
  return StoredCredential{.salt = std::move(salt),
                          .iterations = iterations,
                          .stored_key = hash(mechanism, hmac(mechanism, salted_password.expose(), "Client Key")),
                          .server_key = hmac(mechanism, salted_password.expose(), "Server Key")};
}

k8s::Result<ScramServer::First> ScramServer::read_first(std::string_view client_first) {
  constexpr std::string_view kHeader = "n,,";
  if (!client_first.starts_with(kHeader)) return refused("channel binding and other identities are not supported");
  client_first_bare_ = client_first.substr(kHeader.size());
  const auto user_text = scram_attribute(client_first_bare_, 'n');
  const auto nonce = scram_attribute(client_first_bare_, 'r');
  if (!user_text || !nonce || nonce->empty()) return refused("the client's first message is incomplete");
  auto user = unescape_user(*user_text);
  if (!user) return refused("the user name is not escaped");
  client_nonce_ = *nonce;
  return First{.user = *std::move(user), .client_nonce = client_nonce_};
}

std::string ScramServer::challenge(const StoredCredential& credential, std::string_view server_nonce) {
  credential_ = credential;
  both_nonces_ = client_nonce_ + std::string(server_nonce);
  server_first_ =
      "r=" + both_nonces_ + ",s=" + to_base64(credential.salt) + ",i=" + std::to_string(credential.iterations);
  return server_first_;
}

k8s::Result<std::string> ScramServer::finish(std::string_view client_final) const {
  const std::size_t proof_at = client_final.rfind(",p=");
  if (server_first_.empty() || proof_at == std::string_view::npos) return refused("no proof");
  const std::string_view without_proof = client_final.substr(0, proof_at);
  if (scram_attribute(without_proof, 'c') != "biws") return refused("wrong channel binding");
  if (scram_attribute(without_proof, 'r') != both_nonces_) return refused("wrong nonce");
  const auto proof = from_base64(client_final.substr(proof_at + 3));
  if (!proof || proof->size() != credential_.stored_key.size()) return refused("malformed proof");

  const std::string auth_message = client_first_bare_ + "," + server_first_ + "," + std::string(without_proof);
  const std::string client_key = exclusive_or(*proof, hmac(mechanism_, credential_.stored_key, auth_message));
  if (!equal_in_constant_time(hash(mechanism_, client_key), credential_.stored_key)) return refused("wrong password");
  return "v=" + to_base64(hmac(mechanism_, credential_.server_key, auth_message));
}

}  // namespace mongo
