// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/wire/scram.hpp"

#include <charconv>

#include "operators/mongodb/wire/base64.hpp"
#include "operators/mongodb/wire/scram_keys.hpp"

namespace mongo {
namespace {

// "n,," in base64: no channel binding, no other identity.
constexpr std::string_view kChannel = "c=biws";

k8s::Error refused(std::string_view why) {
  return k8s::Error{.code = k8s::Code::unauthenticated, .message = "SCRAM: " + std::string(why)};
}

}  // namespace

ScramClient::ScramClient(Mechanism mechanism, std::string user, std::string nonce)
    : mechanism_(mechanism), user_(std::move(user)), nonce_(std::move(nonce)) {}

std::string ScramClient::first_bare() const {
  return "n=" + escape_user(user_) + ",r=" + nonce_;
}

std::string ScramClient::first_message() const {
  return "n,," + first_bare();
}

k8s::Result<ScramClient::Challenge> ScramClient::read_challenge(std::string_view server_first) {
  if (server_first.starts_with("m=")) return refused("the server requires an extension");
  const auto both = scram_attribute(server_first, 'r');
  const auto salt_text = scram_attribute(server_first, 's');
  const auto iterations_text = scram_attribute(server_first, 'i');
  if (!both || !salt_text || !iterations_text) return refused("the server's first message is incomplete");
  if (!both->starts_with(nonce_) || both->size() == nonce_.size())
    return refused("the server does not continue our nonce");
  const auto salt = from_base64(*salt_text);
  if (!salt || salt->empty()) return refused("the salt is not base64");
  int iterations = 0;
  const char* end = iterations_text->data() + iterations_text->size();
  const auto [stop, error] = std::from_chars(iterations_text->data(), end, iterations);
  if (error != std::errc{} || stop != end) return refused("the iteration count is not a number");
  if (iterations < kMinIterations || iterations > kMaxIterations)
    return refused("the iteration count is out of bounds");
  server_first_ = server_first;
  both_nonces_ = *both;
  return Challenge{.salt = *salt, .iterations = iterations};
}

std::string ScramClient::final_message(const k8s::SecretBytes& salted_password) {
  const std::string without_proof = std::string(kChannel) + ",r=" + both_nonces_;
  const std::string auth_message = first_bare() + "," + server_first_ + "," + without_proof;
  const std::string client_key = hmac(mechanism_, salted_password.expose(), "Client Key");
  const std::string client_signature = hmac(mechanism_, hash(mechanism_, client_key), auth_message);
  server_signature_ = hmac(mechanism_, hmac(mechanism_, salted_password.expose(), "Server Key"), auth_message);
  return without_proof + ",p=" + to_base64(exclusive_or(client_key, client_signature));
}

k8s::Result<void> ScramClient::verify(std::string_view server_final) const {
  if (const auto error = scram_attribute(server_final, 'e')) return refused("the server says " + std::string(*error));
  const auto signature_text = scram_attribute(server_final, 'v');
  const auto signature = signature_text ? from_base64(*signature_text) : std::nullopt;
  if (!signature || server_signature_.empty() || !equal_in_constant_time(*signature, server_signature_)) {
    return refused("the server does not know the password");
  }
  return {};
}

}  // namespace mongo
