// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/monitor/member_monitor.hpp"

#include <gtest/gtest.h>

#include "tests/operators/mongodb/monitor/watched_member.hpp"

namespace mongodb {
namespace {

namespace bson = mongo::bson;
using mongodb::testing::recorded;
using mongodb::testing::WatchedMember;
using namespace std::chrono_literals;

std::ptrdiff_t count(const WatchedMember& world, const std::string& command) {
  return std::count(world.commands.begin(), world.commands.end(), command);
}

TEST(MemberMonitor, a_second_after_the_start_everything_about_a_member_is_known) {
  WatchedMember world;
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
  WatchedMember world;
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
  WatchedMember world;
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
  WatchedMember world;
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
  WatchedMember world;
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
  WatchedMember world;
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
  WatchedMember world;
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
  WatchedMember world;
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
  WatchedMember world;
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
  WatchedMember world;
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
  EXPECT_EQ(world.facts().failed_epoch, std::nullopt) << "it answers again: it is not silent for ever";
  world.refresh(6);
  world.run_for(1s);
  EXPECT_EQ(world.facts().epoch, 6u);
}

TEST(MemberMonitor, a_member_that_dies_and_comes_back_is_known_again_within_the_backoff) {
  WatchedMember world;
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
  WatchedMember world;
  world.start();
  world.run_for(20s);
  world.answers = false;
  world.run_for(20s);
  EXPECT_EQ(world.facts().reach, Reach::unreachable);
}

TEST(MemberMonitor, a_lost_hello_line_alone_does_not_make_a_member_unreachable) {
  WatchedMember world;
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
  WatchedMember world;
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
  WatchedMember world;
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
  WatchedMember world;
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
  WatchedMember world;
  world.replies["hello"] = recorded("hello_removed");
  world.replies["replSetGetStatus"] = recorded("status_removed");
  world.start();
  world.run_for(1s);
  EXPECT_EQ(world.facts().reach, Reach::removed);
  EXPECT_EQ(world.facts().state, MemberState::removed);
}

TEST(MemberMonitor, an_uninitialised_member_that_is_initiated_becomes_a_member_at_once) {
  WatchedMember world;
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
  WatchedMember world;
  world.replies["hello"] = bson::without(recorded("hello_primary"), "topologyVersion");
  world.start();
  world.run_for(60s);
  world.commands.clear();
  world.run_for(60s);
  EXPECT_LE(count(world, "hello"), 7);
}

}  // namespace
}  // namespace mongodb
