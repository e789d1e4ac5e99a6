// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/monitor/set_monitor.hpp"

#include <gtest/gtest.h>

#include "libk8s/cache/asio_loop.hpp"
#include "operators/mongodb/wire/bson_edit.hpp"
#include "operators/mongodb/wire/connection.hpp"
#include "tests/operators/mongodb/monitor/recorded.hpp"
#include "tests/operators/mongodb/wire/fake_server.hpp"
#include "tests/operators/mongodb/wire/real_time.hpp"

namespace mongodb {
namespace {

namespace bson = mongo::bson;
using mongo::testing::FakeLogin;
using mongo::testing::FakeServer;
using mongo::testing::Peer;
using mongodb::testing::recorded;
using namespace std::chrono_literals;

const k8s::ObjectKey kSet{.ns = k8s::Namespace("db"), .name = k8s::Name("orders")};

// A mongod that answers from recordings; an awaiting hello is held until the end.
struct FakeMember {
  explicit FakeMember(boost::asio::io_context& loop)
      : server(loop, [this](Peer& peer, const mongo::Message& message) { handle(peer, message); }) {
    const Status status = parse_status(recorded("status_three_members"));
    replies["replSetGetConfig"] =
        bson::with(recorded("config_newly_added"), "config.version", static_cast<int>(status.config_version));
  }

  void handle(Peer& peer, const mongo::Message& message) {
    const std::string name(message.body.first_key());
    if (silent || message.body.has("maxAwaitTimeMS")) return;
    if (name == "hello" && !message.body.has("client")) return peer.reply(message, recorded("hello_primary"));
    if (login.handle(peer, message)) return;
    commands.push_back(name);
    if (name == "drop") return peer.drop();
    const auto found = replies.find(name);
    peer.reply(message, found != replies.end()
                            ? found->second
                            : bson::Document{{"ok", 0.0}, {"errmsg", "no such command"}, {"code", 59}});
  }

  bool silent = false;
  std::vector<std::string> commands;
  std::map<std::string, bson::Document> replies = {{"replSetGetStatus", recorded("status_three_members")},
                                                   {"buildInfo", recorded("build_info")},
                                                   {"ping", {{"ok", 1.0}, {"pong", true}}},
                                                   {"replSetReconfig", recorded("reconfig_uncommitted")}};
  FakeLogin login{mongo::Mechanism::scram_sha_256, "__system", "keyfilekey"};
  FakeServer server;
};

struct World {
  boost::asio::io_context loop;
  mongo::testing::RealTime clock;
  mongo::testing::Even random;
  mongo::ThreadWorkerPool pool{loop};
  mongo::KeyDeriver keys{pool};
  int changes = 0;
  mongo::TcpDialer dialer{{.loop = loop, .clock = clock, .keys = keys}};
  k8s::AsioLoop asio_loop{loop, clock};
  std::unique_ptr<SetMonitor> monitor = std::make_unique<SetMonitor>(
      MonitorWorld{.loop = asio_loop, .dialer = dialer, .random = random}, [this](const k8s::ObjectKey& key) {
        EXPECT_EQ(key, kSet);
        ++changes;
      });

