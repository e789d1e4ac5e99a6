// SPDX-License-Identifier: Apache-2.0
// An HTTP/1.1 server over TLS on the test's own loop, which answers, misbehaves or keeps silent as each test says.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "libk8s/transport/server_url.hpp"
#include "tests/libk8s/transport/test_certificates.hpp"

namespace k8s::testing {

struct Received {
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  int connection = 0;  // from 1, in the order of acceptance
};

class TestServer {
 public:
  class Connection {
   public:
    virtual ~Connection() = default;
    // A whole reply; then the next request is read.
    void reply(int status, const std::string& body, const std::string& more_headers = {});
    void open_stream(int status = 200);
    void chunk(const std::string& bytes);
    void end_stream();
    enum class Then { nothing, next_request };
    virtual void send_raw(const std::string& bytes, Then then) = 0;
    // RST: what a peer sees when the process on the other side is killed.
    virtual void reset() = 0;
    // The same once what was sent is on its way.
    virtual void reset_soon() = 0;
    // The common name on the client's certificate; empty without one.
    virtual std::string peer_name() = 0;
  };

  explicit TestServer(boost::asio::io_context& loop);
  ~TestServer();

  ServerUrl url() const;
  void close();
  // No further connection gets a TLS handshake; the kernel still accepts.
  void stop_handshakes();
  // And those that waited for one get it.
  void resume_handshakes();
  int connections_accepted() const;
  int connections_open() const;

  std::function<void(const Received&, Connection&)> on_request = [](const Received&, Connection& c) {
    c.reply(200, "{}");
  };
  std::vector<Received> received;
  bool answers_before_the_body = false;  // as an API server does that refuses; the body is never read then

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace k8s::testing
