// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/wire/sasl.hpp"

#include "operators/mongodb/wire/server_error.hpp"

namespace mongo {
namespace {

bson::Document client_metadata() {
  return {{"application", bson::Document{{"name", "sagong"}}},
          {"driver", bson::Document{{"name", "sagong"}, {"version", "0.1.0"}}},
          {"os", bson::Document{{"type", "Linux"}}}};
}

bson::Value payload_of(std::string_view text) {
  return bson::Binary{.bytes = std::string(text), .subtype = 0};
}

// The server answers with a payload of the type that it was sent; older ones with a string.
k8s::Result<std::string> payload_in(const bson::Document& reply) {
  if (auto binary = reply.binary("payload")) return std::move(binary->bytes);
  if (auto text = reply.string("payload")) return *std::move(text);
  return k8s::Error{.code = k8s::Code::unauthenticated, .message = "the server's SASL reply has no payload"};
}

Mechanism best_offered(const bson::Document& hello) {
  bool sha_1 = false;
  for (const bson::Element& offered : hello.sub("saslSupportedMechs")) {
    if (offered.string() == name(Mechanism::scram_sha_256)) return Mechanism::scram_sha_256;
    sha_1 = sha_1 || offered.string() == name(Mechanism::scram_sha_1);
  }
  return sha_1 ? Mechanism::scram_sha_1 : Mechanism::scram_sha_256;
}

}  // namespace

SaslClient::SaslClient(Identity identity, std::string nonce)
    : identity_(std::move(identity)), nonce_(std::move(nonce)), scram_(mechanism_, identity_.user, nonce_) {}

SaslClient::Step SaslClient::start() const {
  bson::Builder hello;
  hello.append("hello", 1).append("client", client_metadata());
  if (!identity_.mechanism) hello.append("saslSupportedMechs", identity_.database + "." + identity_.user);
  return SendCommand{.database = "admin", .command = hello.done()};
}

SaslClient::Step SaslClient::begin(const bson::Document& hello) {
  mechanism_ = identity_.mechanism.value_or(best_offered(hello));
  scram_ = ScramClient(mechanism_, identity_.user, nonce_);
  state_ = State::started;
  return SendCommand{.database = identity_.database,
                     .command = {{"saslStart", 1},
                                 {"mechanism", name(mechanism_)},
                                 {"payload", payload_of(scram_.first_message())},
                                 {"autoAuthorize", 1},
                                 {"options", bson::Document{{"skipEmptyExchange", true}}}}};
}

SaslClient::SendCommand SaslClient::resume(std::string_view payload) const {
  return SendCommand{
      .database = identity_.database,
      .command = {{"saslContinue", 1}, {"conversationId", conversation_}, {"payload", payload_of(payload)}}};
}

k8s::Result<SaslClient::Step> SaslClient::challenged(const bson::Document& reply) {
  auto payload = payload_in(reply);
  if (!payload) return payload.error();
  auto challenge = scram_.read_challenge(*payload);
  if (!challenge) return challenge.error();
  auto prepared = prepare_password(mechanism_, identity_.user, identity_.password);
  if (!prepared) return prepared.error();
  const auto id = reply.find("conversationId");
  conversation_ = id ? bson::Value(*id) : bson::Value(1);
  state_ = State::salting;
  return Step(NeedSalt{.request = {.mechanism = mechanism_,
                                   .prepared_password = *std::move(prepared),
                                   .salt = challenge->salt,
                                   .iterations = challenge->iterations}});
}

k8s::Result<SaslClient::Step> SaslClient::proved(const bson::Document& reply) {
  auto payload = payload_in(reply);
  if (!payload) return payload.error();
  if (auto verified = scram_.verify(*payload); !verified) return verified.error();
  if (reply.flag("done")) {
    state_ = State::done;
    return Step(LoggedIn{});
  }
  state_ = State::emptying;
  return Step(resume(""));
}

k8s::Result<SaslClient::Step> SaslClient::reply(const bson::Document& reply) {
  // A server that is shutting down refuses hello and may still let us in.
  if (state_ == State::hello) return begin(reply);
  if (auto ok = check_reply(reply); !ok) return k8s::in_context("log in as " + identity_.user, ok.error());
  switch (state_) {
    case State::started: return challenged(reply);
    case State::proving: return proved(reply);
    case State::emptying:
      state_ = State::done;
      if (!reply.flag("done"))
        return k8s::Error{.code = k8s::Code::unauthenticated, .message = "the server does not finish the log-in"};
      return Step(LoggedIn{});
    case State::hello:
    case State::salting:
    case State::done: break;
  }
  return k8s::Error{.code = k8s::Code::internal, .message = "a SASL reply that nobody waits for"};
}

k8s::Result<SaslClient::Step> SaslClient::salted(const k8s::SecretBytes& salted_password) {
  k8s::check(state_ == State::salting, "SaslClient::salted() without NeedSalt");
  state_ = State::proving;
  return Step(resume(scram_.final_message(salted_password)));
}

}  // namespace mongo
