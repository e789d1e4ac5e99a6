// SPDX-License-Identifier: Apache-2.0
// Does decide bring a replica set from any spec to its end, in the right order and without harm?
#include "operators/mongodb/replica_set/decide.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/operators/mongodb/replica_set/world.hpp"

namespace mongodb::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> of_kind(const World& world, const std::string& prefix) {
  std::vector<std::string> some;
  for (const std::string& one : world.history) {
    if (one.starts_with(prefix)) some.push_back(one);
  }
  return some;
}

World running(std::int64_t members = 3) {
  World world{members};
  world.settle();
  world.history.clear();
  world.elections = 0;
  return world;
}

TEST(Decide, a_new_set_is_initiated_once_on_one_member_and_the_others_join_without_a_vote_first) {
  World world;
  world.settle();
  EXPECT_EQ(world.condition("Ready"), "True") << world.message("Ready");
  EXPECT_THAT(of_kind(world, "initiate"), ElementsAre("initiate orders on member 0"));
  const auto changes = of_kind(world, "reconfigure");
  ASSERT_EQ(changes.size(), 4u);
  EXPECT_THAT(changes[0], HasSubstr("add orders-1.databases.svc.cluster.local:27017 without a vote"));
  EXPECT_THAT(changes[1], HasSubstr("votes 1"));
  EXPECT_EQ(world.status().replicas, 3);
  EXPECT_EQ(world.status().ready_replicas, 3);
  EXPECT_FALSE(world.status().replica_set_id.empty());
  EXPECT_THAT(world.violations, IsEmpty());
}

TEST(Decide, at_rest_nothing_is_written) {
  World world = running();
  const int before = world.writes;
  for (int i = 0; i < 50; ++i) {
    world.perform(decide(world.observe()));
    world.tick();
  }
  EXPECT_EQ(world.writes, before) << world.history.back();
}

TEST(Decide, a_change_that_needs_restarts_takes_secondaries_first_and_the_primary_last_after_a_hand_over) {
  World world = running();
  world.edit().version = "8.0.15";
  world.settle();
  EXPECT_THAT(of_kind(world, "evict"), ElementsAre("evict Pod databases/orders-2-0", "evict Pod databases/orders-1-0",
                                                   "evict Pod databases/orders-0-0"));
  EXPECT_THAT(of_kind(world, "step down"), ElementsAre("step down member 0"));
  EXPECT_EQ(world.elections, 1);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(world.image_of_pod(i), "docker.io/library/mongo:8.0.15");
  EXPECT_EQ(world.condition("Ready"), "True");
  EXPECT_THAT(world.violations, IsEmpty());
}

TEST(Decide, the_other_candidates_are_frozen_before_the_primary_steps_down) {
  World world = running();
  world.edit().restarted_at = "2026-11-21T00:00:00Z";
  world.settle();
  const auto freeze = std::find_if(world.history.begin(), world.history.end(),
                                   [](const auto& one) { return one.starts_with("freeze"); });
  const auto step = std::find_if(world.history.begin(), world.history.end(),
                                 [](const auto& one) { return one.starts_with("step down"); });
  ASSERT_NE(freeze, world.history.end());
  EXPECT_LT(freeze, step);
}

TEST(Decide, a_freeze_that_its_process_did_not_survive_is_asked_for_again) {
  World world = running();
  for (int roll = 0; roll < 6; ++roll) {
    world.edit().restarted_at = std::to_string(roll);
    world.settle();
  }
  EXPECT_EQ(world.elections, 6);
  EXPECT_THAT(world.violations, IsEmpty());
}

TEST(Decide, scaling_up_and_down_moves_one_member_at_a_time_and_takes_the_vote_before_the_member) {
  World world = running();
  world.edit().members = 5;
  world.settle();
  EXPECT_EQ(world.status().replicas, 5);
  EXPECT_EQ(world.condition("Ready"), "True") << world.message("Ready");
  world.history.clear();
  world.edit().members = 3;
  world.settle();
  EXPECT_EQ(world.status().replicas, 3);
  const auto changes = of_kind(world, "reconfigure");
  ASSERT_EQ(changes.size(), 6u);
  EXPECT_THAT(changes[0], HasSubstr("orders-4.databases.svc.cluster.local:27017 to votes 1 and priority 0"));
  EXPECT_THAT(changes[1], HasSubstr("votes 0 and priority 0"));
  EXPECT_THAT(changes[2], HasSubstr("remove orders-4"));
  EXPECT_THAT(of_kind(world, "delete StatefulSet"),
              ElementsAre("delete StatefulSet databases/orders-4", "delete StatefulSet databases/orders-3"));
  EXPECT_THAT(of_kind(world, "delete PersistentVolumeClaim"), IsEmpty()) << "claims are kept by default";
  EXPECT_THAT(world.violations, IsEmpty());
}

