// SPDX-License-Identifier: Apache-2.0
#include "tests/libk8s/transport/test_server.hpp"

#include <cctype>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

namespace k8s::testing {
namespace {

namespace asio = boost::asio;
using Failure = boost::system::error_code;

// What a session asks of its server; null once the server is closed.
struct Host {
  asio::ssl::context context{asio::ssl::context::tls_server};
  TestServer* server = nullptr;
};

Received parse_head(std::string_view head, int connection) {
  Received request{.method = {}, .target = {}, .headers = {}, .body = {}, .connection = connection};
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
  return request;
}

class Session final : public TestServer::Connection, public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<Host> host, asio::ip::tcp::socket socket, int number)
      : host_(std::move(host)), tls_(std::move(socket), host_->context), number_(number) {}

  void handshake() {
    tls_.async_handshake(asio::ssl::stream_base::server, [self = shared_from_this()](const Failure& error) {
      if (!error) self->read();
    });
  }
  void close() {
    Failure ignored;
    tls_.next_layer().close(ignored);
  }
  bool is_busy() const { return reading_ || writing_; }

  void send_raw(const std::string& bytes, Then then) override {
    outbox_ += bytes;
    next_after_ = next_after_ || then == Then::next_request;
    flush();
  }
  void reset() override {
    Failure ignored;
    tls_.next_layer().set_option(asio::socket_base::linger(true, 0), ignored);
    close();
  }
  void reset_soon() override {
    asio::post(tls_.get_executor(),
               [self = shared_from_this()] { asio::post(self->tls_.get_executor(), [self] { self->reset(); }); });
  }
  std::string peer_name() override {
    X509* certificate = SSL_get0_peer_certificate(tls_.native_handle());
    if (certificate == nullptr) return {};
    char name[100] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
    return name;
  }

 private:
  void read() {
    reading_ = true;
    asio::async_read_until(tls_, asio::dynamic_buffer(inbox_), "\r\n\r\n",
                           [self = shared_from_this()](const Failure& error, std::size_t size) {
                             self->reading_ = false;
                             if (!error) self->take_head(size);
                           });
  }
  void take_head(std::size_t size) {
    Received request = parse_head(std::string_view{inbox_}.substr(0, size), number_);
    inbox_.erase(0, size);
    std::size_t length = 0;
    const auto found = request.headers.find("content-length");
    if (found != request.headers.end()) length = std::stoul(found->second);
    if (host_->server != nullptr && host_->server->answers_before_the_body) length = 0;
    take_body(std::move(request), length);
  }
  void take_body(Received request, std::size_t length) {
    if (inbox_.size() < length) {
      asio::async_read(tls_, asio::dynamic_buffer(inbox_), asio::transfer_exactly(length - inbox_.size()),
                       [self = shared_from_this(), request, length](const Failure& error, std::size_t) {
                         if (!error) self->take_body(request, length);
                       });
      return;
    }
    request.body = inbox_.substr(0, length);
    inbox_.erase(0, length);
    if (host_->server == nullptr) return;
    host_->server->received.push_back(request);
    host_->server->on_request(request, *this);
  }
  void flush() {
    if (writing_ || outbox_.empty()) return;
    writing_ = true;
    auto bytes = std::make_shared<std::string>(std::exchange(outbox_, {}));
    asio::async_write(tls_, asio::buffer(*bytes),
                      [self = shared_from_this(), bytes](const Failure& error, std::size_t) {
                        self->writing_ = false;
                        if (error) return;
                        self->flush();
                        if (!self->writing_ && std::exchange(self->next_after_, false)) self->read();
                      });
  }

  std::shared_ptr<Host> host_;
  asio::ssl::stream<asio::ip::tcp::socket> tls_;
  int number_;
  std::string inbox_;
  std::string outbox_;
  bool reading_ = false;
  bool writing_ = false;
  bool next_after_ = false;
};

}  // namespace

void TestServer::Connection::reply(int status, const std::string& body, const std::string& more_headers) {
  const std::string head =
      fmt::format("HTTP/1.1 {} Word\r\nContent-Length: {}\r\n{}\r\n", status, body.size(), more_headers);
  send_raw(head + body, Then::next_request);
}

void TestServer::Connection::open_stream(int status) {
  send_raw(fmt::format("HTTP/1.1 {} Word\r\nTransfer-Encoding: chunked\r\n\r\n", status), Then::nothing);
}

void TestServer::Connection::chunk(const std::string& bytes) {
  send_raw(fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes), Then::nothing);
}

void TestServer::Connection::end_stream() {
  send_raw("0\r\n\r\n", Then::next_request);
}

class TestServer::Impl {
 public:
  Impl(asio::io_context& loop, TestServer& server) : acceptor_(loop, {asio::ip::address_v4::loopback(), 0}) {
    const Authority& authority = Authority::shared();
    asio::ssl::context& context = host->context;
    context.use_certificate(asio::buffer(authority.server.certificate_pem()), asio::ssl::context::pem);
    context.use_private_key(asio::buffer(authority.server.key_pem()), asio::ssl::context::pem);
    context.add_certificate_authority(asio::buffer(authority.ca.certificate_pem()));
    context.set_verify_mode(asio::ssl::verify_peer);  // asks for a client certificate, takes none too
    const unsigned char id = 1;
    SSL_CTX_set_session_id_context(context.native_handle(), &id, 1);  // else OpenSSL refuses every resumed session
    host->server = &server;
    accept();
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  void close() {
    Failure ignored;
    acceptor_.close(ignored);
    host->server = nullptr;
    for (const auto& session : std::exchange(sessions, {})) session->close();
  }
  void resume() {
    handshakes = true;
    for (const auto& session : std::exchange(waiting, {})) session->handshake();
  }

  std::shared_ptr<Host> host = std::make_shared<Host>();
  std::vector<std::shared_ptr<Session>> sessions;
  std::vector<std::shared_ptr<Session>> waiting;
  int accepted = 0;
  bool handshakes = true;

 private:
  void accept() {
    acceptor_.async_accept([this](const Failure& error, asio::ip::tcp::socket socket) {
      if (error) return;
      auto session = std::make_shared<Session>(host, std::move(socket), ++accepted);
      sessions.push_back(session);
      handshakes ? session->handshake() : waiting.push_back(session);
      accept();
    });
  }

  asio::ip::tcp::acceptor acceptor_;
};

TestServer::TestServer(asio::io_context& loop) : impl_(std::make_unique<Impl>(loop, *this)) {}

TestServer::~TestServer() {
  close();
}

ServerUrl TestServer::url() const {
  return {.tls = true, .host = "127.0.0.1", .port = impl_->port()};
}

void TestServer::close() {
  impl_->close();
}

void TestServer::stop_handshakes() {
  impl_->handshakes = false;
}

void TestServer::resume_handshakes() {
  impl_->resume();
}

int TestServer::connections_accepted() const {
  return impl_->accepted;
}

int TestServer::connections_open() const {
  int open = 0;
  for (const auto& session : impl_->sessions) open += session->is_busy() ? 1 : 0;
  return open;
}

}  // namespace k8s::testing
