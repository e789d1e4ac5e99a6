// SPDX-License-Identifier: Apache-2.0
// Do we talk only to the right server, as the right client, and with fresh credentials?
#include "tests/libk8s/transport/curl_fixture.hpp"

namespace k8s::testing {
namespace {

TEST(CurlIdentity, a_server_that_another_authority_signed_is_not_talked_to) {
  Bench bench;
  const KeyAndCertificate other("other-ca", "");
  bench.credentials.identity.ca_pem = other.certificate_pem();
  const Result<Reply> reply = bench.ask(post("/"));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::unavailable);
  EXPECT_NE(reply.error().message.find("does not verify against the configured CA"), std::string::npos)
      << reply.error().message;
  EXPECT_TRUE(bench.server.received.empty());
}

TEST(CurlIdentity, a_server_with_another_name_on_its_certificate_is_not_talked_to) {
  Bench bench;
  bench.remake({.tls_server_name = "elsewhere.test"});
  const Result<Reply> reply = bench.ask(get("/"));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::unavailable);
  EXPECT_TRUE(bench.server.received.empty());
}

TEST(CurlIdentity, tls_server_name_says_which_name_the_certificate_has) {
  Bench bench;
  bench.remake({.tls_server_name = "api.test"});
  const Result<Reply> reply = bench.ask(get("/"));
  ASSERT_TRUE(reply) << to_string(reply.error());
  EXPECT_EQ(bench.server.received.at(0).headers.at("host"), "127.0.0.1:" + std::to_string(bench.server.url().port));
}

TEST(CurlIdentity, verification_is_left_out_only_where_the_identity_says_so) {
  Bench bench;
  bench.credentials.identity = {.verification = ServerVerification::never};
  EXPECT_TRUE(bench.ask(get("/")));
}

TEST(CurlIdentity, the_system_authorities_are_not_trusted_beside_ours_and_ours_not_beside_them) {
  Bench bench;
  bench.credentials.identity.ca_pem.clear();
  EXPECT_FALSE(bench.ask(get("/")));
}

TEST(CurlIdentity, a_client_certificate_is_presented_from_memory) {
  Bench bench;
  bench.credentials.identity.certificate_pem = Authority::shared().client.certificate_pem();
  bench.credentials.identity.key_pem = SecretBytes{Authority::shared().client.key_pem()};
  std::string subject;
  bench.server.on_request = [&](const Received&, auto& c) {
    subject = c.peer_name();
    c.reply(200, "");
  };
  ASSERT_TRUE(bench.ask(get("/")));
  EXPECT_EQ(subject, "test-client");
}

TEST(CurlIdentity, a_certificate_that_cannot_be_used_is_a_matter_of_credentials) {
  Bench bench;
  bench.credentials.identity.certificate_pem = "nonsense";
  bench.credentials.identity.key_pem = SecretBytes{std::string{"nonsense"}};
  const Result<Reply> reply = bench.ask(get("/"));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::unauthenticated);
}

TEST(CurlIdentity, without_credentials_nothing_is_sent_and_the_callback_still_comes_from_the_loop) {
  Bench bench{{}};
  std::optional<Result<Reply>> result;
  const auto call = bench.client->send(get("/"), [&](Result<Reply> reply) { result = std::move(reply); });
  EXPECT_FALSE(result.has_value());
  ASSERT_TRUE(bench.run_until([&] { return result.has_value(); }));
  EXPECT_EQ(result->error(),
            (Error{.code = Code::unauthenticated, .message = "no credentials for the API server: cannot read /token"}));
}

TEST(CurlIdentity, a_refused_token_is_replaced_and_the_request_sent_once_more) {
  Bench bench{{"old", "new"}};
  bench.server.on_request = [](const Received& r, auto& c) {
    c.reply(r.headers.at("authorization") == "Bearer new" ? 201 : 401, "{}");
  };
  const Result<Reply> reply = bench.ask(post("/", "body"));
  ASSERT_TRUE(reply) << to_string(reply.error());
  EXPECT_EQ(reply->status, 201);
  ASSERT_EQ(bench.server.received.size(), 2u);
  EXPECT_EQ(bench.server.received[1].body, "body");
}

TEST(CurlIdentity, a_second_refusal_is_the_callers_to_see) {
  Bench bench{{"old", "newer", "newest"}};
  bench.server.on_request = [](const Received&, auto& c) { c.reply(401, "no"); };
  const Result<Reply> reply = bench.ask(get("/"));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 401);
  EXPECT_EQ(reply->body, "no");
  EXPECT_EQ(bench.server.received.size(), 2u);
}

TEST(CurlIdentity, with_no_other_token_to_offer_the_server_is_not_asked_twice) {
  Bench bench{{"only"}};
  bench.server.on_request = [](const Received&, auto& c) { c.reply(401, "no"); };
  const Result<Reply> reply = bench.ask(get("/"));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 401);
  EXPECT_EQ(bench.server.received.size(), 1u);
  EXPECT_EQ(bench.credentials.expirations, 1);
}

TEST(CurlIdentity, a_stream_whose_token_is_refused_opens_once_with_the_next_token) {
  Bench bench{{"old", "new"}};
  bench.server.on_request = [](const Received& r, auto& c) {
    if (r.headers.at("authorization") != "Bearer new") return c.reply(401, "refused");
    c.open_stream();
    c.chunk("event\n");
    c.end_stream();
  };
  Stream stream;
  const auto call = bench.client->stream(get("/watch"), stream.handlers());
  ASSERT_TRUE(bench.run_until([&] { return stream.end.has_value(); }));
  EXPECT_EQ(stream.head->status, 200);
  EXPECT_EQ(stream.bytes, "event\n");
  EXPECT_TRUE(*stream.end);
}

TEST(CurlIdentity, a_stream_refused_for_good_brings_the_refusal) {
  Bench bench{{"only"}};
  bench.server.on_request = [](const Received&, auto& c) { c.reply(401, "refused"); };
  Stream stream;
  const auto call = bench.client->stream(get("/watch"), stream.handlers());
  ASSERT_TRUE(bench.run_until([&] { return stream.end.has_value(); }));
  EXPECT_EQ(stream.head->status, 401);
  EXPECT_EQ(stream.bytes, "refused");
}

TEST(CurlIdentity, another_identity_takes_new_connections_while_the_old_ones_drain) {
  Bench bench;
  TestServer::Connection* watch = nullptr;
  bench.server.on_request = [&](const Received& r, auto& c) {
    if (r.target != "/watch") return c.reply(200, c.peer_name());
    watch = &c;
    c.open_stream();
  };
  Stream stream;
  Request request = get("/watch");
  const auto call = bench.client->stream(request, stream.handlers());
  ASSERT_TRUE(bench.run_until([&] { return stream.head.has_value(); }));
  EXPECT_EQ(bench.ask(get("/"))->body, "");

  bench.credentials.identity.certificate_pem = Authority::shared().client.certificate_pem();
  bench.credentials.identity.key_pem = SecretBytes{Authority::shared().client.key_pem()};
  EXPECT_EQ(bench.ask(get("/"))->body, "test-client");
  watch->chunk("still here");
  EXPECT_TRUE(bench.run_until([&] { return stream.bytes == "still here"; }));
  EXPECT_FALSE(stream.end.has_value());
}

}  // namespace
}  // namespace k8s::testing