TEST(Decide, a_primary_that_leaves_hands_over_to_one_that_stays) {
  World world = running(5);
  for (int i = 0; i < 4 && world.primary() != 4; ++i) {
    const auto was = world.primary();
    world.kill_pod(was);
    world.tick();
    world.tick();
  }
  world.settle();
  world.history.clear();
  world.edit().members = 3;
  world.settle();
  EXPECT_LT(world.primary(), 3);
  EXPECT_EQ(world.status().replicas, 3);
  EXPECT_THAT(world.violations, IsEmpty());
}

TEST(Decide, an_image_that_cannot_start_stalls_before_any_running_member_is_touched_and_a_revert_recovers) {
  World world = running();
  world.image_works = [](const std::string& image) { return !image.ends_with("broken"); };
  world.edit().image = "mongo:broken";
  world.settle();
  EXPECT_EQ(world.condition("Stalled"), "True");
  EXPECT_THAT(world.message("Stalled"), HasSubstr("mongo:broken"));
  EXPECT_EQ(world.condition("Ready"), "True") << "the members still serve";
  EXPECT_THAT(of_kind(world, "evict"), IsEmpty());
  world.edit().image.reset();
  world.settle();
  EXPECT_EQ(world.condition("Stalled"), "False");
  EXPECT_THAT(of_kind(world, "evict"), IsEmpty());
}

TEST(Decide, a_member_that_does_not_come_back_stops_the_roll_and_a_corrected_spec_replaces_it_first) {
  World world = running();
  world.member_starts = [](const std::string& image) { return !image.ends_with("8.0.13"); };
  world.edit().version = "8.0.13";
  for (int i = 0; i < 200; ++i) {
    world.perform(decide(world.observe()));
    world.tick();
  }
  EXPECT_EQ(world.condition("Stalled"), "True");
  EXPECT_THAT(world.message("Stalled"), HasSubstr("CrashLoopBackOff"));
  EXPECT_EQ(of_kind(world, "evict").size(), 1u) << "only the canary was taken down";
  world.history.clear();
  world.edit().version = "8.0.14";
  world.settle();
  ASSERT_FALSE(of_kind(world, "evict").empty());
  EXPECT_EQ(of_kind(world, "evict").front(), "evict Pod databases/orders-2-0");
  EXPECT_EQ(world.condition("Ready"), "True");
  EXPECT_THAT(world.violations, IsEmpty());
}

TEST(Decide, the_no_op_of_an_idle_primary_makes_nobody_late) {
  World world = running();
  const auto seen_when_primary_is_ahead_by = [&world](std::int64_t seconds) {
    Observed seen = world.observe();
    for (ObservedMember& member : seen.members) {
      if (member.facts.writable_primary) member.facts.applied.seconds += seconds;
    }
    return decide(seen).effects.size();
  };
  EXPECT_EQ(seen_when_primary_is_ahead_by(11), 0u) << "ten seconds between no-ops, and a heartbeat's age";
  EXPECT_GT(seen_when_primary_is_ahead_by(20), 0u) << "that is late, and said";
}

TEST(Decide, the_keyfile_of_a_deleted_set_of_the_same_name_is_not_taken_over_but_waited_for) {
  World world;
  world.put_back_keyfile();
  world.keyfile_owner = k8s::Uid{"the set before"};
  for (int i = 0; i < 20; ++i) {
    world.perform(decide(world.observe()));
    world.tick();
  }
  EXPECT_THAT(of_kind(world, "create"), IsEmpty()) << "members would begin with a key that is about to go";
  world.lose_keyfile();
  world.keyfile_owner = {};
  world.settle();
  EXPECT_EQ(world.condition("Ready"), "True") << world.message("Ready");
}