  static MemberTarget target(const FakeMember& member, const char* uid = "uid-0") {
    return {.pod_uid = k8s::Uid(uid),
            .address = "127.0.0.1",
            .port = member.server.port(),
            .identity = mongo::Identity::system(k8s::SecretBytes("keyfilekey"))};
  }
  k8s::Monotonic in(k8s::Millis delay) const { return clock.monotonic() + delay; }
  Reach reach(std::int64_t ordinal) const {
    const auto facts = monitor->facts(kSet);
    return facts.contains(ordinal) ? facts.at(ordinal)->reach : Reach::connecting;
  }
  template <class Done>
  void run_until(Done done) {
    const k8s::Monotonic last = in(5s);
    while (!done() && clock.monotonic() < last) {
      loop.restart();
      loop.run_one_for(50ms);
    }
    EXPECT_TRUE(done()) << "it did not happen within five seconds";
  }
  k8s::Result<bson::Document> run(bson::Document body, mongo::Intent intent = mongo::Intent::write) {
    std::optional<k8s::Result<bson::Document>> got;
    monitor->run_command(kSet, 0, {.body = std::move(body), .intent = intent, .deadline = in(2s)},
                         [&](k8s::Result<bson::Document> reply) { got = std::move(reply); });
    EXPECT_FALSE(got);
    run_until([&] { return got.has_value(); });
    return got ? *got : k8s::Error{};
  }
  std::optional<k8s::Result<void>> refreshed(std::uint64_t epoch, k8s::Millis within) {
    std::optional<k8s::Result<void>> got;
    monitor->refresh(kSet, epoch, in(within), [&](const k8s::Result<void>& result) { got = result; });
    EXPECT_FALSE(got);
    run_until([&] { return got.has_value(); });
    return got;
  }
};

TEST(SetMonitor, watches_a_member_over_real_sockets) {
  World world;
  FakeMember member(world.loop);
  world.monitor->ensure(kSet, 0, World::target(member));
  EXPECT_EQ(world.reach(0), Reach::connecting);
  world.run_until([&] { return world.reach(0) == Reach::member && world.monitor->facts(kSet).at(0)->config; });
  const auto facts = world.monitor->facts(kSet).at(0);
  EXPECT_EQ(facts->pod_uid, k8s::Uid("uid-0"));
  EXPECT_TRUE(facts->writable_primary);
  EXPECT_GE(world.changes, 2);
  const auto raw = world.monitor->raw_config(kSet, facts->config->term, facts->config->version);
  ASSERT_TRUE(raw);
  EXPECT_EQ(*raw, *member.replies["replSetGetConfig"].document("config"));
  EXPECT_FALSE(world.monitor->raw_config(kSet, facts->config->term, facts->config->version + 1));
}

TEST(SetMonitor, the_same_target_again_changes_nothing_and_another_process_starts_anew) {
  World world;
  FakeMember member(world.loop);
  world.monitor->ensure(kSet, 0, World::target(member));
  world.run_until([&] { return world.reach(0) == Reach::member; });
  world.monitor->ensure(kSet, 0, World::target(member));
  EXPECT_EQ(world.reach(0), Reach::member);
  world.monitor->ensure(kSet, 0, World::target(member, "uid-1"));
  EXPECT_EQ(world.reach(0), Reach::connecting);
  EXPECT_EQ(world.monitor->facts(kSet).at(0)->pod_uid, k8s::Uid("uid-1"));
  world.run_until([&] { return world.reach(0) == Reach::member; });
}

TEST(SetMonitor, a_refresh_is_complete_when_every_member_has_answered_or_is_unreachable) {
  World world;
  FakeMember member(world.loop);
  world.monitor->ensure(kSet, 0, World::target(member));
  MemberTarget nobody = World::target(member, "uid-gone");
  {
    FakeMember gone(world.loop);
    nobody.port = gone.server.port();
  }
  world.monitor->ensure(kSet, 1, nobody);
  const k8s::Monotonic asked = world.clock.monotonic();
  const auto result = world.refreshed(9, 3s);
  ASSERT_TRUE(result && *result);
  for (const auto& [ordinal, facts] : world.monitor->facts(kSet)) {
    EXPECT_EQ(facts->epoch, 9u) << ordinal;
    EXPECT_GE(facts->observed_at, asked);
  }
  EXPECT_EQ(world.reach(0), Reach::member);
  EXPECT_EQ(world.reach(1), Reach::unreachable);
}

TEST(SetMonitor, a_refresh_names_who_said_nothing_until_the_deadline) {
  World world;
  FakeMember member(world.loop);
  member.silent = true;
  world.monitor->ensure(kSet, 3, World::target(member));
  const auto result = world.refreshed(2, 60ms);
  ASSERT_TRUE(result && !*result);
  EXPECT_EQ(result->error().code, k8s::Code::timeout);
  EXPECT_EQ(result->error().message, "no answer in time from member 3");
  world.run_until([&] { return world.monitor->facts(kSet).at(3)->failed_epoch == 2u; });
}

TEST(SetMonitor, a_refresh_of_nobody_is_complete) {
  World world;
  const auto result = world.refreshed(1, 1s);
  EXPECT_TRUE(result && *result);
}

TEST(SetMonitor, forgetting_the_last_member_that_a_refresh_waits_for_completes_it) {
  World world;
  FakeMember member(world.loop);
  member.silent = true;
  world.monitor->ensure(kSet, 0, World::target(member));
  std::optional<k8s::Result<void>> got;
  world.monitor->refresh(kSet, 1, world.in(4s), [&](const k8s::Result<void>& result) { got = result; });
  world.monitor->forget(kSet, 0);
  world.run_until([&] { return got.has_value(); });
  EXPECT_TRUE(world.monitor->facts(kSet).empty());
}

TEST(SetMonitor, commands_come_back_as_replies_or_as_errors_that_say_how_to_go_on) {
  World world;
  FakeMember member(world.loop);
  world.monitor->ensure(kSet, 0, World::target(member));
  EXPECT_TRUE(world.run({{"ping", 1}})->flag("pong"));
  const auto uncommitted = world.run({{"replSetReconfig", bson::Document{}}});
  EXPECT_EQ(uncommitted.error().code, k8s::Code::unknown_outcome);
  EXPECT_EQ(uncommitted.error().remote_code, mongo::code::kMaxTimeMsExpired);
  EXPECT_EQ(world.run({{"nonsense", 1}}).error().remote_code, mongo::code::kCommandNotFound);
  EXPECT_EQ(world.run({{"drop", 1}}).error().code, k8s::Code::unknown_outcome);
  EXPECT_EQ(world.run({{"drop", 1}}, mongo::Intent::read).error().code, k8s::Code::unavailable);
  EXPECT_TRUE(world.run({{"ping", 1}})) << "the next command dials again";
}

TEST(SetMonitor, a_command_for_a_member_that_is_gone_was_not_sent) {
  World world;
  EXPECT_EQ(world.run({{"ping", 1}}).error().code, k8s::Code::unavailable);
  FakeMember member(world.loop);
  world.monitor->ensure(kSet, 0, World::target(member));
  member.server.stop();
  EXPECT_EQ(world.run({{"ping", 1}}).error().code, k8s::Code::unavailable);
}

TEST(SetMonitor, a_write_whose_member_is_forgotten_has_an_unknown_outcome) {
  World world;
  FakeMember member(world.loop);
  world.monitor->ensure(kSet, 0, World::target(member));
  std::optional<k8s::Result<bson::Document>> got;
  world.monitor->run_command(kSet, 0, {.body = {{"ping", 1}}, .deadline = world.in(2s)},
                             [&](k8s::Result<bson::Document> reply) { got = std::move(reply); });
  world.monitor->forget(kSet);
  EXPECT_FALSE(got);
  world.run_until([&] { return got.has_value(); });
  EXPECT_EQ(got->error().code, k8s::Code::unknown_outcome);
}

TEST(SetMonitor, may_be_destroyed_between_any_two_handlers) {
  for (int steps = 0; steps < 80; ++steps) {
    World world;
    FakeMember member(world.loop);
    int told = 0;
    world.monitor->ensure(kSet, 0, World::target(member));
    world.monitor->refresh(kSet, 1, world.in(2s), [&](const auto&) { ++told; });
    world.monitor->run_command(kSet, 0, {.body = {{"ping", 1}}, .deadline = world.in(2s)}, [](const auto&) {});
    for (int step = 0; step < steps; ++step) {
      world.loop.restart();
      world.loop.run_one_for(20ms);
    }
    world.monitor.reset();
    const int before = told;
    const int changes = world.changes;
    world.loop.restart();
    world.loop.run_for(2ms);
    EXPECT_EQ(told, before) << steps;
    EXPECT_EQ(world.changes, changes) << steps;
  }
}

}  // namespace
}  // namespace mongodb
