// SPDX-License-Identifier: Apache-2.0
// Replies as facts/mongod recorded them, shortened.
#include "operators/mongodb/member/verdicts.hpp"

#include <gtest/gtest.h>

namespace mongo::member {
namespace {

using bson::Array;
using bson::Document;

const Document kPrimary{{"hosts", Array{"a:27017", "b:27017", "c:27017"}},
                        {"setName", "rs"},
                        {"isWritablePrimary", true},
                        {"secondary", false},
                        {"ok", 1.0}};
const Document kSecondary{{"setName", "rs"}, {"isWritablePrimary", false}, {"secondary", true}, {"ok", 1.0}};
const Document kArbiter{
    {"setName", "rs"}, {"isWritablePrimary", false}, {"secondary", false}, {"arbiterOnly", true}, {"ok", 1.0}};
const Document kUninitialised{{"isWritablePrimary", false},
                              {"secondary", false},
                              {"info", "Does not have a valid replica set config"},
                              {"isreplicaset", true},
                              {"ok", 1.0}};
const Document kRemoved{{"isWritablePrimary", false},
                        {"secondary", false},
                        {"info", "Does not have a valid replica set config"},
                        {"ok", 1.0}};
const Document kStarting{{"setName", "rs"}, {"isWritablePrimary", false}, {"secondary", false}, {"ok", 1.0}};
const Document kQuiesce{{"ok", 0.0},
                        {"errmsg", "The server is in quiesce mode and will shut down"},
                        {"code", 91},
                        {"codeName", "ShutdownInProgress"}};
const Document kRefusal{
    {"ok", 0.0}, {"errmsg", "no such command: 'hello'"}, {"code", 59}, {"codeName", "CommandNotFound"}};
const k8s::Error kNobody{.code = k8s::Code::unavailable, .message = "connect: Connection refused"};

TEST(Probe, startup_passes_once_mongod_answers_whatever_it_says) {
  for (const Document& hello : {kPrimary, kSecondary, kArbiter, kUninitialised, kRemoved, kStarting, kRefusal}) {
    EXPECT_TRUE(judge(Probe::startup, hello).passed);
  }
}

TEST(Probe, startup_fails_while_mongod_shuts_down_or_does_not_answer) {
  EXPECT_EQ(judge(Probe::startup, kQuiesce), (Verdict{.passed = false, .because = "mongod is shutting down"}));
  EXPECT_FALSE(judge(Probe::startup, kNobody).passed);
}

TEST(Probe, readiness_is_for_primary_secondary_and_arbiter) {
  EXPECT_EQ(judge(Probe::readiness, kPrimary), (Verdict{.passed = true, .because = "mongod is PRIMARY"}));
  EXPECT_EQ(judge(Probe::readiness, kSecondary), (Verdict{.passed = true, .because = "mongod is SECONDARY"}));
  EXPECT_EQ(judge(Probe::readiness, kArbiter), (Verdict{.passed = true, .because = "mongod is ARBITER"}));
}

TEST(Probe, readiness_fails_in_every_other_state_and_says_which) {
  EXPECT_EQ(judge(Probe::readiness, kUninitialised).because, "mongod waits to be made part of its replica set");
  EXPECT_EQ(judge(Probe::readiness, kRemoved).because,
            "mongod is neither PRIMARY, SECONDARY nor ARBITER (Does not have a valid replica set config)");
  for (const Document& hello : {kUninitialised, kRemoved, kStarting, kQuiesce, kRefusal}) {
    EXPECT_FALSE(judge(Probe::readiness, hello).passed);
  }
  EXPECT_EQ(judge(Probe::readiness, kNobody).because,
            "mongod does not answer: unavailable: connect: Connection refused");
}

TEST(Probe, liveness_never_depends_on_replication_and_holds_during_quiesce) {
  for (const Document& hello :
       {kPrimary, kSecondary, kArbiter, kUninitialised, kRemoved, kStarting, kQuiesce, kRefusal}) {
    EXPECT_TRUE(judge(Probe::liveness, hello).passed);
  }
  EXPECT_FALSE(judge(Probe::liveness, kNobody).passed);
}

TEST(HandOver, only_a_primary_with_somebody_to_take_over_hands_over) {
  const Document alone{
      {"hosts", Array{"a:27017"}}, {"passives", Array{"b:27017"}}, {"isWritablePrimary", true}, {"ok", 1.0}};
  EXPECT_TRUE(needs_hand_over(kPrimary).passed);
  EXPECT_EQ(needs_hand_over(kSecondary), (Verdict{.passed = false, .because = "this member is not primary"}));
  EXPECT_EQ(needs_hand_over(alone).because, "this member is primary, and no other one can take over");
  EXPECT_FALSE(needs_hand_over(kQuiesce).passed);
}

TEST(HandOver, a_step_down_that_was_refused_is_not_waited_for) {
  const Document late{
      {"ok", 0.0}, {"errmsg", "No electable secondaries caught up"}, {"code", 262}, {"codeName", "ExceededTimeLimit"}};
  EXPECT_EQ(step_down_outcome(late).because,
            "no other member caught up in time, so this one stays primary until it stops");
  EXPECT_FALSE(step_down_outcome(late).passed);
  EXPECT_FALSE(step_down_outcome(kRefusal).passed);
  EXPECT_FALSE(step_down_outcome(k8s::Error{.code = k8s::Code::unauthenticated, .message = "no"}).passed);
}

TEST(HandOver, a_connection_that_breaks_on_the_way_is_no_refusal) {
  EXPECT_TRUE(step_down_outcome(Document{{"ok", 1.0}}).passed);
  EXPECT_TRUE(step_down_outcome(kNobody).passed);
  EXPECT_TRUE(step_down_outcome(k8s::Error{.code = k8s::Code::timeout, .message = "late"}).passed);
}

}  // namespace
}  // namespace mongo::member
