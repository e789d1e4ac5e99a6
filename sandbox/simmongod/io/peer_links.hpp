// SPDX-License-Identifier: Apache-2.0
// How does a member reach the others? One connection per host and channel, dialled by name when it is needed and again
// after it broke; as __system when there is a keyfile.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "operators/mongodb/wire/connection.hpp"
#include "sandbox/simmongod/ports.hpp"

namespace simmongod {

// Names by getaddrinfo, on Asio's own resolver thread.
class AsioResolver final : public mongo::Resolver {
 public:
  explicit AsioResolver(boost::asio::io_context& loop) : resolver_(loop) {}

  Ticket resolve(const std::string& host, Callback callback) override;
  void cancel(Ticket ticket) override { waiting_->erase(ticket); }

 private:
  boost::asio::ip::tcp::resolver resolver_;
  std::shared_ptr<std::map<Ticket, Callback>> waiting_ = std::make_shared<std::map<Ticket, Callback>>();
  Ticket last_ = 0;
};

class PeerLinks {
 public:
  using Answer = std::function<void(const k8s::Result<mongo::bson::Document>&)>;

  // `context` outlives this.
  PeerLinks(mongo::WireContext& context, std::optional<mongo::Identity> identity)
      : context_(context), identity_(std::move(identity)) {}

  // Answers exactly once, unless this is destroyed first. Errors read as the server words them.
  void ask(const output::PeerRequest& request, const Answer& answer);

 private:
  using Key = std::pair<std::string, Channel>;

  mongo::Connection* link(const Key& key, k8s::Monotonic deadline);
  void forget(const Key& key, std::uint64_t generation);

  struct Link {
    std::uint64_t generation = 0;
    std::shared_ptr<mongo::Connection> connection;
  };

  mongo::WireContext& context_;
  std::optional<mongo::Identity> identity_;
  std::map<Key, Link> links_;
  std::uint64_t generations_ = 0;
};

// "host:port", or 27017 without one; IPv6 addresses in brackets.
mongo::Endpoint endpoint_of(const std::string& host);

}  // namespace simmongod
