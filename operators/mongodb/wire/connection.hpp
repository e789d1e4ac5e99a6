// SPDX-License-Identifier: Apache-2.0
// How does one TCP connection to a mongod open, log in, and answer commands? The real Link: link.hpp has its contract.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "operators/mongodb/wire/key_deriver.hpp"
#include "operators/mongodb/wire/link.hpp"
#include "operators/mongodb/wire/resolver.hpp"

namespace mongo {

// A fresh SCRAM nonce each time.
using NonceSource = std::function<std::string()>;
// 24 bytes from OpenSSL's generator, as base64.
std::string random_nonce();

// What a connection leans on; all of it outlives the connection.
struct WireContext {
  boost::asio::io_context& loop;
  const k8s::Clock& clock;
  KeyDeriver& keys;
  Resolver* resolver = nullptr;
  NonceSource nonce = random_nonce;
};

class Connection final : public Link {
 public:
  Connection(const WireContext& context, LinkOptions options);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void open(k8s::Monotonic deadline, Opened opened, Broken broken = {}) override;
  void run(Command command, Reply reply) override;
  void close() override;

  bool is_ready() const override;
  bool is_broken() const override;
  // Commands that wait or are on their way.
  std::size_t pending() const;

 private:
  class Session;
  std::shared_ptr<Session> session_;
};

class TcpDialer final : public Dialer {
 public:
  explicit TcpDialer(const WireContext& context) : context_(context) {}
  std::unique_ptr<Link> dial(LinkOptions options) override {
    return std::make_unique<Connection>(context_, std::move(options));
  }

 private:
  WireContext context_;
};

}  // namespace mongo
