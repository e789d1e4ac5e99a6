// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/sandbox/simmongod/builders.hpp"

namespace simmongod::testing {
namespace {

Document config_of(World& world) {
  return world.command("a:1", "admin", Document{{"replSetGetConfig", 1}}).document("config").value();
}

Document with_members(World& world, const Array& list) {
  const Document now = config_of(world);
  return bson::Builder()
      .append("_id", "rs0")
      .append("version", *now.number("version") + 1)
      .append("members", list)
      .append("settings", now.sub("settings"))
      .done();
}

Document member(int id, int votes = 1, double priority = 1) {
  return Document{
      {"_id", id}, {"host", kHosts[static_cast<std::size_t>(id)]}, {"votes", votes}, {"priority", priority}};
}

TEST(Reconfig, a_change_returns_after_the_next_heartbeats) {
  World world;
  begin(world, 3);
  const k8s::Monotonic before = world.now().monotonic;
  const Document change = with_members(world, Array{member(0), member(1), member(2)});
  EXPECT_TRUE(is_ok(world.command("a:1", "admin", Document{{"replSetReconfig", change}})));
  EXPECT_NEAR(static_cast<double>((world.now().monotonic - before).count()), 2000, 100);
}

TEST(Reconfig, too_little_time_gives_50_with_the_configuration_installed_and_308_while_it_is_uncommitted) {
  World world;
  begin(world, 3);
  const Document first = with_members(world, Array{member(0), member(1), member(2)});
  EXPECT_EQ(code_of(world.command("a:1", "admin", Document{{"replSetReconfig", first}, {"maxTimeMS", 100}})), 50);
  EXPECT_EQ(config_of(world).number("version"), first.number("version"));
  const Document second = with_members(world, Array{member(0), member(1), member(2)});
  EXPECT_EQ(code_of(world.command("a:1", "admin", Document{{"replSetReconfig", second}, {"maxTimeMS", 100}})), 308);
}

TEST(Reconfig, two_votes_at_once_are_refused) {
  World world;
  begin(world, 3);
  const Document change = with_members(world, Array{member(0), member(1, 0, 0), member(2, 0, 0)});
  EXPECT_EQ(code_of(world.command("a:1", "admin", Document{{"replSetReconfig", change}})), 103);
}

TEST(Reconfig, only_a_primary_may) {
  World world;
  begin(world, 3);
  const Document change = with_members(world, Array{member(0), member(1), member(2)});
  EXPECT_EQ(code_of(world.command("b:1", "admin", Document{{"replSetReconfig", change}})), 10107);
}

TEST(Reconfig, a_majority_of_the_new_voters_must_answer) {
  World world;
  begin(world, 1);
  world.add("b:1", options());
  Array list{member(0)};
  list.append(member(1));
  const Document change = with_members(world, list);
  // A new voter has no vote yet, so nobody is missing; as an arbiter it votes at once.
  EXPECT_TRUE(is_ok(world.command("a:1", "admin", Document{{"replSetReconfig", change}})));
  const Document arbiter{{"_id", 2}, {"host", "c:1"}, {"arbiterOnly", true}};
  const Document other = with_members(world, Array{member(0), arbiter});
  EXPECT_EQ(code_of(world.command("a:1", "admin", Document{{"replSetReconfig", other}})), 74);
}

TEST(Reconfig, a_removed_member_says_so_and_can_come_back) {
  World world;
  begin(world, 3);
  const Document without = with_members(world, Array{member(0), member(1)});
  EXPECT_TRUE(is_ok(world.command("a:1", "admin", Document{{"replSetReconfig", without}})));
  ASSERT_TRUE(world.run_until([&] { return state_of(world.member("c:1")) == MemberState::removed; }, k8s::Seconds(10)));
  EXPECT_EQ(code_of(world.command("c:1", "admin", Document{{"replSetGetStatus", 1}})), 93);
  world.command("a:1", "t", insert(1, majority()));
  const Document again = with_members(world, Array{member(0), member(1), member(2)});
  EXPECT_TRUE(is_ok(world.command("a:1", "admin", Document{{"replSetReconfig", again}})));
  EXPECT_TRUE(world.run_until([&] { return all_are_well(world, 3); }, k8s::Seconds(20)));
  EXPECT_EQ(count(world, "c:1"), 1);
}

TEST(Reconfig, a_hidden_member_is_in_nobodys_list) {
  World world;
  begin(world, 3);
  const Document hidden{{"_id", 2}, {"host", "c:1"}, {"priority", 0}, {"hidden", true}};
  const Document change = with_members(world, Array{member(0), member(1), hidden});
  EXPECT_TRUE(is_ok(world.command("a:1", "admin", Document{{"replSetReconfig", change}})));
  world.run_for(k8s::Seconds(3));
  const Document hello = world.command("c:1", "admin", Document{{"hello", 1}});
  EXPECT_TRUE(hello.flag("hidden"));
  EXPECT_EQ(hello.sub("hosts").size(), 2u);
}

TEST(Hello, awaits_a_change_and_no_longer_than_told) {
  World world;
  begin(world, 3);
  const Document now = world.command("b:1", "admin", Document{{"hello", 1}});
  const Document await{{"hello", 1}, {"topologyVersion", now.sub("topologyVersion")}, {"maxAwaitTimeMS", 700}};
  const k8s::Monotonic before = world.now().monotonic;
  const Document same = world.command("b:1", "admin", await);
  EXPECT_EQ(same.sub("topologyVersion"), now.sub("topologyVersion"));
  EXPECT_NEAR(static_cast<double>((world.now().monotonic - before).count()), 700, 10);
  const auto waiting = world.send("b:1", 0, "admin", await);
  world.command("a:1", "admin", Document{{"replSetStepDown", 30}, {"secondaryCatchUpPeriodSecs", 10}});
  world.run_for(k8s::Millis(300));
  const auto changed = world.take(waiting);
  ASSERT_TRUE(changed);
  EXPECT_GT(changed->number("topologyVersion.counter"), now.number("topologyVersion.counter"));
}

}  // namespace
}  // namespace simmongod::testing
