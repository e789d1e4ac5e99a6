// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/sandbox/simmongod/builders.hpp"

namespace simmongod::testing {
namespace {

Document step_down(int seconds, int catch_up) {
  return Document{{"replSetStepDown", seconds}, {"secondaryCatchUpPeriodSecs", catch_up}};
}

TEST(StepDown, the_hand_over_takes_about_a_second_for_a_majority_writer) {
  World world;
  begin(world, 3);
  world.command("a:1", "t", insert(1, majority()));
  const k8s::Monotonic before = world.now().monotonic;
  EXPECT_TRUE(is_ok(world.command("a:1", "admin", step_down(30, 10))));
  ASSERT_TRUE(world.run_until([&] { return primary_of(world) == "b:1"; }, k8s::Millis(500)));
  EXPECT_TRUE(is_acknowledged(world.command("b:1", "t", insert(2, majority()))));
  EXPECT_GE(world.now().monotonic - before, k8s::Millis(500));
  EXPECT_LE(world.now().monotonic - before, k8s::Millis(1600));
}

TEST(StepDown, the_successor_is_the_first_in_the_configuration_unless_it_is_frozen) {
  World world;
  begin(world, 3);
  EXPECT_TRUE(is_ok(world.command("b:1", "admin", Document{{"replSetFreeze", 30}})));
  world.run_for(k8s::Millis(2500));
  EXPECT_TRUE(is_ok(world.command("a:1", "admin", step_down(30, 10))));
  EXPECT_TRUE(world.run_until([&] { return primary_of(world) == "c:1"; }, k8s::Millis(500)));
}

TEST(StepDown, it_is_refused_when_nobody_catches_up_and_the_primary_goes_on) {
  World world;
  begin(world, 3);
  world.kill("b:1");
  world.kill("c:1");
  world.run_for(k8s::Millis(3000));
  const Document reply = world.command("a:1", "admin", step_down(5, 1));
  EXPECT_EQ(code_of(reply), 262);
  EXPECT_EQ(primary_of(world), "a:1");
}

TEST(StepDown, it_is_accepted_on_stale_knowledge_of_stopped_members) {
  World world;
  begin(world, 3);
  world.pause("b:1");
  world.pause("c:1");
  EXPECT_TRUE(is_ok(world.command("a:1", "admin", step_down(12, 2))));
  world.run_for(k8s::Seconds(11));
  EXPECT_EQ(primary_of(world), "");
  world.resume("b:1");
  world.resume("c:1");
  EXPECT_TRUE(world.run_until([&] { return !primary_of(world).empty(); }, k8s::Seconds(30)));
}

TEST(StepDown, a_write_that_waits_is_told_that_it_was_interrupted) {
  World world;
  begin(world, 3);
  world.cut("a:1", "b:1");
  world.cut("a:1", "c:1");
  const auto waiting = world.send("a:1", 0, "t", insert(1, majority()));
  world.run_for(k8s::Millis(50));
  const Document reply = world.command(
      "a:1", "admin", Document{{"replSetStepDown", 30}, {"secondaryCatchUpPeriodSecs", 0}, {"force", true}});
  EXPECT_TRUE(is_ok(reply));
  const auto written = world.take(waiting);
  ASSERT_TRUE(written);
  EXPECT_TRUE(is_ok(*written));
  EXPECT_EQ(written->number("writeConcernError.code"), 11602);
}

TEST(StepDown, a_primary_that_is_terminated_hands_over_first_and_then_answers_91) {
  World world;
  begin(world, 3);
  const k8s::Monotonic before = world.now().monotonic;
  world.terminate("a:1");
  EXPECT_TRUE(world.run_until([&] { return primary_of(world) == "b:1"; }, k8s::Millis(1000)));
  const Document hello = world.command("a:1", "admin", Document{{"hello", 1}});
  EXPECT_EQ(code_of(hello), 91);
  EXPECT_GT(hello.number("remainingQuiesceTimeMillis").value_or(0), 10000);
  EXPECT_TRUE(world.run_until([&] { return !world.is_running("a:1"); }));
  EXPECT_EQ(world.exit_code("a:1"), 0);
  EXPECT_GE(world.now().monotonic - before, k8s::Millis(15000));
}

}  // namespace
}  // namespace simmongod::testing
