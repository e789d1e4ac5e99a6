// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/monitor/member_monitor.hpp"

#include <deque>
#include <map>

#include <gtest/gtest.h>

#include "operators/mongodb/wire/bson_edit.hpp"
#include "tests/operators/mongodb/monitor/recorded.hpp"
#include "tests/operators/mongodb/wire/real_time.hpp"

namespace mongodb {
namespace {

namespace bson = mongo::bson;
using mongodb::testing::recorded;
using namespace std::chrono_literals;


k8s::Error refused() {
  return {.code = k8s::Code::unavailable, .message = "Connection refused"};
}
k8s::Error wrong_password() {
  return {.code = k8s::Code::unauthenticated, .message = "Authentication failed.", .remote_code = 18};
}

// A member and a machine that watches it, on a virtual clock. Holds state; the tests change it and look at the facts.
class World {
 public:
  // What the member is like.
  bool listens = true;
  bool knows_us = true;
  bool answers = true;  // false: takes commands and says nothing
  std::map<std::string, bson::Document> replies = {{"hello", recorded("hello_primary")},
                                                   {"replSetGetStatus", recorded("status_three_members")},
                                                   {"buildInfo", recorded("build_info")},
                                                   {"currentOp", {{"inprog", bson::Array{}}, {"ok", 1.0}}}};
  k8s::Millis delay{5};

  // What was seen.
  std::vector<std::string> commands;  // first keys, in order
  int publishes = 0;
  std::map<Channel, int> opens;

  World() {
    // The recorded status and configuration are of different moments: make them agree.
    const Status status = parse_status(replies["replSetGetStatus"]);
    bson::Document config = recorded("config_newly_added");
    config = bson::with(config, "config.version", static_cast<int>(status.config_version));
    replies["replSetGetConfig"] = config;
    replies["hello"] = bson::with(replies["hello"], "setVersion", static_cast<int>(status.config_version));
    replies["getParameter"] = {{"featureCompatibilityVersion", bson::Document{{"version", "4.4"}}}, {"ok", 1.0}};
  }

  void start() { feed(monitor_event::Start{}); }
  const MemberFacts& facts() const { return machine_.facts(); }
  k8s::Monotonic now() const { return now_; }

