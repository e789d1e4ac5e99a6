// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sandbox/controllers/world.hpp"

namespace controllers::test {
namespace {

using testing::ElementsAre;

struct Trace {
  std::vector<std::string> looks;
  std::function<Look(Api&, const Key&, const Now&)> answer = [](Api&, const Key&, const Now&) { return done(); };
};

Controller traced(Trace& trace, std::string name) {
  return {.name = name,
          .wakes = {wake::self("ConfigMap")},
          .reconcile = [&trace, name](Api& api, const Key& key, const Now& now) {
            trace.looks.push_back(name + " " + key.name);
            return trace.answer(api, key, now);
          }};
}

void make(World& world, const std::string& name) {
  world.make(Value{{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"name", name}, {"namespace", "n"}}}});
}

TEST(Runner, a_key_is_looked_at_once_however_often_it_changed) {
  Trace trace;
  World world({traced(trace, "a")});
  make(world, "x");
  world.change(kConfigMap, "n", "x", R"({"data": {"k": "1"}})");
  world.change(kConfigMap, "n", "x", R"({"data": {"k": "2"}})");
  world.run();
  EXPECT_THAT(trace.looks, ElementsAre("a x"));
  EXPECT_EQ(world.runner.next_wake(), std::nullopt);
}

TEST(Runner, keys_run_in_the_order_in_which_they_came_and_controllers_in_theirs) {
  Trace trace;
  World world({traced(trace, "a"), traced(trace, "b")});
  make(world, "y");
  make(world, "x");
  world.run();
  EXPECT_THAT(trace.looks, ElementsAre("a y", "b y", "a x", "b x"));
}

TEST(Runner, a_look_asked_for_later_happens_then_and_a_change_brings_it_forward) {
  Trace trace;
  World world({traced(trace, "a")});
  trace.answer = [](Api&, const Key&, const Now&) { return again_in(k8s::Millis{500}); };
  make(world, "x");
  world.run();
  EXPECT_EQ(world.runner.next_wake(), world.now.monotonic + k8s::Millis{500});
  world.change(kConfigMap, "n", "x", R"({"data": {"k": "1"}})");
  world.run();
  EXPECT_EQ(trace.looks.size(), 2u);
  world.advance(k8s::Millis{499});
  EXPECT_EQ(trace.looks.size(), 2u);
  world.advance(k8s::Millis{1});
  EXPECT_EQ(trace.looks.size(), 3u);
}

TEST(Runner, a_failed_look_is_repeated_with_growing_delays_that_changes_do_not_shorten) {
  Trace trace;
  World world({traced(trace, "a")});
  bool fails = true;
  trace.answer = [&](Api&, const Key&, const Now&) -> Look {
    if (fails) return k8s::Error{.code = k8s::Code::conflict, .message = "moved on"};
    return done();
  };
  make(world, "x");
  world.run();
  world.change(kConfigMap, "n", "x", R"({"data": {"k": "1"}})");
  world.run();
  EXPECT_EQ(trace.looks.size(), 1u);
  world.advance(k8s::Millis{10});
  EXPECT_EQ(trace.looks.size(), 2u);
  world.advance(k8s::Millis{19});
  EXPECT_EQ(trace.looks.size(), 2u);
  fails = false;
  world.advance(k8s::Millis{1});
  EXPECT_EQ(trace.looks.size(), 3u);
  world.change(kConfigMap, "n", "x", R"({"data": {"k": "2"}})");
  world.run();
  EXPECT_EQ(trace.looks.size(), 4u);
  EXPECT_THAT(world.failures, ElementsAre("a n/x: moved on", "a n/x: moved on"));
}

TEST(Runner, what_a_look_itself_writes_wakes_its_key_again) {
  Trace trace;
  World world({traced(trace, "a")});
  trace.answer = [&](Api& api, const Key& key, const Now&) {
    if (trace.looks.size() == 1)
      (void)api.patch(kConfigMap, key.ns, key.name, json(R"({"data": {"k": "1"}})"), Subresource::none);
    return done();
  };
  make(world, "x");
  world.run();
  EXPECT_EQ(trace.looks.size(), 2u);
}

TEST(Selector, set_based_requirements_and_labels_must_all_hold) {
  const Selector selector = Selector::of(json(R"({"matchLabels": {"app": "web"}, "matchExpressions": [
    {"key": "tier", "operator": "In", "values": ["a", "b"]}, {"key": "old", "operator": "DoesNotExist"},
    {"key": "zone", "operator": "NotIn", "values": ["z"]}, {"key": "app", "operator": "Exists"}]})"));
  EXPECT_TRUE(selector.matches(json(R"({"app": "web", "tier": "b"})")));
  EXPECT_FALSE(selector.matches(json(R"({"app": "web", "tier": "c"})")));
  EXPECT_FALSE(selector.matches(json(R"({"app": "web", "tier": "a", "old": ""})")));
  EXPECT_FALSE(selector.matches(json(R"({"app": "web", "tier": "a", "zone": "z"})")));
  EXPECT_FALSE(selector.matches(json(R"({"tier": "a"})")));
  EXPECT_TRUE(Selector::of(json("{}")).matches(json("{}")));
  EXPECT_FALSE(Selector::of(Value{}).matches(json("{}")));
}

}  // namespace
}  // namespace controllers::test
