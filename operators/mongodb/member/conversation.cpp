// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/member/conversation.hpp"

#include <sys/random.h>

#include "operators/mongodb/wire/base64.hpp"
#include "operators/mongodb/wire/sasl.hpp"

namespace mongo::member {
namespace {

k8s::Result<std::string> make_nonce() {
  std::string bytes(24, '\0');
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    return k8s::Error{.code = k8s::Code::unavailable, .message = "no entropy"};
  }
  return to_base64(bytes);
}

}  // namespace

k8s::Result<Conversation> Conversation::open(const Peer& mongod, const k8s::Clock& clock, k8s::Monotonic deadline) {
  auto socket = connect_tcp(mongod, clock, deadline);
  if (!socket) return socket.error();
  return Conversation(*std::move(socket), clock);
}

k8s::Result<bson::Document> Conversation::run(const std::string& database, const bson::Document& command,
                                              k8s::Monotonic deadline) {
  const Message request{.request_id = ++last_request_id_,
                        .body = bson::Builder(command).append("$db", database).done()};
  const auto frame = encode(request);
  if (!frame) return frame.error();
  if (const auto sent = send_all(socket_, *frame, *clock_, deadline); !sent) return sent.error();
  for (;;) {
    const auto received = frames_.next();
    if (!received) return received.error();
    if (*received) {
      auto reply = decode(**received);
      if (!reply) return reply.error();
      if (reply->response_to != request.request_id) continue;
      return std::move(reply->body);
    }
    const auto more = receive_some(socket_, *clock_, deadline);
    if (!more) return more.error();
    frames_.feed(*more);
  }
}

k8s::Result<void> Conversation::log_in(const Identity& identity, k8s::Monotonic deadline) {
  const auto nonce = make_nonce();
  if (!nonce) return nonce.error();
  SaslClient sasl(identity, *nonce);
  k8s::Result<SaslClient::Step> step = sasl.start();
  for (;;) {
    if (!step) return step.error();
    if (std::holds_alternative<SaslClient::LoggedIn>(*step)) return {};
    if (const auto* need = std::get_if<SaslClient::NeedSalt>(&*step)) {
      const auto salted = salt_password(need->request);
      if (!salted) return salted.error();
      step = sasl.salted(*salted);
      continue;
    }
    const auto send = std::get<SaslClient::SendCommand>(*step);
    const auto reply = run(send.database, send.command, deadline);
    if (!reply) return reply.error();
    step = sasl.reply(*reply);
  }
}

k8s::Result<bson::Document> ask_hello(const Peer& mongod, const k8s::Clock& clock, k8s::Monotonic deadline) {
  auto conversation = Conversation::open(mongod, clock, deadline);
  if (!conversation) return conversation.error();
  return conversation->run("admin", bson::Document{{"hello", 1}}, deadline);
}

}  // namespace mongo::member
