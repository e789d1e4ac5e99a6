// SPDX-License-Identifier: Apache-2.0
// When there is no reply, is what may have happened told truly, and in time?
#include "tests/libk8s/transport/curl_fixture.hpp"

namespace k8s::testing {
namespace {

Request within(Request request, int deadline_ms) {
  request.deadline = Millis{deadline_ms};
  return request;
}

TEST(CurlFailures, a_refused_connection_means_that_nothing_was_carried_out) {
  Bench bench;
  bench.server.close();
  bench.client = std::make_unique<CurlClient>(
      bench.loop, CurlClientOptions{.server = {.tls = true, .host = "127.0.0.1", .port = 1}}, bench.credentials);
  const Result<Reply> reply = bench.ask(post("/"));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::unavailable);
}

TEST(CurlFailures, a_name_that_does_not_resolve_is_unavailable) {
  Bench bench;
  bench.client = std::make_unique<CurlClient>(
      bench.loop, CurlClientOptions{.server = {.tls = true, .host = "no-such-host.invalid", .port = 443}},
      bench.credentials);
  const Result<Reply> reply = bench.ask(post("/"));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::unavailable);
}

TEST(CurlFailures, a_write_whose_reply_is_lost_has_an_unknown_outcome_and_is_sent_once) {
  for (const Method method : {Method::post, Method::put, Method::patch, Method::remove}) {
    Bench bench;
    bench.server.on_request = [](const Received&, auto& c) { c.reset(); };
    Request request = post("/");
    request.method = method;
    const Result<Reply> reply = bench.ask(request);
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, Code::unknown_outcome) << to_string(reply.error());
    bench.settle();
    EXPECT_EQ(bench.server.received.size(), 1u);
  }
}

TEST(CurlFailures, a_write_lost_on_a_reused_connection_is_not_sent_again_either) {
  Bench bench;
  bench.server.on_request = [](const Received& r, auto& c) { r.method == "GET" ? c.reply(200, "") : c.reset(); };
  ASSERT_TRUE(bench.ask(get("/")));
  const Result<Reply> reply = bench.ask(post("/"));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::unknown_outcome) << to_string(reply.error());
  bench.settle();
  EXPECT_EQ(bench.server.received.size(), 2u);
}

TEST(CurlFailures, a_write_whose_reply_breaks_off_has_an_unknown_outcome) {
  Bench bench;
  bench.server.on_request = [](const Received&, auto& c) {
    c.send_raw("HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\nhalf", TestServer::Connection::Then::nothing);
    c.reset_soon();
  };
  const Result<Reply> reply = bench.ask(post("/"));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::unknown_outcome) << to_string(reply.error());
}

TEST(CurlFailures, a_read_lost_on_a_fresh_connection_is_unavailable) {
  Bench bench;
  bench.server.on_request = [](const Received&, auto& c) { c.reset(); };
  const Result<Reply> reply = bench.ask(get("/"));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::unavailable) << to_string(reply.error());
  EXPECT_EQ(bench.server.received.size(), 1u);
}

TEST(CurlFailures, a_read_lost_on_a_reused_connection_is_asked_again_unseen) {
  Bench bench;
  int requests = 0;
  bench.server.on_request = [&](const Received&, auto& c) {
    ++requests == 2 ? c.reset() : c.reply(200, std::to_string(requests));
  };
  ASSERT_TRUE(bench.ask(get("/")));
  const Result<Reply> reply = bench.ask(get("/"));
  ASSERT_TRUE(reply) << to_string(reply.error());
  EXPECT_EQ(reply->body, "3");
}

TEST(CurlFailures, a_silent_server_ends_by_the_deadline) {
  Bench bench;
  bench.server.on_request = [](const Received&, auto&) {};
  const Result<Reply> read = bench.ask(within(get("/"), 600));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error(), (Error{.code = Code::timeout, .message = "no whole reply to the GET within 600 ms"}));
  const Result<Reply> write = bench.ask(within(post("/"), 600));
  ASSERT_FALSE(write);
  EXPECT_EQ(write.error().code, Code::timeout);
}

TEST(CurlFailures, after_a_deadline_the_next_request_does_not_use_that_connection) {
  Bench bench;
  bench.server.on_request = [](const Received& r, auto& c) {
    if (r.target == "/") c.reply(200, "");
  };
  EXPECT_FALSE(bench.ask(within(get("/silent"), 600)));
  ASSERT_TRUE(bench.ask(get("/")));
  EXPECT_EQ(bench.server.received.at(0).connection, 1);
  EXPECT_EQ(bench.server.received.at(1).connection, 2);
}

TEST(CurlFailures, a_peer_that_never_shakes_hands_ends_by_the_deadline_and_was_sent_nothing) {
  Bench bench;
  bench.server.stop_handshakes();
  const Result<Reply> reply = bench.ask(within(post("/"), 150));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error(),
            (Error{.code = Code::unavailable, .message = "no connection to the API server within 150 ms"}));
}

TEST(CurlFailures, connecting_has_a_limit_of_its_own_within_the_deadline) {
  Bench bench;
  bench.remake({.connect_timeout = Millis{150}});
  bench.server.stop_handshakes();
  const Result<Reply> reply = bench.ask(within(post("/"), 60'000));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::unavailable);
}

TEST(CurlFailures, requests_that_wait_for_a_stuck_connection_go_on_when_it_is_given_up) {
  Bench bench;
  bench.remake({.connect_timeout = Millis{200}});
  bench.server.stop_handshakes();
  int failed = 0;
  std::vector<std::unique_ptr<HttpClient::Call>> calls;
  for (int i = 0; i < 5; ++i) {
    calls.push_back(bench.client->send(within(get("/"), 6000), [&](Result<Reply> reply) { failed += reply ? 0 : 1; }));
  }
  EXPECT_TRUE(bench.run_until([&] { return failed == 5; }, Millis{8000}));
}

TEST(CurlFailures, requests_that_wait_for_a_connection_survive_the_cancelling_of_the_one_that_opens_it) {
  Bench bench;
  bench.server.stop_handshakes();
  auto first = bench.client->send(within(get("/first"), 10000), [](Result<Reply>) {});
  std::optional<Result<Reply>> result;
  const auto second =
      bench.client->send(within(get("/second"), 10000), [&](Result<Reply> reply) { result = std::move(reply); });
  bench.settle();
  bench.server.resume_handshakes();
  first.reset();
  EXPECT_TRUE(bench.run_until([&] { return result.has_value(); }, Millis{4000}));
  EXPECT_TRUE(*result);
}

TEST(CurlFailures, an_answer_that_is_not_http_makes_no_sense) {
  Bench bench;
  bench.server.on_request = [](const Received&, auto& c) {
    c.send_raw("SSH-2.0-OpenSSH_9.2\r\n\r\n", TestServer::Connection::Then::nothing);
  };
  const Result<Reply> reply = bench.ask(get("/"));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::unavailable);
}

TEST(CurlFailures, a_reply_trickling_past_the_deadline_is_late) {
  Bench bench;
  TestServer::Connection* connection = nullptr;
  bench.server.on_request = [&](const Received&, auto& c) {
    connection = &c;
    c.open_stream();
  };
  std::optional<Result<Reply>> result;
  const auto call = bench.client->send(within(get("/"), 300), [&](Result<Reply> reply) { result = std::move(reply); });
  for (int i = 0; i < 20 && !result; ++i) {
    bench.settle(Millis{30});
    if (connection != nullptr && !result) connection->chunk("x");
  }
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->error().code, Code::timeout);
}

}  // namespace
}  // namespace k8s::testing