  // Runs until then, delivering what is due in order of time.
  void run_for(k8s::Millis time) {
    const k8s::Monotonic end = now_ + time;
    for (;;) {
      const auto next =
          std::min_element(due_.begin(), due_.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
      const bool event = next != due_.end() && next->at <= std::min(end, wake_);
      if (!event && wake_ > end) break;
      if (event) {
        now_ = std::max(now_, next->at);
        const MonitorEvent what = next->event;
        due_.erase(next);
        feed(what);
      } else {
        now_ = std::max(now_, wake_);
        wake_ = k8s::Monotonic::max();
        feed(monitor_event::Woke{});
      }
    }
    now_ = end;
  }

  void refresh(std::uint64_t epoch) { feed(monitor_event::RefreshAsked{.epoch = epoch}); }
  void expire(std::uint64_t epoch) { feed(monitor_event::RefreshExpired{.epoch = epoch}); }

  // The topology moves: an awaiting hello is answered at once.
  void topology_changed(bson::Document hello) {
    ++counter_;
    replies["hello"] = std::move(hello);
    for (Due& due : due_) {
      if (due.awaits) {
        due.at = now_ + delay;
        std::get<monitor_event::Answered>(due.event).reply = hello_reply();
      }
    }
  }

  // The process goes away; its connections with it.
  void die() {
    listens = false;
    for (const Channel channel : {Channel::hello, Channel::command}) lose(channel);
  }
  void lose(Channel channel) {
    if (!connected_[channel]) return;
    connected_[channel] = false;
    const bool asking = std::erase_if(due_, [&](const Due& due) { return due.channel == channel; }) > 0;
    if (asking) due_.push_back({.at = now_, .channel = channel, .event = monitor_event::Answered{channel, refused()}});
    due_.push_back({.at = now_, .channel = channel, .event = monitor_event::Broke{channel, refused()}});
  }

 private:
  struct Due {
    k8s::Monotonic at{};
    Channel channel = Channel::hello;
    MonitorEvent event;
    bool awaits = false;
  };

  bson::Document hello_reply() {
    return bson::with(replies["hello"], "topologyVersion.counter", std::int64_t{counter_});
  }

  void feed(const MonitorEvent& event) {
    for (const MonitorAction& action : machine_.on(event, now_)) {
      std::visit([this](const auto& one) { perform(one); }, action);
    }
  }
  void perform(const monitor_action::Open& open) {
    ++opens[open.channel];
    k8s::Result<void> result;
    if (!listens) result = refused();
    if (listens && open.channel == Channel::command) {
      // A log-in is three commands to the member.
      commands.insert(commands.end(), {"hello", "saslStart", "saslContinue"});
      if (!knows_us) result = wrong_password();
    }
    connected_[open.channel] = result.has_value();
    due_.push_back({.at = now_ + delay, .channel = open.channel, .event = monitor_event::Opened{open.channel, result}});
  }
  void perform(const monitor_action::Close& close) {
    connected_[close.channel] = false;
    std::erase_if(due_, [&](const Due& due) { return due.channel == close.channel; });
  }
  void perform(const monitor_action::Send& send) {
    const std::string name(send.command.first_key());
    Due due{.at = now_ + delay, .channel = send.channel, .event = monitor_event::Answered{send.channel, refused()}};
    // A connection that is gone, and the machine has not heard of it yet.
    if (!connected_[send.channel]) return due_.push_back(std::move(due));
    commands.push_back(name);
    auto& reply = std::get<monitor_event::Answered>(due.event).reply;
    if (!answers) {
      due.at = now_ + send.timeout;
      reply = k8s::Error{.code = k8s::Code::timeout, .message = "no reply in time"};
    } else if (name == "hello") {
      reply = hello_reply();
      due.awaits = parse_topology(send.command) && parse_topology(send.command)->counter == counter_;
      if (due.awaits) due.at = now_ + k8s::Millis{*send.command.number("maxAwaitTimeMS")};
    } else if (name == "find") {
      const auto t = static_cast<std::uint32_t>(send.command.number("sort.$natural") == 1 ? 1000 : 4600);
      const bson::Document entry{{"ts", bson::Timestamp{.t = t, .i = 1}}};
      reply = bson::Document{{"cursor", bson::Document{{"firstBatch", bson::Array{entry}}}}, {"ok", 1.0}};
    } else {
      reply = replies.at(name);
    }
    due_.push_back(std::move(due));
  }
  void perform(const monitor_action::Publish&) { ++publishes; }
  void perform(const monitor_action::WakeAt& wake) {
    // A wake-up in the past, again and again, would be a busy loop.
    ASSERT_GE(wake.at, now_);
    wake_ = wake.at;
  }

  mongo::testing::Even random_;
  MemberMonitor machine_{k8s::Uid("uid"), "10.0.0.1", random_};
  k8s::Monotonic now_{k8s::Millis{1'000'000}};
  k8s::Monotonic wake_ = k8s::Monotonic::max();
  std::deque<Due> due_;
  std::map<Channel, bool> connected_;
  std::int64_t counter_ = 6;
};

std::ptrdiff_t count(const World& world, const std::string& command) {
  return std::count(world.commands.begin(), world.commands.end(), command);
}

TEST(MemberMonitor, a_second_after_the_start_everything_about_a_member_is_known) {
  World world;
  world.start();
  world.run_for(1s);
  const MemberFacts& facts = world.facts();
  EXPECT_EQ(facts.pod_uid, k8s::Uid("uid"));
  EXPECT_EQ(facts.address, "10.0.0.1");
  EXPECT_EQ(facts.reach, Reach::member);
  EXPECT_EQ(facts.problem, "");
  EXPECT_TRUE(facts.writable_primary);
  EXPECT_EQ(facts.state, MemberState::primary);
  EXPECT_EQ(facts.peers.size(), 2u);
  ASSERT_TRUE(facts.config);
  EXPECT_EQ(facts.config->replica_set_id, "6b019c6acfce2996d95c520d");
  EXPECT_EQ(facts.version, "4.4.18");
  EXPECT_EQ(facts.feature_compatibility, "4.4");
  EXPECT_EQ(facts.oplog_window, k8s::Seconds{3600});
  EXPECT_EQ(facts.epoch, 0u);
  EXPECT_LE(facts.observed_at, world.now());
}

TEST(MemberMonitor, at_rest_a_member_hears_at_most_twelve_commands_a_minute) {
  World world;
  world.start();
  world.run_for(60s);
  world.commands.clear();
  const int publishes = world.publishes;
  for (int minute = 0; minute < 60; ++minute) {
    const std::size_t before = world.commands.size();
    world.run_for(60s);
    EXPECT_LE(world.commands.size() - before, 12u) << "minute " << minute;
  }
  EXPECT_LE(world.commands.size(), 60u * 8);
  EXPECT_GE(count(world, "replSetGetStatus"), 235);
  EXPECT_LE(count(world, "replSetGetConfig"), 31);
  EXPECT_EQ(count(world, "saslStart"), 0);
  EXPECT_EQ(count(world, "find"), 12);
  // The facts are published when they change: with each status and not much more.
  EXPECT_LE(world.publishes - publishes, 300);
}

TEST(MemberMonitor, an_uninitialised_member_is_at_rest_too) {
  World world;
  world.replies["hello"] = recorded("hello_uninitialised");
  world.replies["replSetGetStatus"] = recorded("status_uninitialised");
  world.replies["replSetGetConfig"] = recorded("config_uninitialised");
  world.start();
  world.run_for(60s);
  EXPECT_EQ(world.facts().reach, Reach::uninitialized);
  EXPECT_FALSE(world.facts().config);
  world.commands.clear();
  world.run_for(600s);
  EXPECT_LE(world.commands.size(), 80u);
}

TEST(MemberMonitor, a_topology_change_is_known_at_once_and_has_the_status_asked_for) {
  World world;
  world.start();
  world.run_for(20s);
  const auto before = count(world, "replSetGetStatus");
  world.topology_changed(bson::with(bson::with(world.replies["hello"], "isWritablePrimary", false), "secondary", true));
  world.replies["replSetGetStatus"] = bson::with(world.replies["replSetGetStatus"], "myState", 2);
  world.run_for(50ms);
  EXPECT_FALSE(world.facts().writable_primary);
  EXPECT_TRUE(world.facts().secondary);
  EXPECT_EQ(world.facts().state, MemberState::secondary);
  EXPECT_EQ(count(world, "replSetGetStatus"), before + 1);
}

TEST(MemberMonitor, a_new_configuration_is_fetched_as_soon_as_the_status_shows_it) {
  World world;
  world.start();
  world.run_for(20s);
  const auto version = static_cast<int>(world.facts().config->version) + 1;
  bson::Document status = world.replies["replSetGetStatus"];
  for (int i = 0; i < 3; ++i) status = bson::with(status, "members." + std::to_string(i) + ".configVersion", version);
  world.replies["replSetGetStatus"] = status;
  world.replies["replSetGetConfig"] = bson::with(world.replies["replSetGetConfig"], "config.version", version);
  world.run_for(16s);
  EXPECT_EQ(world.facts().config->version, version);
}

TEST(MemberMonitor, a_refresh_asks_everything_anew_and_stamps_the_epoch) {
  World world;
  world.start();
  world.run_for(20s);
  world.commands.clear();
  const k8s::Monotonic asked = world.now();
  world.refresh(7);
  EXPECT_EQ(world.facts().epoch, 0u);
  world.run_for(100ms);
  EXPECT_EQ(world.facts().epoch, 7u);
  EXPECT_GE(world.facts().observed_at, asked);
  EXPECT_EQ(world.facts().index_builds, 0);
  EXPECT_EQ(world.commands, (std::vector<std::string>{"hello", "replSetGetStatus", "replSetGetConfig", "currentOp"}));
}

TEST(MemberMonitor, what_was_asked_before_the_refresh_does_not_count_for_it) {
  World world;
  world.start();
  world.run_for(20s);
  world.delay = 1s;
  world.refresh(1);
  world.run_for(1'500ms);  // the status is on its way
  EXPECT_EQ(world.commands.back(), "replSetGetStatus");
  const k8s::Monotonic asked = world.now();
  world.refresh(2);
  world.run_for(10s);
  EXPECT_EQ(world.facts().epoch, 2u);
  EXPECT_GE(world.facts().observed_at, asked);
}

TEST(MemberMonitor, an_unreachable_member_answers_a_refresh_with_its_unreachability) {
  World world;
  world.start();
  world.run_for(20s);
  world.die();
  world.run_for(60s);
  EXPECT_EQ(world.facts().reach, Reach::unreachable);
  EXPECT_NE(world.facts().problem.find("Connection refused"), std::string::npos);
  EXPECT_FALSE(world.facts().writable_primary);
  EXPECT_TRUE(world.facts().peers.empty());
  const k8s::Monotonic asked = world.now();
  world.refresh(3);
  world.run_for(50ms);
  EXPECT_EQ(world.facts().epoch, 3u);
  EXPECT_EQ(world.facts().reach, Reach::unreachable);
  EXPECT_GE(world.facts().observed_at, asked);
}

TEST(MemberMonitor, a_refresh_in_the_middle_of_an_older_try_waits_for_one_of_its_own) {
  World world;
  world.listens = false;
  world.delay = 2s;
  world.start();
  world.run_for(1s);
  world.refresh(4);
  world.run_for(1'500ms);
  EXPECT_EQ(world.facts().reach, Reach::unreachable);
  EXPECT_EQ(world.facts().epoch, 0u);
  world.run_for(2s);
  EXPECT_EQ(world.facts().epoch, 4u);
}

TEST(MemberMonitor, a_refresh_that_nobody_answers_in_time_is_marked_failed_and_a_later_one_works) {
  World world;
  world.start();
  world.run_for(20s);
  world.delay = 3s;
  world.refresh(5);
  world.run_for(4s);
  world.expire(5);
  EXPECT_EQ(world.facts().failed_epoch, 5u);
  world.delay = 5ms;
  world.run_for(5s);
  EXPECT_EQ(world.facts().epoch, 0u);
  world.refresh(6);
  world.run_for(1s);
  EXPECT_EQ(world.facts().epoch, 6u);
}

TEST(MemberMonitor, a_member_that_dies_and_comes_back_is_known_again_within_the_backoff) {
  World world;
  world.start();
  world.run_for(20s);
  world.die();
  world.run_for(50ms);
  EXPECT_EQ(world.facts().reach, Reach::unreachable);
  EXPECT_TRUE(world.facts().config) << "what cannot go back stays known";
  world.run_for(60s);
  world.opens.clear();
  world.run_for(60s);
  // 10 s with jitter: neither giving up nor hammering.
  EXPECT_GE(world.opens[Channel::hello], 4);
  EXPECT_LE(world.opens[Channel::hello], 7);
  world.listens = true;
  world.run_for(12s);
  EXPECT_EQ(world.facts().reach, Reach::member);
  EXPECT_EQ(world.facts().problem, "");
}

TEST(MemberMonitor, a_member_that_takes_commands_and_says_nothing_is_found_out) {
  World world;
  world.start();
  world.run_for(20s);
  world.answers = false;
  world.run_for(20s);
  EXPECT_EQ(world.facts().reach, Reach::unreachable);
}

TEST(MemberMonitor, a_lost_hello_line_alone_does_not_make_a_member_unreachable) {
  World world;
  world.start();
  world.run_for(20s);
  const auto before = count(world, "replSetGetStatus");
  world.lose(Channel::hello);
  world.run_for(100ms);
  EXPECT_EQ(world.facts().reach, Reach::member);
  EXPECT_EQ(count(world, "replSetGetStatus"), before + 1) << "it is asked whether it lives";
  world.run_for(1s);
  EXPECT_EQ(world.opens[Channel::hello], 2);
}

TEST(MemberMonitor, wrong_credentials_are_said_and_tried_again_slowly) {
  World world;
  world.knows_us = false;
  world.start();
  world.run_for(300s);
  EXPECT_EQ(world.facts().reach, Reach::unauthenticated);
  EXPECT_NE(world.facts().problem.find("Authentication failed"), std::string::npos);
  EXPECT_TRUE(world.facts().writable_primary) << "hello needs no log-in";
  world.commands.clear();
  world.run_for(600s);
  EXPECT_LE(world.commands.size(), 120u);
  EXPECT_GE(count(world, "saslStart"), 5);
  world.knows_us = true;
  world.refresh(1);
  world.run_for(1s);
  EXPECT_EQ(world.facts().reach, Reach::member);
  EXPECT_EQ(world.facts().epoch, 1u);
}

TEST(MemberMonitor, a_session_that_the_server_no_longer_knows_is_logged_in_again) {
  World world;
  world.start();
  world.run_for(20s);
  const bson::Document status = world.replies["replSetGetStatus"];
  world.replies["replSetGetStatus"] = recorded("anonymous_status");
  world.run_for(15s);
  EXPECT_EQ(world.facts().reach, Reach::unauthenticated);
  world.replies["replSetGetStatus"] = status;
  world.run_for(5s);
  EXPECT_EQ(world.facts().reach, Reach::member);
  EXPECT_LE(world.opens[Channel::command], 4);
}

TEST(MemberMonitor, a_member_in_quiesce_is_shutting_down_until_it_is_gone) {
  World world;
  world.start();
  world.run_for(20s);
  world.topology_changed(recorded("hello_quiesce"));
  world.run_for(50ms);
  EXPECT_EQ(world.facts().reach, Reach::shutting_down);
  EXPECT_FALSE(world.facts().writable_primary);
  world.commands.clear();
  world.run_for(10s);
  EXPECT_EQ(world.facts().reach, Reach::shutting_down);
  EXPECT_LE(world.commands.size(), 14u);
  world.die();
  world.run_for(1s);
  EXPECT_EQ(world.facts().reach, Reach::unreachable);
  world.listens = true;
  world.replies["hello"] = recorded("hello_secondary");
  world.run_for(15s);
  EXPECT_EQ(world.facts().reach, Reach::member);
  EXPECT_TRUE(world.facts().secondary);
}

TEST(MemberMonitor, a_removed_member_says_so) {
  World world;
  world.replies["hello"] = recorded("hello_removed");
  world.replies["replSetGetStatus"] = recorded("status_removed");
  world.start();
  world.run_for(1s);
  EXPECT_EQ(world.facts().reach, Reach::removed);
  EXPECT_EQ(world.facts().state, MemberState::removed);
}

TEST(MemberMonitor, an_uninitialised_member_that_is_initiated_becomes_a_member_at_once) {
  World world;
  const auto hello = world.replies["hello"];
  const auto status = world.replies["replSetGetStatus"];
  const auto config = world.replies["replSetGetConfig"];
  world.replies["replSetGetStatus"] = recorded("status_uninitialised");
  world.replies["replSetGetConfig"] = recorded("config_uninitialised");
  world.replies["hello"] = recorded("hello_uninitialised");
  world.start();
  world.run_for(5s);
  EXPECT_EQ(world.facts().reach, Reach::uninitialized);
  world.replies["replSetGetStatus"] = status;
  world.replies["replSetGetConfig"] = config;
  world.topology_changed(hello);
  world.run_for(100ms);
  EXPECT_EQ(world.facts().reach, Reach::member);
  EXPECT_TRUE(world.facts().config);
  EXPECT_EQ(world.facts().oplog_window, k8s::Seconds{3600});
}

TEST(MemberMonitor, a_server_that_does_not_wait_is_not_asked_in_a_circle) {
  World world;
  world.replies["hello"] = bson::without(recorded("hello_primary"), "topologyVersion");
  world.start();
  world.run_for(60s);
  world.commands.clear();
  world.run_for(60s);
  EXPECT_LE(count(world, "hello"), 7);
}

}  // namespace
}  // namespace mongodb