TEST(Decide, a_keyfile_that_is_gone_is_never_replaced_while_members_know_it_and_putting_it_back_recovers) {
  World world;
  world.settle();
  world.lose_keyfile();
  for (int i = 0; i < 20; ++i) {
    world.perform(decide(world.observe()));
    world.tick();
  }
  EXPECT_EQ(world.condition("Stalled"), "True");
  EXPECT_THAT(world.message("Stalled"), HasSubstr("put it back"));
  EXPECT_TRUE(world.observe().keyfile.known);
  EXPECT_FALSE(world.observe().keyfile.exists) << "another key was made, which the running members do not know";
  world.put_back_keyfile();
  world.settle();
  EXPECT_EQ(world.condition("Ready"), "True");
  EXPECT_THAT(world.violations, IsEmpty());
}

TEST(Decide, an_option_that_the_operator_sets_stalls_with_what_to_do) {
  World world = running();
  world.edit().mongod.config = {{"net", {{"port", 27018}}}};
  world.settle();
  EXPECT_THAT(world.message("Stalled"), HasSubstr("remove it from spec.mongod.config"));
  EXPECT_EQ(world.condition("Ready"), "True");
}

TEST(Decide, a_deleted_set_stops_its_primary_last_and_keeps_its_claims) {
  World world = running();
  world.ask_for_deletion();
  world.settle();
  EXPECT_FALSE(world.object_exists());
  const auto gone = of_kind(world, "delete StatefulSet");
  ASSERT_EQ(gone.size(), 3u);
  EXPECT_EQ(gone.back(), "delete StatefulSet databases/orders-0");
  EXPECT_THAT(of_kind(world, "delete PersistentVolumeClaim"), IsEmpty());
}

TEST(Decide, a_set_with_reclaim_policy_delete_takes_its_claims_with_it) {
  World world;
  world.edit().storage.reclaim_policy = ReclaimPolicy::remove;
  world.settle();
  world.ask_for_deletion();
  world.settle();
  EXPECT_EQ(of_kind(world, "delete PersistentVolumeClaim").size(), 3u);
}

TEST(Decide, losing_every_pod_at_once_is_waited_out_and_never_initiates_again) {
  World world = running();
  for (int i = 0; i < 3; ++i) world.kill_pod(i);
  world.settle();
  EXPECT_THAT(of_kind(world, "initiate"), IsEmpty());
  EXPECT_EQ(world.condition("Ready"), "True");
}

TEST(Decide, a_paused_strategy_says_what_the_change_costs_and_touches_nobody) {
  World world = running();
  world.edit().update.strategy = UpdateStrategy::paused;
  world.settle();
  world.history.clear();
  world.edit().version = "8.0.15";
  world.settle();
  EXPECT_THAT(of_kind(world, "evict"), IsEmpty());
  ASSERT_TRUE(world.status().preview);
  EXPECT_EQ(world.status().preview->restarts, 3);
  EXPECT_EQ(world.status().preview->elections, 1);
}

TEST(Decide, a_spec_that_is_reverted_mid_roll_ends_where_it_began) {
  World world = running();
  world.edit().version = "8.0.15";
  for (int i = 0; i < 25; ++i) {
    world.perform(decide(world.observe()));
    world.tick();
  }
  world.edit().version = "8.0.12";
  world.settle();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(world.image_of_pod(i), "docker.io/library/mongo:8.0.12");
  EXPECT_EQ(world.condition("Ready"), "True");
  EXPECT_THAT(world.violations, IsEmpty());
}

TEST(Decide, a_member_that_was_asked_long_before_the_primary_is_not_behind_when_the_primary_knows_better) {
  World world = running();
  Observed seen = world.observe();
  for (ObservedMember& one : seen.members) {
    if (one.ordinal != world.primary()) {
      one.facts.applied.seconds -= 60;
      continue;
    }
    for (PeerView& peer : one.facts.peers) peer.optime = one.facts.applied;
  }
  EXPECT_THAT(decide(seen).effects, IsEmpty());
}

TEST(Decide, it_is_deterministic) {
  World world;
  for (int i = 0; i < 60; ++i) {
    const Observed seen = world.observe();
    EXPECT_EQ(k8s::json::print(to_json(decide(seen))), k8s::json::print(to_json(decide(seen))));
    world.perform(decide(seen));
    world.tick();
  }
}

TEST(Decide, an_observation_survives_being_printed_and_read_back) {
  World world;
  for (int i = 0; i < 80; ++i) {
    const Observed seen = world.observe();
    const auto again = k8s::json::decode_text<Observed>(k8s::json::print(k8s::json::encode(seen)));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(k8s::json::print(to_json(decide(*again))), k8s::json::print(to_json(decide(seen))));
    world.perform(decide(seen));
    world.tick();
  }
}

}  // namespace
}  // namespace mongodb::test
