// SPDX-License-Identifier: Apache-2.0
// What we show about ourselves over HTTP: GET /metrics, /healthz and /readyz (`?verbose` lists every check), and
// nothing else.
//
// Bounded against whoever can reach the port: head size, time per connection, and number of connections (beyond it the
// oldest one is closed, so that idle ones cannot lock the kubelet's probe out). One request per connection.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "libk8s/base/clock.hpp"
#include "libk8s/base/result.hpp"
#include "libk8s/health/checks.hpp"

namespace k8s {

class HttpServer {
 public:
  struct Options {
    std::string address = {};  // "127.0.0.1", "0.0.0.0", "::" …
    std::uint16_t port = 0;    // 0: any free one, see port()
    Millis deadline{10'000};   // for head and reply together
    std::size_t max_connections = 32;
    std::size_t max_head = 8u << 10;
  };
  struct Shown {
    std::function<std::string()> metrics = {};  // text format 0.0.4; none: 404
    std::vector<HealthCheck> healthz = {};
    std::vector<HealthCheck> readyz = {};
  };

  // Listens at once. Code::invalid for an address that is none, Code::unavailable when it cannot be bound.
  static Result<std::unique_ptr<HttpServer>> listen(boost::asio::io_context& loop, const Options& options, Shown shown);
  // Closes every connection; nothing of `shown` runs afterwards.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const;

 private:
  class Listener;
  explicit HttpServer(std::shared_ptr<Listener> listener);
  std::shared_ptr<Listener> listener_;
};

}  // namespace k8s
