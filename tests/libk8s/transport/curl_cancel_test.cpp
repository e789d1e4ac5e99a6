// SPDX-License-Identifier: Apache-2.0
// May a call, or the whole client, be destroyed at any moment? Each scenario is replayed and cut after every single
// step of the loop.
#include <dirent.h>

#include "tests/libk8s/transport/curl_fixture.hpp"

namespace k8s::testing {
namespace {

int open_descriptors() {
  int count = 0;
  DIR* folder = ::opendir("/proc/self/fd");
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

enum class Victim { call, client };

struct Scenario {
  const char* name;
  std::vector<std::string> tokens;
  std::function<void(const Received&, TestServer::Connection&)> server;
  Request request;
  bool stream = false;
};

std::vector<Scenario> scenarios() {
  const auto answer = [](const Received&, auto& c) { c.reply(200, "{}"); };
  const auto refuse_old = [](const Received& r, auto& c) {
    c.reply(r.headers.at("authorization") == "Bearer new" ? 200 : 401, "{}");
  };
  const auto events = [](const Received&, auto& c) {
    c.open_stream();
    c.chunk("one\n");
    c.chunk("two\n");
    c.end_stream();
  };
  const auto reset = [](const Received&, auto& c) { c.reset(); };
  const auto silent = [](const Received&, auto&) {};
  Request hurried = get("/");
  hurried.deadline = Millis{40};
  return {
      {"a request that is answered", {"t"}, answer, post("/", std::string(100'000, 'b')), false},
      {"a request with a second token", {"old", "new"}, refuse_old, get("/"), false},
      {"a request whose reply is lost", {"t"}, reset, post("/"), false},
      {"a request that runs into its deadline", {"t"}, silent, hurried, false},
      {"a request without credentials", {}, answer, get("/"), false},
      {"a stream", {"t"}, events, get("/watch"), true},
      {"a stream with a second token", {"old", "new"}, refuse_old, get("/watch"), true},
  };
}

// Runs `steps` handlers of the loop, destroys the victim, lets the rest happen. True when the scenario had ended
// before.
bool cut_after(const Scenario& scenario, int steps, Victim victim) {
  Bench bench{scenario.tokens};
  bench.server.on_request = scenario.server;
  bool destroyed = false;
  bool ended = false;
  const auto note = [&] { EXPECT_FALSE(destroyed) << scenario.name << ": a callback came after step " << steps; };
  std::unique_ptr<HttpClient::Call> call;
  if (scenario.stream) {
    call = bench.client->stream(scenario.request, {.on_open = [&](const Reply&) { note(); },
                                                   .on_bytes = [&](std::string_view) { note(); },
                                                   .on_end = [&](Result<void>) { note(), ended = true; }});
  } else {
    call = bench.client->send(scenario.request, [&](Result<Reply>) { note(), ended = true; });
  }
  for (int i = 0; i < steps && !ended; ++i) bench.loop.run_one_for(std::chrono::milliseconds{100});
  destroyed = true;
  victim == Victim::call ? call.reset() : bench.client.reset();
  bench.loop.restart();
  bench.loop.run_for(std::chrono::milliseconds{5});
  return ended;
}

class CurlCut : public ::testing::TestWithParam<std::size_t> {
 protected:
  void cut_everywhere(Victim victim) {
    const Scenario scenario = scenarios().at(GetParam());
    SCOPED_TRACE(scenario.name);
    const int before = open_descriptors();
    int steps = 0;
    while (!cut_after(scenario, steps, victim)) ASSERT_LT(++steps, 300) << "it does not end";
    EXPECT_GE(steps, 1);
    EXPECT_EQ(open_descriptors(), before);
  }
};

TEST_P(CurlCut, a_call_destroyed_at_any_step_calls_nobody_back) {
  cut_everywhere(Victim::call);
}

TEST_P(CurlCut, a_client_destroyed_at_any_step_calls_nobody_back) {
  cut_everywhere(Victim::client);
}

INSTANTIATE_TEST_SUITE_P(Scenarios, CurlCut, ::testing::Range<std::size_t>(0, scenarios().size()));

TEST(CurlCancel, a_call_may_be_destroyed_in_its_own_callback) {
  Bench bench;
  std::unique_ptr<HttpClient::Call> call;
  bool done = false;
  call = bench.client->send(get("/"), [&](Result<Reply>) {
    call.reset();
    done = true;
  });
  EXPECT_TRUE(bench.run_until([&] { return done; }));
}

TEST(CurlCancel, a_stream_may_be_destroyed_in_each_of_its_callbacks) {
  for (const int which : {0, 1, 2}) {
    Bench bench;
    bench.server.on_request = [](const Received&, auto& c) {
      c.open_stream();
      c.chunk("bytes");
      c.end_stream();
    };
    std::unique_ptr<HttpClient::Call> call;
    int last = -1;
    const auto at = [&](int stage) {
      last = stage;
      if (stage == which) call.reset();
    };
    call = bench.client->stream(get("/watch"), {.on_open =
                                                    [&](const Reply& head) {
                                                      at(0);
                                                      EXPECT_EQ(head.status, 200);
                                                    },
                                                .on_bytes =
                                                    [&](std::string_view bytes) {
                                                      at(1);
                                                      EXPECT_EQ(bytes, "bytes");
                                                    },
                                                .on_end = [&](Result<void>) { at(2); }});
    EXPECT_TRUE(bench.run_until([&] { return last == which; }));
    bench.settle();
    EXPECT_EQ(last, which);
  }
}

TEST(CurlCancel, the_client_may_be_destroyed_in_a_callback_of_one_of_many_calls) {
  Bench bench;
  bench.server.on_request = [](const Received&, auto& c) {
    c.open_stream();
    c.chunk("bytes");
  };
  int callbacks = 0;
  std::vector<std::unique_ptr<HttpClient::Call>> calls;
  for (int i = 0; i < 5; ++i) {
    calls.push_back(
        bench.client->stream(get("/watch"), {.on_open = [](const Reply&) {},
                                             .on_bytes = [&](std::string_view) { ++callbacks, bench.client.reset(); },
                                             .on_end = [&](Result<void>) { ++callbacks; }}));
  }
  EXPECT_TRUE(bench.run_until([&] { return callbacks > 0; }));
  bench.settle();
  EXPECT_EQ(callbacks, 1);
}

TEST(CurlCancel, one_call_may_destroy_another_and_start_a_third_from_its_callback) {
  Bench bench;
  std::unique_ptr<HttpClient::Call> second;
  std::unique_ptr<HttpClient::Call> third;
  bool second_done = false;
  bool third_done = false;
  const auto first = bench.client->send(get("/1"), [&](Result<Reply>) {
    second.reset();
    third = bench.client->send(get("/3"), [&](Result<Reply>) { third_done = true; });
  });
  Request slow = get("/2");
  slow.lane = Lane::watches;
  bench.server.on_request = [](const Received& r, auto& c) {
    if (r.target != "/2") c.reply(200, "");
  };
  second = bench.client->send(slow, [&](Result<Reply>) { second_done = true; });
  EXPECT_TRUE(bench.run_until([&] { return third_done; }));
  EXPECT_FALSE(second_done);
}

TEST(CurlCancel, a_call_outlives_its_client_without_harm) {
  Bench bench;
  auto call = bench.client->send(get("/"), [](Result<Reply>) { ADD_FAILURE(); });
  bench.client.reset();
  bench.settle();
  call.reset();
}

TEST(CurlCancel, every_descriptor_is_given_back) {
  const int before = open_descriptors();
  {
    Bench bench;
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(bench.ask(get("/")));
    static_cast<void>(bench.client->send(get("/x"), [](Result<Reply>) {}));
  }
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace k8s::testing
