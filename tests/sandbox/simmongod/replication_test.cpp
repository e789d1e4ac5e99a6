// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/sandbox/simmongod/builders.hpp"

namespace simmongod::testing {
namespace {

TEST(WriteConcern, majority_waits_for_a_second_member_and_times_out_with_64) {
  World world;
  begin(world, 3);
  EXPECT_TRUE(is_acknowledged(world.command("a:1", "t", insert(1, majority()))));
  world.cut("a:1", "b:1");
  world.cut("a:1", "c:1");
  const Document reply = world.command("a:1", "t", insert(2, Document{{"w", "majority"}, {"wtimeout", 300}}));
  EXPECT_TRUE(is_ok(reply));
  EXPECT_EQ(reply.number("writeConcernError.code"), 64);
  EXPECT_EQ(reply.flag("writeConcernError.errInfo.wtimeout"), true);
}

TEST(WriteConcern, more_members_than_there_are_is_unsatisfiable_at_once) {
  World world;
  begin(world, 3);
  const Document reply = world.command("a:1", "t", insert(1, Document{{"w", 5}}));
  EXPECT_EQ(reply.number("writeConcernError.code"), 100);
}

TEST(WriteConcern, since_5_0_majority_is_implicit) {
  World world;
  begin(world, 3);
  world.cut("a:1", "b:1");
  world.cut("a:1", "c:1");
  const auto waiting = world.send("a:1", 0, "t", Document{{"insert", "c"}, {"documents", Array{Document{{"_id", 1}}}}});
  world.run_for(k8s::Millis(500));
  EXPECT_FALSE(world.take(waiting));
}

TEST(Replication, everybody_has_everything) {
  World world;
  begin(world, 5);
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(is_acknowledged(world.command("a:1", "t", insert(i, Document{{"w", 5}}))));
  for (const std::string& host : kHosts) EXPECT_EQ(count(world, host), 50);
}

TEST(Replication, a_member_that_was_away_catches_up) {
  World world;
  begin(world, 3);
  world.kill("c:1");
  for (int i = 0; i < 20; ++i) world.command("a:1", "t", insert(i, majority()));
  world.start("c:1");
  world.run_for(k8s::Seconds(8));
  EXPECT_EQ(count(world, "c:1"), 20);
}

TEST(Replication, an_emptied_member_is_copied_again) {
  World world;
  begin(world, 3);
  for (int i = 0; i < 20; ++i) world.command("a:1", "t", insert(i, majority()));
  world.kill("c:1");
  world.wipe("c:1");
  world.start("c:1");
  EXPECT_TRUE(world.run_until([&] { return all_are_well(world, 3); }, k8s::Seconds(20)));
  EXPECT_EQ(count(world, "c:1"), 20);
}

TEST(Replication, initial_sync_takes_its_time) {
  World world;
  begin(world, 1);
  Options slow = options();
  slow.initial_sync_min = k8s::Seconds(20);
  world.add("b:1", slow);
  world.start("b:1");
  Document config = bson::Builder(members(2)).append("version", 3).done();
  world.command("a:1", "admin", Document{{"replSetReconfig", config}});
  world.run_for(k8s::Seconds(10));
  EXPECT_EQ(state_of(world.member("b:1")), MemberState::startup2);
  EXPECT_TRUE(world.run_until([&] { return all_are_well(world, 2); }, k8s::Seconds(20)));
}

TEST(Replication, without_chaining_only_the_primary_is_a_source) {
  World world;
  begin(world, 3);
  Document config =
      bson::Builder(members(3))
          .append("version",
                  *world.command("a:1", "admin", Document{{"replSetGetConfig", 1}}).number("config.version") + 1)
          .append("settings", Document{{"chainingAllowed", false}})
          .done();
  config = bson::Document(config);
  const Document reply = world.command("a:1", "admin", Document{{"replSetReconfig", config}});
  EXPECT_TRUE(is_ok(reply));
  for (int i = 0; i < 10; ++i) world.command("a:1", "t", insert(i, majority()));
  world.run_for(k8s::Seconds(3));
  EXPECT_EQ(world.member("b:1").sync.source, "a:1");
  EXPECT_EQ(world.member("c:1").sync.source, "a:1");
}

TEST(Replication, a_member_may_be_told_whom_to_sync_from) {
  World world;
  begin(world, 3);
  world.command("a:1", "t", insert(1, majority()));
  EXPECT_TRUE(is_ok(world.command("c:1", "admin", Document{{"replSetSyncFrom", "b:1"}})));
  world.run_for(k8s::Millis(100));
  EXPECT_EQ(world.member("c:1").sync.source, "b:1");
  EXPECT_TRUE(is_ok(world.command("c:1", "admin", Document{{"replSetSyncFrom", "a:1"}})));
  world.run_for(k8s::Millis(100));
  EXPECT_EQ(world.member("c:1").sync.source, "a:1");
  EXPECT_EQ(code_of(world.command("c:1", "admin", Document{{"replSetSyncFrom", "z:1"}})), 74);
}

TEST(Replication, a_chained_member_whose_source_dies_stalls_for_about_a_second) {
  World world;
  begin(world, 3);
  world.command("a:1", "t", insert(1, majority()));
  world.command("c:1", "admin", Document{{"replSetSyncFrom", "b:1"}});
  world.run_for(k8s::Seconds(3));
  world.kill("b:1");
  world.command("a:1", "t", insert(2, Document{{"w", 1}}));
  const k8s::Monotonic before = world.now().monotonic;
  EXPECT_TRUE(is_acknowledged(world.command("a:1", "t", insert(3, majority()))));
  EXPECT_GE(world.now().monotonic - before, k8s::Millis(900));
  EXPECT_LE(world.now().monotonic - before, k8s::Millis(4000));
}

TEST(Rollback, writes_that_no_majority_had_are_taken_back) {
  World world;
  begin(world, 3);
  world.command("a:1", "t", insert(1, majority()));
  world.cut("a:1", "b:1");
  world.cut("a:1", "c:1");
  for (int i = 100; i < 110; ++i) EXPECT_TRUE(is_ok(world.command("a:1", "t", insert(i, Document{{"w", 1}}))));
  EXPECT_TRUE(world.run_until([&] { return is_primary(world.member("b:1")) || is_primary(world.member("c:1")); },
                              k8s::Seconds(30)));
  world.run_until([&] { return !primary_of(world).empty() && primary_of(world) != "a:1"; });
  const std::string now = primary_of(world);
  EXPECT_TRUE(is_acknowledged(world.command(now, "t", insert(2, majority()))));
  world.heal();
  world.run_for(k8s::Seconds(15));
  EXPECT_EQ(count(world, "a:1"), 2);
  EXPECT_EQ(count(world, now), 2);
}

TEST(Rollback, no_acknowledged_majority_write_is_lost_whatever_fails) {
  for (std::uint64_t seed = 1; seed <= 15; ++seed) {
    World world(seed);
    begin(world, 3);
    SeededRandom chance(seed * 31);
    std::set<int> acknowledged;
    int id = 0;
    for (int step = 0; step < 25; ++step) {
      const std::string victim = kHosts[chance.next() % 3];
      switch (chance.next() % 4) {
        case 0:
          if (world.is_running(victim)) world.kill(victim);
          break;
        case 1: world.cut(victim, kHosts[chance.next() % 3]); break;
        case 2: world.heal(); break;
        default:
          for (int i = 0; i < 3; ++i) {
            if (!world.is_running(kHosts[static_cast<std::size_t>(i)]))
              world.start(kHosts[static_cast<std::size_t>(i)]);
          }
      }
      for (int i = 0; i < 10; ++i) {
        const std::string primary = primary_of(world);
        if (primary.empty()) {
          world.run_for(k8s::Millis(700));
          continue;
        }
        const int one = id++;
        const Document concern{{"w", "majority"}, {"j", true}, {"wtimeout", 2000}};
        if (is_acknowledged(world.command(primary, "t", insert(one, concern)))) acknowledged.insert(one);
      }
    }
    world.heal();
    for (int i = 0; i < 3; ++i) {
      if (!world.is_running(kHosts[static_cast<std::size_t>(i)])) world.start(kHosts[static_cast<std::size_t>(i)]);
    }
    ASSERT_TRUE(world.run_until([&] { return all_are_well(world, 3); }, k8s::Seconds(90))) << "seed " << seed;
    world.run_for(k8s::Seconds(10));
    for (int i = 0; i < 3; ++i) {
      const Store& store = world.member(kHosts[static_cast<std::size_t>(i)]).store;
      for (const int one : acknowledged) {
        const Document key{{"_id", one}};
        ASSERT_TRUE(store.by_id("t.c", *key.find("_id"))) << "seed " << seed << ", id " << one << " on " << i;
      }
    }
  }
}

TEST(Recovery, a_killed_set_has_its_data_its_configuration_and_a_primary_again) {
  World world;
  begin(world, 3);
  for (int i = 0; i < 10; ++i) world.command("a:1", "t", insert(i, majority()));
  const ConfigStamp stamp = world.member("a:1").config->stamp;
  for (const char* host : {"a:1", "b:1", "c:1"}) world.kill(host);
  for (const char* host : {"a:1", "b:1", "c:1"}) world.start(host);
  EXPECT_TRUE(world.run_until([&] { return all_are_well(world, 3); }, k8s::Seconds(40)));
  EXPECT_EQ(count(world, primary_of(world)), 10);
  EXPECT_EQ(world.member("a:1").config->stamp.version, stamp.version);
}

TEST(Recovery, a_snapshot_of_a_journal_means_the_same) {
  World world;
  begin(world, 3);
  for (int i = 0; i < 10; ++i) world.command("a:1", "t", insert(i, majority()));
  world.cut("a:1", "b:1");
  world.cut("a:1", "c:1");
  for (int i = 10; i < 15; ++i) world.command("a:1", "t", insert(i, Document{{"w", 1}}));
  world.kill("a:1");
  world.shorten_journal("a:1");
  // The last five were in no majority: they must still be there to be rolled back, and then be gone.
  ASSERT_TRUE(world.run_until([&] { return !primary_of(world).empty(); }, k8s::Seconds(30)));
  EXPECT_TRUE(is_acknowledged(world.command(primary_of(world), "t", insert(100, majority()))));
  world.heal();
  world.start("a:1");
  EXPECT_EQ(world.member("a:1").store.find("t.c")->records.size(), 15u);
  ASSERT_TRUE(world.run_until([&] { return all_are_well(world, 3); }, k8s::Seconds(40)));
  world.run_for(k8s::Seconds(5));
  EXPECT_EQ(count(world, "a:1"), 11);
}

TEST(RetryableWrites, a_statement_is_done_once_also_after_a_fail_over) {
  World world;
  begin(world, 3);
  const Document lsid{{"id", bson::Binary{.bytes = std::string(16, 'x'), .subtype = 4}}};
  const Document once{
      {"update", "c"},
      {"updates", Array{Document{{"q", Document{{"_id", 1}}}, {"u", Document{{"$inc", Document{{"n", 1}}}}}}}},
      {"lsid", lsid},
      {"txnNumber", std::int64_t{1}},
      {"writeConcern", majority()}};
  world.command("a:1", "t", insert(1, majority()));
  EXPECT_EQ(world.command("a:1", "t", once).number("nModified"), 1);
  EXPECT_EQ(world.command("a:1", "t", once).number("n"), 1);
  world.kill("a:1");
  world.run_until([&] { return !primary_of(world).empty(); });
  EXPECT_EQ(world.command(primary_of(world), "t", once).number("n"), 1);
  const Document key{{"_id", 1}};
  EXPECT_EQ(world.member(primary_of(world)).store.by_id("t.c", *key.find("_id"))->number("n"), 1);
}

}  // namespace
}  // namespace simmongod::testing
