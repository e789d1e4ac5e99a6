// SPDX-License-Identifier: Apache-2.0
// Does one request go out as it should, and come back whole?
#include <stdlib.h>

#include "libk8s/auth/base64.hpp"
#include "tests/libk8s/transport/curl_fixture.hpp"

namespace k8s::testing {
namespace {

// gzip of 300,000 times 'a'.
constexpr std::string_view kManyAs_gzip =
    "H4sIAAAAAAACA+3BAQ0AAADCoKzvX8IeDigAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAPgxX/JO9OCTBAA=";

std::string gzipped() {
  return *base64_decode(kManyAs_gzip);
}

TEST(CurlRequests, a_get_brings_status_body_retry_after_and_warnings) {
  Bench bench;
  bench.server.on_request = [](const Received&, auto& c) {
    c.reply(200, "hello", "Warning: 299 - \"old \\\"api\\\"\"\r\nRetry-After: 7\r\n");
  };
  const Result<Reply> reply = bench.ask(get("/version"));
  ASSERT_TRUE(reply) << to_string(reply.error());
  EXPECT_EQ(*reply, (Reply{.status = 200, .body = "hello", .retry_after = Millis{7000}, .warnings = {"old \"api\""}}));
}

TEST(CurlRequests, a_request_names_its_program_its_token_and_json) {
  Bench bench;
  bench.remake({.user_agent = "sagong-test/1"});
  ASSERT_TRUE(bench.ask(get("/version")));
  const Received& request = bench.server.received.at(0);
  EXPECT_EQ(request.headers.at("authorization"), "Bearer token-1");
  EXPECT_EQ(request.headers.at("accept"), "application/json");
  EXPECT_EQ(request.headers.at("user-agent"), "sagong-test/1");
}

TEST(CurlRequests, query_values_are_percent_encoded) {
  Bench bench;
  Request request = get("/api/v1/pods");
  request.query = {{"labelSelector", "a in (b,c),d!=e&f"}, {"limit", "5"}};
  ASSERT_TRUE(bench.ask(request));
  EXPECT_EQ(bench.server.received.at(0).target,
            "/api/v1/pods?labelSelector=a%20in%20%28b%2Cc%29%2Cd%21%3De%26f&limit=5");
}

TEST(CurlRequests, every_method_carries_its_body_and_type_without_asking_first) {
  Bench bench;
  for (const Method method : {Method::post, Method::put, Method::patch, Method::remove}) {
    Request request = post("/x", std::string(3000, 'x'));
    request.method = method;
    ASSERT_TRUE(bench.ask(request));
    const Received& received = bench.server.received.back();
    EXPECT_EQ(received.method, name(method));
    EXPECT_EQ(received.body.size(), 3000u);
    EXPECT_EQ(received.headers.at("content-type"), "application/json");
    EXPECT_FALSE(received.headers.contains("expect"));
  }
}

TEST(CurlRequests, a_delete_without_a_body_sends_none) {
  Bench bench;
  Request request = post("/x", "");
  request.method = Method::remove;
  ASSERT_TRUE(bench.ask(request));
  EXPECT_EQ(bench.server.received.at(0).method, "DELETE");
  EXPECT_FALSE(bench.server.received.at(0).headers.contains("content-length"));
}

TEST(CurlRequests, refusals_and_redirects_are_replies_and_are_not_followed) {
  for (const int status : {301, 404, 409, 422, 429, 500, 503}) {
    Bench bench;
    bench.server.on_request = [&](const Received&, auto& c) { c.reply(status, "no", "Location: /elsewhere\r\n"); };
    const Result<Reply> reply = bench.ask(post("/x"));
    ASSERT_TRUE(reply) << to_string(reply.error());
    EXPECT_EQ(reply->status, status);
    EXPECT_EQ(reply->body, "no");
    EXPECT_EQ(bench.server.received.size(), 1u);
  }
}

TEST(CurlRequests, a_compressed_reply_is_asked_for_and_unpacked) {
  Bench bench;
  bench.server.on_request = [&](const Received&, auto& c) { c.reply(200, gzipped(), "Content-Encoding: gzip\r\n"); };
  const Result<Reply> reply = bench.ask(get("/list"));
  ASSERT_TRUE(reply) << to_string(reply.error());
  EXPECT_EQ(reply->body, std::string(300'000, 'a'));
  EXPECT_EQ(bench.server.received.at(0).headers.at("accept-encoding"), "gzip");
}

TEST(CurlRequests, a_small_compressed_reply_that_unpacks_beyond_the_cap_is_refused) {
  Bench bench;
  bench.remake({.max_body = 100'000});
  bench.server.on_request = [&](const Received&, auto& c) { c.reply(200, gzipped(), "Content-Encoding: gzip\r\n"); };
  const Result<Reply> reply = bench.ask(get("/list"));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error(), (Error{.code = Code::internal, .message = "the reply is larger than 100000 bytes"}));
}

TEST(CurlRequests, a_head_without_end_is_refused) {
  Bench bench;
  bench.server.on_request = [&](const Received&, auto& c) {
    c.reply(200, "", "X-Long: " + std::string(80'000, 'x') + "\r\n");
  };
  const Result<Reply> reply = bench.ask(get("/"));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().message, "the reply's head is larger than 65536 bytes");
}

TEST(CurlRequests, an_over_long_reply_to_a_write_leaves_its_outcome_unknown) {
  Bench bench;
  bench.remake({.max_body = 1000});
  bench.server.on_request = [&](const Received&, auto& c) { c.reply(201, std::string(2000, 'x')); };
  const Result<Reply> reply = bench.ask(post("/"));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::unknown_outcome);
}

TEST(CurlRequests, proxies_named_in_the_environment_are_not_used) {
  ::setenv("https_proxy", "http://127.0.0.1:1", 1);
  ::setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  Bench bench;
  EXPECT_TRUE(bench.ask(get("/")));
  ::unsetenv("https_proxy");
  ::unsetenv("ALL_PROXY");
}

TEST(CurlRequests, connections_are_reused) {
  Bench bench;
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(bench.ask(get("/")));
  EXPECT_EQ(bench.server.connections_accepted(), 1);
}

TEST(CurlRequests, fifty_requests_at_once_share_at_most_eight_connections) {
  Bench bench;
  int done = 0;
  std::vector<std::unique_ptr<HttpClient::Call>> calls;
  for (int i = 0; i < 50; ++i) {
    calls.push_back(
        bench.client->send(get("/" + std::to_string(i)), [&](Result<Reply> reply) { done += reply ? 1 : 0; }));
  }
  EXPECT_TRUE(bench.run_until([&] { return done == 50; }));
  EXPECT_LE(bench.server.connections_accepted(), 8);
}

// On HTTP/2 libcurl 7.88 would lose it: that is why writes go over HTTP/1.1.
TEST(CurlRequests, a_refusal_that_comes_before_the_body_was_read_is_a_reply) {
  for (const std::size_t size : {2u, 100'000u, 4'000'000u}) {
    Bench bench;
    bench.server.answers_before_the_body = true;
    bench.server.on_request = [](const Received&, auto& c) { c.reply(403, "no", "Connection: close\r\n"); };
    const Result<Reply> reply = bench.ask(post("/", std::string(size, 'x')));
    ASSERT_TRUE(reply) << to_string(reply.error());
    EXPECT_EQ(reply->status, 403);
    EXPECT_EQ(reply->body, "no");
  }
}

TEST(CurlRequests, connections_that_nothing_uses_are_closed_and_made_anew_when_needed) {
  Bench bench;
  bench.remake({.close_idle_after = Millis{50}});
  ASSERT_TRUE(bench.ask(get("/")));
  EXPECT_TRUE(bench.run_until([&] { return bench.server.connections_open() == 0; }));
  ASSERT_TRUE(bench.ask(get("/")));
  EXPECT_EQ(bench.server.connections_accepted(), 2);
}

TEST(CurlRequests, each_lane_has_connections_of_its_own) {
  Bench bench;
  std::set<int> seen;
  for (const Lane lane : {Lane::requests, Lane::watches, Lane::lease}) {
    Request request = get("/");
    request.lane = lane;
    const Result<Reply> reply = bench.ask(request);
    ASSERT_TRUE(reply) << to_string(reply.error());
    seen.insert(bench.server.received.back().connection);
  }
  EXPECT_EQ(seen.size(), 3u);
}

TEST(CurlRequests, a_path_prefix_of_the_server_comes_before_every_path) {
  Bench bench;
  ServerUrl url = bench.server.url();
  url.prefix = "/k8s/c-1";
  bench.client = std::make_unique<CurlClient>(bench.loop, CurlClientOptions{.server = url}, bench.credentials);
  ASSERT_TRUE(bench.ask(get("/version")));
  EXPECT_EQ(bench.server.received.at(0).target, "/k8s/c-1/version");
}

TEST(CurlRequests, every_exchange_is_reported_with_its_method_and_status) {
  Bench bench;
  std::vector<std::pair<Method, int>> seen;
  bench.remake({.on_exchange = [&](Method method, int status) { seen.emplace_back(method, status); }});
  bench.server.on_request = [&](const Received& r, auto& c) { r.method == "GET" ? c.reply(404, "") : c.reset(); };
  static_cast<void>(bench.ask(get("/")));
  static_cast<void>(bench.ask(post("/")));
  EXPECT_EQ(seen, (std::vector<std::pair<Method, int>>{{Method::get, 404}, {Method::post, 0}}));
}

}  // namespace
}  // namespace k8s::testing
