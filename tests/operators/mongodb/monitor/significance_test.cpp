// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/monitor/significance.hpp"

#include <gtest/gtest.h>

namespace mongodb {
namespace {

MemberFacts secondary() {
  return MemberFacts{
      .pod_uid = k8s::Uid("u"),
      .reach = Reach::member,
      .secondary = true,
      .state = MemberState::secondary,
      .term = 1,
      .applied = {.term = 1, .seconds = 1000, .increment = 1},
      .peers = {PeerView{.host = "a:1", .optime = {.term = 1, .seconds = 1000}, .heartbeat_age = k8s::Millis{900}}}};
}

// The same facts after `change`.
template <class Change>
bool matters(Change change) {
  MemberFacts after = secondary();
  change(after);
  return is_significant(secondary(), after);
}

TEST(Significance, optimes_that_advance_together_and_ages_do_not_matter) {
  EXPECT_FALSE(matters([](MemberFacts&) {}));
  EXPECT_FALSE(matters([](MemberFacts& f) {
    f.applied.seconds = 5000;
    f.peers[0].optime.seconds = 5002;
    f.peers[0].heartbeat_age = k8s::Millis{1900};
    f.observed_at = k8s::Monotonic{k8s::Millis{77}};
  }));
}

TEST(Significance, role_reach_config_epoch_and_overdue_heartbeats_matter) {
  EXPECT_TRUE(matters([](MemberFacts& f) { f.reach = Reach::unreachable; }));
  EXPECT_TRUE(matters([](MemberFacts& f) { f.writable_primary = true; }));
  EXPECT_TRUE(matters([](MemberFacts& f) { f.term = 2; }));
  EXPECT_TRUE(matters([](MemberFacts& f) { f.config = ReplicaSetConfig{}; }));
  EXPECT_TRUE(matters([](MemberFacts& f) { f.epoch = 1; }));
  EXPECT_TRUE(matters([](MemberFacts& f) { f.failed_epoch = 1; }));
  EXPECT_TRUE(matters([](MemberFacts& f) { f.sync_source = "b:1"; }));
  EXPECT_TRUE(matters([](MemberFacts& f) { f.peers[0].healthy = true; }));
  EXPECT_TRUE(matters([](MemberFacts& f) { f.peers[0].heartbeat_age = k8s::Millis{11'000}; }));
}

TEST(Significance, lag_matters_bucket_by_bucket) {
  EXPECT_FALSE(matters([](MemberFacts& f) { f.peers[0].optime.seconds = 1008; }));
  EXPECT_TRUE(matters([](MemberFacts& f) { f.peers[0].optime.seconds = 1030; }));
  EXPECT_EQ(lag_bucket(-5), 0);
  EXPECT_EQ(lag_bucket(10), 0);
  EXPECT_EQ(lag_bucket(11), 1);
  EXPECT_EQ(lag_bucket(20), 1);
  EXPECT_EQ(lag_bucket(21), 2);
  EXPECT_EQ(lag_bucket(40), 2);
  EXPECT_EQ(lag_bucket(41), 3);
}

}  // namespace
}  // namespace mongodb
