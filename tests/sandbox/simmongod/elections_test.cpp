// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/sandbox/simmongod/builders.hpp"

namespace simmongod::testing {
namespace {

std::int64_t term_of(const World& world) {
  return world.member(primary_of(world)).election.term;
}

TEST(Elections, a_set_of_one_elects_itself_at_once) {
  World world;
  begin(world, 1);
  EXPECT_EQ(primary_of(world), "a:1");
}

TEST(Elections, members_that_join_become_secondaries_with_votes) {
  World world;
  begin(world, 3);
  EXPECT_TRUE(all_are_well(world, 3));
  EXPECT_EQ(world.member("c:1").config->voters(), 3);
}

TEST(Elections, a_set_initiated_with_three_members_elects_one_within_the_election_timeout) {
  World world;
  for (int i = 0; i < 3; ++i) {
    world.add(kHosts[static_cast<std::size_t>(i)], options());
    world.start(kHosts[static_cast<std::size_t>(i)]);
  }
  EXPECT_TRUE(is_ok(world.command("a:1", "admin", Document{{"replSetInitiate", members(3)}})));
  EXPECT_TRUE(world.run_until([&] { return all_are_well(world, 3); }, k8s::Seconds(20)));
}

TEST(Elections, a_killed_primary_is_replaced_within_eleven_or_so_seconds) {
  World world;
  begin(world, 3);
  const std::int64_t before = term_of(world);
  world.kill("a:1");
  EXPECT_TRUE(world.run_until([&] { return !primary_of(world).empty(); }, k8s::Millis(14000)));
  EXPECT_GT(term_of(world), before);
}

TEST(Elections, one_term_never_has_two_primaries) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    World world(seed);
    begin(world, 5);
    std::map<std::int64_t, std::string> leaders;
    SeededRandom chance(seed * 77);
    for (int step = 0; step < 40; ++step) {
      const std::string& victim = kHosts[chance.next() % 5];
      const std::string& other = kHosts[chance.next() % 5];
      if (step % 4 == 0 && victim != other) world.cut(victim, other);
      if (step % 4 == 1 && world.is_running(victim)) world.kill(victim);
      if (step % 4 == 2) world.heal();
      if (step % 4 == 3 && !world.is_running(victim)) world.start(victim);
      for (int i = 0; i < 30; ++i) {
        world.run_for(k8s::Millis(100));
        for (const std::string& host : kHosts) {
          if (!world.is_running(host) || !is_primary(world.member(host))) continue;
          const auto [leader, fresh] = leaders.emplace(world.member(host).election.term, host);
          ASSERT_TRUE(fresh || leader->second == host) << "term " << leader->first << ", seed " << seed;
        }
      }
    }
  }
}

TEST(Elections, without_a_majority_there_is_no_primary) {
  World world;
  begin(world, 3);
  world.kill("b:1");
  world.kill("c:1");
  EXPECT_TRUE(world.run_until([&] { return primary_of(world).empty(); }, k8s::Seconds(20)));
  world.run_for(k8s::Seconds(60));
  EXPECT_EQ(primary_of(world), "");
  world.start("b:1");
  EXPECT_TRUE(world.run_until([&] { return !primary_of(world).empty(); }, k8s::Seconds(30)));
}

TEST(Elections, a_frozen_member_does_not_stand) {
  World world;
  begin(world, 3);
  for (const char* host : {"b:1", "c:1"}) {
    EXPECT_TRUE(is_ok(world.command(host, "admin", Document{{"replSetFreeze", 60}})));
  }
  world.kill("a:1");
  world.run_for(k8s::Seconds(40));
  EXPECT_EQ(primary_of(world), "");
  EXPECT_TRUE(is_ok(world.command("b:1", "admin", Document{{"replSetFreeze", 0}})));
  EXPECT_TRUE(world.run_until([&] { return primary_of(world) == "b:1"; }, k8s::Seconds(30)));
}

TEST(Elections, a_member_of_higher_priority_takes_over) {
  World world;
  begin(world, 3);
  Document config = world.command("a:1", "admin", Document{{"replSetGetConfig", 1}}).document("config").value();
  bson::Builder changed;
  Array list;
  for (const auto& one : config.sub("members")) {
    const bool chosen = one.sub().string("host") == "c:1";
    list.append(
        Document{{"_id", *one.sub().find("_id")}, {"host", *one.sub().find("host")}, {"priority", chosen ? 5.0 : 1.0}});
  }
  changed.append("_id", "rs0").append("version", *config.number("version") + 1).append("members", list);
  EXPECT_TRUE(is_ok(world.command("a:1", "admin", Document{{"replSetReconfig", changed.done()}})));
  EXPECT_TRUE(world.run_until([&] { return primary_of(world) == "c:1"; }, k8s::Seconds(30)));
}

TEST(Elections, a_vote_survives_a_crash) {
  World world;
  begin(world, 3);
  const std::int64_t term = world.member("b:1").election.term;
  world.kill("b:1");
  world.start("b:1");
  EXPECT_EQ(world.member("b:1").election.term, term);
}

}  // namespace
}  // namespace simmongod::testing
