// SPDX-License-Identifier: Apache-2.0
// Does a stream bring what comes, as it comes, and notice when nothing comes any more?
#include "tests/libk8s/transport/curl_fixture.hpp"

namespace k8s::testing {
namespace {

Request watch(int idle_ms = 0) {
  Request request = get("/watch");
  request.lane = Lane::watches;
  request.idle = Millis{idle_ms};
  return request;
}

struct Watching {
  explicit Watching(Request request = watch()) {
    bench.server.on_request = [this](const Received&, auto& c) {
      connection = &c;
      c.open_stream();
    };
    call = bench.client->stream(std::move(request), stream.handlers());
    EXPECT_TRUE(bench.run_until([&] { return stream.head.has_value(); }));
  }
  Bench bench;
  Stream stream;
  TestServer::Connection* connection = nullptr;
  std::unique_ptr<HttpClient::Call> call;
};

TEST(CurlStreams, head_bytes_and_a_clean_end_come_in_order_as_they_are_sent) {
  Watching w;
  EXPECT_EQ(w.stream.head->status, 200);
  w.connection->chunk("one\n");
  EXPECT_TRUE(w.bench.run_until([&] { return w.stream.bytes == "one\n"; }));
  w.connection->chunk("two\n");
  EXPECT_TRUE(w.bench.run_until([&] { return w.stream.bytes == "one\ntwo\n"; }));
  EXPECT_FALSE(w.stream.end.has_value());
  w.connection->end_stream();
  EXPECT_TRUE(w.bench.run_until([&] { return w.stream.end.has_value(); }));
  EXPECT_TRUE(*w.stream.end);
}

TEST(CurlStreams, a_stream_does_not_ask_for_compression) {
  Watching w;
  EXPECT_FALSE(w.bench.server.received.at(0).headers.contains("accept-encoding"));
}

TEST(CurlStreams, a_stream_that_breaks_off_ends_with_an_error) {
  Watching w;
  w.connection->chunk("one\n");
  EXPECT_TRUE(w.bench.run_until([&] { return !w.stream.bytes.empty(); }));
  w.connection->reset();
  ASSERT_TRUE(w.bench.run_until([&] { return w.stream.end.has_value(); }));
  EXPECT_EQ(w.stream.end->error().code, Code::unavailable);
}

TEST(CurlStreams, a_stream_outlives_its_deadline_once_its_head_is_there) {
  Request request = watch();
  request.deadline = Millis{1000};
  Watching w(request);
  w.bench.settle(Millis{1200});
  EXPECT_FALSE(w.stream.end.has_value());
  w.connection->chunk("late");
  EXPECT_TRUE(w.bench.run_until([&] { return w.stream.bytes == "late"; }));
}

TEST(CurlStreams, a_head_that_does_not_come_within_the_deadline_ends_it) {
  Bench bench;
  bench.server.on_request = [](const Received&, auto&) {};
  Request request = watch(60'000);
  request.deadline = Millis{600};
  Stream stream;
  const auto call = bench.client->stream(request, stream.handlers());
  ASSERT_TRUE(bench.run_until([&] { return stream.end.has_value(); }));
  EXPECT_EQ(stream.end->error().code, Code::timeout);
  EXPECT_FALSE(stream.head.has_value());
}

TEST(CurlStreams, silence_longer_than_idle_ends_it_and_every_byte_starts_the_wait_anew) {
  Watching w(watch(1000));
  for (int i = 0; i < 4; ++i) {
    w.bench.settle(Millis{300});
    ASSERT_FALSE(w.stream.end.has_value());
    w.connection->chunk("x");
  }
  ASSERT_TRUE(w.bench.run_until([&] { return w.stream.end.has_value(); }));
  EXPECT_EQ(w.stream.end->error(), (Error{.code = Code::timeout, .message = "the stream brought nothing for 1000 ms"}));
  EXPECT_EQ(w.stream.bytes, "xxxx");
}

TEST(CurlStreams, a_quiet_stream_does_not_count_as_an_idle_connection) {
  Bench bench;
  bench.remake({.close_idle_after = Millis{30}});
  bench.server.on_request = [](const Received&, auto& c) { c.open_stream(); };
  Stream stream;
  const auto call = bench.client->stream(watch(), stream.handlers());
  ASSERT_TRUE(bench.run_until([&] { return stream.head.has_value(); }));
  bench.settle(Millis{200});
  EXPECT_FALSE(stream.end.has_value());
}

TEST(CurlStreams, a_refused_stream_brings_the_status_and_the_whole_body) {
  Bench bench;
  bench.server.on_request = [](const Received&, auto& c) { c.reply(410, "{\"kind\":\"Status\"}"); };
  Stream stream;
  const auto call = bench.client->stream(watch(), stream.handlers());
  ASSERT_TRUE(bench.run_until([&] { return stream.end.has_value(); }));
  EXPECT_EQ(stream.head->status, 410);
  EXPECT_EQ(stream.bytes, "{\"kind\":\"Status\"}");
  EXPECT_TRUE(*stream.end);
}

TEST(CurlStreams, megabytes_arrive_unchanged_beside_other_streams) {
  Bench bench;
  const std::string sent(5u << 20, 'e');
  bench.server.on_request = [&](const Received&, auto& c) {
    c.open_stream();
    for (std::size_t at = 0; at < sent.size(); at += 1u << 20) c.chunk(sent.substr(at, 1u << 20));
    c.end_stream();
  };
  std::array<Stream, 3> streams;
  std::vector<std::unique_ptr<HttpClient::Call>> calls;
  for (Stream& stream : streams) calls.push_back(bench.client->stream(watch(), stream.handlers()));
  ASSERT_TRUE(bench.run_until([&] { return streams[0].end && streams[1].end && streams[2].end; }));
  for (const Stream& stream : streams) EXPECT_EQ(stream.bytes, sent);
}

}  // namespace
}  // namespace k8s::testing
