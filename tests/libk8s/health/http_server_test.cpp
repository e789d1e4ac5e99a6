// SPDX-License-Identifier: Apache-2.0
// Does the little server answer what it should, and stand up to what it should not?
#include <chrono>
#include <list>

#include <gtest/gtest.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "libk8s/health/http_server.hpp"

namespace k8s {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

// Connects, sends, and gathers what comes until the server closes.
struct Visitor {
  Visitor(asio::io_context& loop, std::uint16_t port, std::string text) : socket(loop), sent(std::move(text)) {
    socket.connect({asio::ip::address_v4::loopback(), port});
    asio::async_write(socket, asio::buffer(sent), [](const boost::system::error_code&, std::size_t) {});
    asio::async_read(socket, asio::dynamic_buffer(got),
                     [this](const boost::system::error_code&, std::size_t) { closed = true; });
  }
  std::string status() const { return got.substr(0, got.find("\r\n")); }
  std::string body() const { return got.substr(got.find("\r\n\r\n") + 4); }
  tcp::socket socket;
  std::string sent;
  std::string got;
  bool closed = false;
};

struct HttpServerTest : ::testing::Test {
  void serve(HttpServer::Options options) {
    options.address = "127.0.0.1";
    server = std::move(*HttpServer::listen(loop, options,
                                           {.metrics = [] { return std::string{"up 1\n"}; },
                                            .healthz = {{"ping", [] { return Result<void>{}; }}},
                                            .readyz = {{"stores", [this] { return stores; }}}}));
  }
  bool run_until_closed(const Visitor& visitor, Millis limit = Millis{15'000}) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!visitor.closed && std::chrono::steady_clock::now() < end) {
      loop.restart();
      loop.run_one_for(std::chrono::milliseconds{20});
    }
    return visitor.closed;
  }
  Visitor& visit(const std::string& text) {
    Visitor& visitor = visitors.emplace_back(loop, server->port(), text);
    EXPECT_TRUE(run_until_closed(visitor));
    return visitor;
  }
  Visitor& get(const std::string& target) { return visit("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n"); }

  asio::io_context loop;
  Result<void> stores;
  std::list<Visitor> visitors;
  std::unique_ptr<HttpServer> server;
};

TEST_F(HttpServerTest, metrics_come_in_the_text_format) {
  serve({});
  const Visitor& visitor = get("/metrics");
  EXPECT_EQ(visitor.status(), "HTTP/1.1 200 OK");
  EXPECT_NE(visitor.got.find("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"), std::string::npos);
  EXPECT_EQ(visitor.body(), "up 1\n");
}

TEST_F(HttpServerTest, health_is_ok_or_500_with_a_line_per_check) {
  serve({});
  EXPECT_EQ(get("/healthz").body(), "ok");
  EXPECT_EQ(get("/readyz?verbose").body(), "[+]stores ok\nreadyz check passed\n");
  stores = Error{.code = Code::unavailable, .message = "pods not synced"};
  const Visitor& visitor = get("/readyz");
  EXPECT_EQ(visitor.status(), "HTTP/1.1 500 Internal Server Error");
  EXPECT_EQ(visitor.body(), "[-]stores failed: pods not synced\nreadyz check failed\n");
}

TEST_F(HttpServerTest, nothing_else_is_served) {
  serve({});
  for (const char* target : {"/", "/debug/pprof", "/metrics/", "/../etc/passwd", "/healthz/ping"}) {
    EXPECT_EQ(get(target).status(), "HTTP/1.1 404 Not Found") << target;
  }
  EXPECT_EQ(visit("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").status(),
            "HTTP/1.1 405 Method Not Allowed");
  EXPECT_EQ(visit("DELETE /healthz HTTP/1.1\r\nHost: x\r\n\r\n").status(), "HTTP/1.1 405 Method Not Allowed");
}

TEST_F(HttpServerTest, what_is_not_http_or_too_long_is_refused) {
  serve({.max_head = 1024});
  EXPECT_EQ(visit("nonsense\r\n\r\n").status(), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(visit("GET / HTTP/1.1\r\nX: " + std::string(3000, 'x') + "\r\n\r\n").status(),
            "HTTP/1.1 431 Request Header Fields Too Large");
}

TEST_F(HttpServerTest, a_visitor_who_does_not_finish_is_shown_out) {
  serve({.deadline = Millis{150}});
  const Visitor& visitor = visit("GET /heal");
  EXPECT_EQ(visitor.got, "");
}

TEST_F(HttpServerTest, silent_visitors_cannot_lock_out_a_probe) {
  serve({.max_connections = 4});
  std::list<Visitor> silent;
  for (int i = 0; i < 10; ++i) {
    silent.emplace_back(loop, server->port(), "GET ");
    loop.restart();
    loop.run_for(std::chrono::milliseconds{5});
  }
  EXPECT_EQ(get("/healthz").body(), "ok");
  EXPECT_TRUE(silent.front().closed);
  EXPECT_FALSE(silent.back().closed);
  server.reset();
  EXPECT_TRUE(run_until_closed(silent.back()));
}

TEST_F(HttpServerTest, it_may_be_destroyed_at_any_step) {
  for (int steps = 0; steps < 12; ++steps) {
    serve({});
    Visitor visitor(loop, server->port(), "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    loop.restart();
    for (int i = 0; i < steps; ++i) loop.run_one_for(std::chrono::milliseconds{5});
    server.reset();
    EXPECT_TRUE(run_until_closed(visitor));
  }
}

TEST_F(HttpServerTest, an_address_that_cannot_be_bound_says_why) {
  EXPECT_EQ(HttpServer::listen(loop, {.address = "here"}, {}).error(),
            (Error{.code = Code::invalid, .message = "\"here\" is no IP address to listen on"}));
  serve({});
  const auto second = HttpServer::listen(loop, {.address = "127.0.0.1", .port = server->port()}, {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::unavailable);
}

}  // namespace
}  // namespace k8s
