// SPDX-License-Identifier: Apache-2.0
// An HTTP/1.1 server over TLS on the test's own loop, which answers, misbehaves or keeps silent as each test says.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include "libk8s/transport/server_url.hpp"
#include "tests/libk8s/transport/test_certificates.hpp"

namespace k8s::testing {

namespace asio = boost::asio;

struct Received {
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  int connection = 0;  // from 1, in the order of acceptance
};

class TestServer {
 public:
  class Connection : public std::enable_shared_from_this<Connection> {
   public:
    Connection(TestServer& server, asio::ip::tcp::socket socket, int number)
        : server_(&server), tls_(std::move(socket), server.context_), number_(number) {}

    // A whole reply; then the next request is read.
    void reply(int status, const std::string& body, const std::string& more_headers = {}) {
      send_raw(
          fmt::format("HTTP/1.1 {} Word\r\nContent-Length: {}\r\n{}\r\n{}", status, body.size(), more_headers, body),
          true);
    }
    void open_stream(int status = 200) {
      send_raw(fmt::format("HTTP/1.1 {} Word\r\nTransfer-Encoding: chunked\r\n\r\n", status), false);
    }
    void chunk(const std::string& bytes) { send_raw(fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes), false); }
    void end_stream() { send_raw("0\r\n\r\n", true); }
    void send_raw(const std::string& bytes, bool then_next) {
      outbox_ += bytes;
      next_after_ = next_after_ || then_next;
      flush();
    }
    // RST: what a peer sees when the process on the other side is killed.
    void reset() {
      boost::system::error_code ignored;
      tls_.next_layer().set_option(asio::socket_base::linger(true, 0), ignored);
      tls_.next_layer().close(ignored);
    }

    auto executor() { return tls_.get_executor(); }
    // The common name on the client's certificate; empty without one.
    std::string peer_name() {
      X509* certificate = SSL_get0_peer_certificate(tls_.native_handle());
      if (certificate == nullptr) return {};
      char name[100] = {};
      X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
      return name;
    }

   private:
    friend class TestServer;

    void handshake() {
      tls_.async_handshake(asio::ssl::stream_base::server,
                           [self = shared_from_this()](const boost::system::error_code& error) {
                             if (!error) self->read();
                           });
    }
    void read() {
      reading_ = true;
      asio::async_read_until(tls_, asio::dynamic_buffer(inbox_), "\r\n\r\n",
                             [self = shared_from_this()](const boost::system::error_code& error, std::size_t size) {
                               self->reading_ = false;
                               if (!error) self->take_head(size);
                             });
    }
    void take_head(std::size_t size) {
      Received request{.method = {}, .target = {}, .headers = {}, .body = {}, .connection = number_};
      std::string_view head = std::string_view{inbox_}.substr(0, size);
      const std::string_view first = head.substr(0, head.find("\r\n"));
      request.method = first.substr(0, first.find(' '));
      request.target = first.substr(request.method.size() + 1, first.rfind(' ') - request.method.size() - 1);
      for (std::size_t at = first.size() + 2; at < head.size();) {
        const std::size_t end = head.find("\r\n", at);
        const std::string_view line = head.substr(at, end - at);
        at = end + 2;
        const std::size_t colon = line.find(": ");
        if (colon == std::string_view::npos) continue;
        std::string name{line.substr(0, colon)};
        for (char& c : name) c = static_cast<char>(std::tolower(c));
        request.headers[name] = line.substr(colon + 2);
      }
      inbox_.erase(0, size);
      std::size_t length = 0;
      if (const auto found = request.headers.find("content-length"); found != request.headers.end())
        length = std::stoul(found->second);
      if (server_ != nullptr && server_->answers_before_the_body) length = 0;
      take_body(std::move(request), length);
    }
    void take_body(Received request, std::size_t length) {
      if (inbox_.size() < length) {
        asio::async_read(
            tls_, asio::dynamic_buffer(inbox_), asio::transfer_exactly(length - inbox_.size()),
            [self = shared_from_this(), request, length](const boost::system::error_code& error, std::size_t) {
              if (!error) self->take_body(request, length);
            });
        return;
      }
      request.body = inbox_.substr(0, length);
      inbox_.erase(0, length);
      if (server_ == nullptr) return;
      server_->received.push_back(request);
      server_->on_request(request, *this);
    }
    void flush() {
      if (writing_ || outbox_.empty()) return;
      writing_ = true;
      auto bytes = std::make_shared<std::string>(std::exchange(outbox_, {}));
      asio::async_write(tls_, asio::buffer(*bytes),
                        [self = shared_from_this(), bytes](const boost::system::error_code& error, std::size_t) {
                          self->writing_ = false;
                          if (error) return;
                          self->flush();
                          if (!self->writing_ && std::exchange(self->next_after_, false)) self->read();
                        });
    }

    TestServer* server_;
    asio::ssl::stream<asio::ip::tcp::socket> tls_;
    int number_;
    std::string inbox_;
    std::string outbox_;
    bool writing_ = false;
    bool reading_ = false;
    bool next_after_ = false;
  };

  explicit TestServer(asio::io_context& loop, const Authority& authority = Authority::shared())
      : loop_(loop), context_(asio::ssl::context::tls_server), acceptor_(loop, {asio::ip::address_v4::loopback(), 0}) {
    context_.use_certificate(asio::buffer(authority.server.certificate_pem()), asio::ssl::context::pem);
    context_.use_private_key(asio::buffer(authority.server.key_pem()), asio::ssl::context::pem);
    context_.add_certificate_authority(asio::buffer(authority.ca.certificate_pem()));
    context_.set_verify_mode(asio::ssl::verify_peer);  // asks for a client certificate, takes none too
    const unsigned char id = 1;
    SSL_CTX_set_session_id_context(context_.native_handle(), &id, 1);  // else OpenSSL refuses every resumed session
    accept();
  }
  ~TestServer() { close(); }

  ServerUrl url() const { return {.tls = true, .host = "127.0.0.1", .port = acceptor_.local_endpoint().port()}; }
  void close() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    for (const auto& connection : connections_) {
      connection->server_ = nullptr;
      connection->tls_.next_layer().close(ignored);
    }
    connections_.clear();
  }
  // No further connection gets a TLS handshake; the kernel still accepts.
  void stop_handshakes() { handshakes_ = false; }
  // And those that waited for one get it.
  void resume_handshakes() {
    handshakes_ = true;
    for (const auto& connection : std::exchange(waiting_, {})) connection->handshake();
  }
  int connections_accepted() const { return accepted_; }
  int connections_open() const {
    int open = 0;
    for (const auto& connection : connections_) open += connection->reading_ || connection->writing_ ? 1 : 0;
    return open;
  }

  std::function<void(const Received&, Connection&)> on_request = [](const Received&, Connection& c) {
    c.reply(200, "{}");
  };
  std::vector<Received> received;
  bool answers_before_the_body = false;  // as an API server does that refuses; the body is never read then

 private:
  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, asio::ip::tcp::socket socket) {
      if (error) return;
      auto connection = std::make_shared<Connection>(*this, std::move(socket), ++accepted_);
      connections_.push_back(connection);
      handshakes_ ? connection->handshake() : waiting_.push_back(connection);
      accept();
    });
  }

  asio::io_context& loop_;
  asio::ssl::context context_;
  asio::ip::tcp::acceptor acceptor_;
  std::vector<std::shared_ptr<Connection>> connections_;
  std::vector<std::shared_ptr<Connection>> waiting_;
  int accepted_ = 0;
  bool handshakes_ = true;
};

}  // namespace k8s::testing
