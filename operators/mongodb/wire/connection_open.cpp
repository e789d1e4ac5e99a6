// SPDX-License-Identifier: Apache-2.0
// How does a connection come up: resolve, connect, log in.
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

#include "operators/mongodb/wire/connection_session.hpp"

namespace mongo {
namespace {

using boost::asio::ip::tcp;

k8s::Error refused(std::string message) {
  return k8s::Error{.code = k8s::Code::invalid, .message = std::move(message)};
}

std::string text_of(const Endpoint& endpoint) {
  const bool six = endpoint.host.find(':') != std::string::npos;
  return (six ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

}  // namespace

void Connection::Session::open(k8s::Monotonic deadline, Opened opened, Broken broken) {
  k8s::check(state_ == State::idle, "a Connection opens once");
  state_ = State::opening;
  open_deadline_ = deadline;
  opened_ = std::move(opened);
  broken_ = std::move(broken);
  set_timer();

  std::optional<k8s::Error> wrong;
  boost::system::error_code not_an_address;
  boost::asio::ip::make_address(options_.endpoint.host, not_an_address);
  if (options_.tls) {
    wrong = refused("TLS to mongod is not implemented yet");
  } else if (not_an_address && context_.resolver == nullptr) {
    wrong = refused("'" + options_.endpoint.host + "' is not an address, and there is no resolver");
  }
  if (wrong) {
    boost::asio::post(context_.loop, [self = shared_from_this(), error = *std::move(wrong)] {
      if (!self->is_over()) self->fail(error);
    });
    return;
  }
  if (!not_an_address) return dial({options_.endpoint.host});
  resolving_ =
      context_.resolver->resolve(options_.endpoint.host, [this](k8s::Result<std::vector<std::string>> addresses) {
        resolving_.reset();
        if (!addresses) return fail(k8s::in_context("resolve " + options_.endpoint.host, addresses.error()));
        dial(*std::move(addresses));
      });
}

// Tries the addresses in order, all within the one deadline.
void Connection::Session::dial(std::vector<std::string> addresses) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(addresses.empty() ? std::string() : addresses.front(), error);
  if (error) return fail(refused("no address for " + options_.endpoint.host));
  addresses.erase(addresses.begin());
  socket_.async_connect(
      tcp::endpoint(address, options_.endpoint.port),
      [self = shared_from_this(), rest = std::move(addresses)](boost::system::error_code failed) {
        if (self->is_over()) return;
        if (!failed) return self->connected();
        boost::system::error_code ignored;
        self->socket_.close(ignored);
        if (!rest.empty()) return self->dial(rest);
        self->fail(k8s::Error{.code = k8s::Code::unavailable,
                              .message = "connect to " + text_of(self->options_.endpoint) + ": " + failed.message()});
      });
}

void Connection::Session::connected() {
  boost::system::error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  socket_.set_option(tcp::socket::keep_alive(true), ignored);
  read_more();
  if (!options_.identity) return opened();
  sasl_.emplace(*options_.identity, context_.nonce());
  log_in(sasl_->start());
}

void Connection::Session::log_in(const k8s::Result<SaslClient::Step>& step) {
  const auto self = shared_from_this();
  if (!step) return fail(step.error());
  if (const auto* send = std::get_if<SaslClient::SendCommand>(&*step)) {
    Command command{.db = send->database, .body = send->command, .intent = Intent::read, .deadline = open_deadline_};
    auto exchange = make_exchange(std::move(command), [this](const k8s::Result<bson::Document>& reply) {
      // Only a real reply comes here: fail() has its own word for the opening.
      if (reply) log_in(sasl_->reply(*reply));
    });
    if (!exchange) return fail(exchange.error());
    return start(*std::move(exchange));
  }
  if (const auto* need = std::get_if<SaslClient::NeedSalt>(&*step)) {
    const auto ticket = context_.keys.derive(need->request, [this](const k8s::Result<k8s::SecretBytes>& key) {
      deriving_.reset();
      if (!key) return fail(key.error());
      log_in(sasl_->salted(*key));
    });
    // A key that was known has been used already, and the exchange after it is on its way.
    if (!is_over() && !on_its_way_) deriving_ = ticket;
    return;
  }
  sasl_.reset();
  opened();
}

void Connection::Session::opened() {
  state_ = State::ready;
  set_timer();
  const auto self = shared_from_this();
  const Opened callback = std::move(opened_);
  if (callback) callback({});
  if (!is_over()) send_next();
}

}  // namespace mongo
