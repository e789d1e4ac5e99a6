// SPDX-License-Identifier: Apache-2.0
// What does the other end say? A server on the test's own loop that answers each command as the test wants.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "operators/mongodb/wire/op_msg.hpp"
#include "operators/mongodb/wire/scram_server.hpp"

namespace mongo::testing {

using boost::asio::ip::tcp;

// One accepted connection.
class Peer : public std::enable_shared_from_this<Peer> {
 public:
  using Handler = std::function<void(Peer&, const Message&)>;

  Peer(tcp::socket socket, Handler handler) : socket_(std::move(socket)), handler_(std::move(handler)) {}

  void reply(const Message& to, bson::Document body) {
    send(*encode(Message{.request_id = ++last_id_, .response_to = to.request_id, .body = std::move(body)}));
  }
  void send(std::string bytes) {
    auto kept = std::make_shared<const std::string>(std::move(bytes));
    boost::asio::async_write(socket_, boost::asio::buffer(*kept),
                             [self = shared_from_this(), kept](boost::system::error_code, std::size_t) {});
  }
  void drop() {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }
  void start() {
    socket_.async_read_some(boost::asio::buffer(buffer_), [self = shared_from_this()](auto error, std::size_t size) {
      if (error) return;
      self->frames_.feed(std::string_view(self->buffer_.data(), size));
      for (auto frame = self->frames_.next(); frame && *frame; frame = self->frames_.next()) {
        if (auto message = decode(**frame)) self->handler_(*self, *message);
      }
      if (self->socket_.is_open()) self->start();
    });
  }

 private:
  tcp::socket socket_;
  Handler handler_;
  FrameReader frames_;
  std::array<char, 4096> buffer_ = {};
  std::int32_t last_id_ = 0;
};

class FakeServer {
 public:
  FakeServer(boost::asio::io_context& loop, Peer::Handler handler)
      : handler_(std::move(handler)), acceptor_(loop, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)) {
    accept();
  }
  ~FakeServer() {
    for (const auto& peer : peers_) peer->drop();
  }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  std::size_t accepted() const { return peers_.size(); }
  void stop() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    for (const auto& peer : peers_) peer->drop();
  }

 private:
  void accept() {
    acceptor_.async_accept([this](boost::system::error_code error, tcp::socket socket) {
      if (error) return;
      peers_.push_back(std::make_shared<Peer>(std::move(socket), handler_));
      peers_.back()->start();
      accept();
    });
  }

  Peer::Handler handler_;
  tcp::acceptor acceptor_;
  std::vector<std::shared_ptr<Peer>> peers_;
};

// The server's side of SCRAM: true when the message was part of a log-in and has been answered.
class FakeLogin {
 public:
  FakeLogin(Mechanism mechanism, std::string_view user, std::string_view password) : mechanism_(mechanism) {
    const auto prepared = prepare_password(mechanism, user, k8s::SecretBytes(std::string(password)));
    const std::string salt = "sixteen bytes ..";
    const auto salted = salt_password({.mechanism = mechanism, .prepared_password = *prepared, .salt = salt});
    credential_ = stored_credential(mechanism, *salted, salt, kMinIterations);
  }

  bool handle(Peer& peer, const Message& message) {
    const std::string_view command = message.body.first_key();
    if (command == "hello") {
      peer.reply(message, {{"ok", 1.0}, {"saslSupportedMechs", bson::Array{std::string(name(mechanism_))}}});
    } else if (command == "saslStart") {
      ScramServer& conversation = conversations_.insert_or_assign(&peer, ScramServer(mechanism_)).first->second;
      conversation.read_first(message.body.binary("payload")->bytes).has_value();
      reply(peer, message, conversation.challenge(credential_, "servernonce"), false);
    } else if (command == "saslContinue" && message.body.binary("payload")->bytes.empty()) {
      reply(peer, message, "", true);
    } else if (command == "saslContinue") {
      const auto last = conversations_.at(&peer).finish(message.body.binary("payload")->bytes);
      if (last) {
        reply(peer, message, *last, skip_empty_exchange);
      } else {
        peer.reply(
            message,
            {{"ok", 0.0}, {"errmsg", "Authentication failed."}, {"code", 18}, {"codeName", "AuthenticationFailed"}});
      }
    } else {
      return false;
    }
    return true;
  }

  bool skip_empty_exchange = true;

 private:
  static void reply(Peer& peer, const Message& message, std::string_view payload, bool done) {
    peer.reply(message, {{"conversationId", 1},
                         {"done", done},
                         {"payload", bson::Binary{.bytes = std::string(payload), .subtype = 0}},
                         {"ok", 1.0}});
  }

  Mechanism mechanism_;
  std::map<const Peer*, ScramServer> conversations_;
  StoredCredential credential_;
};

}  // namespace mongo::testing
