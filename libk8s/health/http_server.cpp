// SPDX-License-Identifier: Apache-2.0
#include "libk8s/health/http_server.hpp"

#include <list>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace k8s {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using Response = http::response<http::string_body>;

Response text_reply(http::status status, std::string body, const char* type = "text/plain; charset=utf-8") {
  Response response{status, 11};
  response.set(http::field::content_type, type);
  response.set("X-Content-Type-Options", "nosniff");
  response.body() = std::move(body);
  response.keep_alive(false);
  response.prepare_payload();
  return response;
}

Response health_reply(const std::vector<HealthCheck>& checks, std::string_view endpoint, std::string_view query) {
  const bool verbose = query == "verbose" || query.starts_with("verbose&") || query.starts_with("verbose=");
  HealthReport report = run_checks(checks, endpoint, verbose ? Verbosity::verbose : Verbosity::terse);
  return text_reply(report.healthy ? http::status::ok : http::status::internal_server_error, std::move(report.text));
}

Response answer(const HttpServer::Shown& shown, http::verb method, std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  const std::string_view query = path.size() < target.size() ? target.substr(path.size() + 1) : std::string_view{};
  if (method != http::verb::get) {
    Response response = text_reply(http::status::method_not_allowed, "only GET is answered here\n");
    response.set(http::field::allow, "GET");
    return response;
  }
  if (path == "/metrics" && shown.metrics)
    return text_reply(http::status::ok, shown.metrics(), "text/plain; version=0.0.4; charset=utf-8");
  if (path == "/healthz") return health_reply(shown.healthz, "healthz", query);
  if (path == "/readyz") return health_reply(shown.readyz, "readyz", query);
  return text_reply(http::status::not_found, "here are /metrics, /healthz and /readyz\n");
}

}  // namespace

class HttpServer::Listener : public std::enable_shared_from_this<Listener> {
 public:
  Listener(asio::io_context& loop, const Options& options, Shown shown)
      : options_(options), shown_(std::move(shown)), acceptor_(loop), pause_(loop) {}

  Result<void> bind() {
    boost::system::error_code error;
    const asio::ip::address address = asio::ip::make_address(options_.address, error);
    if (error)
      return Error{.code = Code::invalid,
                   .message = fmt::format("\"{}\" is no IP address to listen on", options_.address)};
    const tcp::endpoint endpoint{address, options_.port};
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (!error) return {};
    return Error{
        .code = Code::unavailable,
        .message = fmt::format("cannot listen on {}:{}: {}", options_.address, options_.port, error.message())};
  }

  void accept() {
    acceptor_.async_accept([weak = weak_from_this()](const boost::system::error_code& error, tcp::socket socket) {
      const auto self = weak.lock();
      if (!self || error == asio::error::operation_aborted) return;
      if (error) return self->accept_later();
      self->take(std::move(socket));
      self->accept();
    });
  }

  void close() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    for (const auto& connection : std::exchange(connections_, {})) connection->close();
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  struct Connection : std::enable_shared_from_this<Connection> {
    Connection(tcp::socket socket, const Options& options) : stream(std::move(socket)), inbox(options.max_head) {
      parser.header_limit(static_cast<std::uint32_t>(options.max_head));
      parser.body_limit(0);
    }
    void close() {
      boost::system::error_code ignored;
      stream.socket().close(ignored);
    }
    boost::beast::tcp_stream stream;
    boost::beast::flat_buffer inbox;
    http::request_parser<http::empty_body> parser;
    std::optional<Response> response;
  };

  // Out of descriptors, most likely: not a reason to spin.
  void accept_later() {
    pause_.expires_after(std::chrono::milliseconds{200});
    pause_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      if (const auto self = weak.lock(); self && !error) self->accept();
    });
  }

  void take(tcp::socket socket) {
    if (connections_.size() >= options_.max_connections) {
      connections_.front()->close();
      connections_.pop_front();
    }
    auto connection = std::make_shared<Connection>(std::move(socket), options_);
    connections_.push_back(connection);
    connection->stream.expires_after(options_.deadline);
    http::async_read_header(connection->stream, connection->inbox, connection->parser,
                            [weak = weak_from_this(), connection](const boost::system::error_code& error, std::size_t) {
                              if (const auto self = weak.lock()) self->reply(connection, error);
                            });
  }

  void reply(const std::shared_ptr<Connection>& connection, const boost::system::error_code& error) {
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      connection->response =
          text_reply(http::status::request_header_fields_too_large, "the request's head is too large\n");
    } else if (error && error.category() == http::make_error_code(http::error::end_of_stream).category() &&
               error != http::error::end_of_stream) {
      connection->response = text_reply(http::status::bad_request, "this is not HTTP/1.1\n");
    } else if (error) {
      return drop(connection);
    } else {
      const auto& request = connection->parser.get();
      connection->response =
          answer(shown_, request.method(), std::string_view{request.target().data(), request.target().size()});
    }
    http::async_write(connection->stream, *connection->response,
                      [weak = weak_from_this(), connection](const boost::system::error_code&, std::size_t) {
                        boost::system::error_code ignored;
                        connection->stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
                        if (const auto self = weak.lock()) self->drop(connection);
                      });
  }

  void drop(const std::shared_ptr<Connection>& connection) {
    connection->close();
    connections_.remove(connection);
  }

  Options options_;
  Shown shown_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  std::list<std::shared_ptr<Connection>> connections_;
};

Result<std::unique_ptr<HttpServer>> HttpServer::listen(asio::io_context& loop, const Options& options, Shown shown) {
  auto listener = std::make_shared<Listener>(loop, options, std::move(shown));
  if (const Result<void> bound = listener->bind(); !bound) return bound.error();
  listener->accept();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(listener)));
}

HttpServer::HttpServer(std::shared_ptr<Listener> listener) : listener_(std::move(listener)) {}

HttpServer::~HttpServer() {
  listener_->close();
}

std::uint16_t HttpServer::port() const {
  return listener_->port();
}

}  // namespace k8s
