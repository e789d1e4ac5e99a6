// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/disruption/disruption.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sandbox/controllers/ownership.hpp"
#include "sandbox/controllers/status.hpp"
#include "tests/sandbox/controllers/world.hpp"

namespace controllers::test {
namespace {

using testing::SizeIs;

struct BudgetWorld : World {
  BudgetWorld() : World({disruption_controller()}) {}
  // A set that wants `replicas`, with `pods` of them there and ready.
  void pods(int count, int replicas) {
    Value set = json(R"({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "s", "namespace": "n"},
                         "spec": {"template": {"metadata": {"labels": {"app": "x"}}}}})");
    set["spec"]["replicas"] = replicas;
    const ObjectRef owner = make(set);
    for (int i = 0; i < count; ++i) {
      Value pod = json(
          R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "n", "labels": {"app": "x"}}, "spec": {}})");
      pod["metadata"]["name"] = "s-" + std::to_string(i);
      pod["metadata"]["ownerReferences"] = Value::array({controller_reference_to(*owner)});
      make(pod);
    }
    settle();
  }
  void budget(std::string_view spec) {
    Value one = json(R"({"apiVersion": "policy/v1", "kind": "PodDisruptionBudget",
                         "metadata": {"name": "b", "namespace": "n"}})");
    one["spec"] = json(spec);
    one["spec"]["selector"] = json(R"({"matchLabels": {"app": "x"}})");
    make(one);
    settle();
  }
  // allowed, healthy, desired, expected
  std::vector<std::int64_t> status() const {
    const ObjectRef live = get(kDisruptionBudget, "n", "b");
    std::vector<std::int64_t> out;
    for (const char* member : {"disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"}) {
      out.push_back(number(*live, {"status", member}, -1));
    }
    return out;
  }
  std::string reason() const {
    const ObjectRef live = get(kDisruptionBudget, "n", "b");
    return text(*find_condition(*live, "DisruptionAllowed"), {"reason"});
  }
};

using Numbers = std::vector<std::int64_t>;

TEST(Disruption, max_unavailable_is_counted_from_what_the_controller_wants) {
  BudgetWorld world;
  world.pods(3, 5);
  world.budget(R"({"maxUnavailable": 1})");
  EXPECT_EQ(world.status(), (Numbers{0, 3, 4, 5}));
  EXPECT_EQ(world.reason(), "InsufficientPods");
  world.change(kStatefulSet, "n", "s", R"({"spec": {"replicas": 3}})");
  world.settle();
  EXPECT_EQ(world.status(), (Numbers{1, 3, 2, 3}));
  EXPECT_EQ(world.reason(), "SufficientPods");
}

TEST(Disruption, a_number_for_min_available_counts_the_pods_there_are_and_a_percentage_rounds_up) {
  BudgetWorld world;
  world.pods(3, 5);
  world.budget(R"({"minAvailable": 2})");
  EXPECT_EQ(world.status(), (Numbers{1, 3, 2, 3}));
  world.change(kDisruptionBudget, "n", "b", R"({"spec": {"minAvailable": "50%"}})");
  world.settle();
  EXPECT_EQ(world.status(), (Numbers{0, 3, 3, 5}));
  world.change(kDisruptionBudget, "n", "b", R"({"spec": {"minAvailable": null, "maxUnavailable": "30%"}})");
  world.settle();
  EXPECT_EQ(world.status(), (Numbers{0, 3, 3, 5}));
}

TEST(Disruption, pods_that_are_not_ready_or_going_are_not_healthy) {
  BudgetWorld world;
  world.pods(3, 3);
  world.budget(R"({"maxUnavailable": 1})");
  world.finishes_pods = false;
  world.set_ready("n", "s-1", false);
  world.settle();
  EXPECT_EQ(world.status(), (Numbers{0, 2, 2, 3}));
  world.remove(kPod, "n", "s-2");
  world.settle();
  EXPECT_EQ(world.status(), (Numbers{0, 1, 2, 3}));
}

TEST(Disruption, a_granted_eviction_counts_as_gone_for_two_minutes) {
  BudgetWorld world;
  world.pods(3, 3);
  world.budget(R"({"maxUnavailable": 1})");
  Value status = world.get(kDisruptionBudget, "n", "b")->at("status");
  status["disruptedPods"] = {{"s-0", stamp(world.now.wall)}};
  world.change_status(kDisruptionBudget, "n", "b", status.dump());
  world.settle();
  EXPECT_EQ(world.status(), (Numbers{0, 2, 2, 3}));
  world.advance(k8s::Millis{119'000});
  EXPECT_EQ(world.status(), (Numbers{0, 2, 2, 3}));
  world.advance(k8s::Millis{1'000});
  EXPECT_EQ(world.status(), (Numbers{1, 3, 2, 3}));
  EXPECT_FALSE(world.get(kDisruptionBudget, "n", "b")->at("status").contains("disruptedPods"));
}

TEST(Disruption, without_a_scale_to_count_from_nothing_is_allowed) {
  BudgetWorld world;
  const ObjectRef owner = world.make(
      R"({"apiVersion": "x.io/v1", "kind": "Thing", "metadata": {"name": "t", "namespace": "n"}, "spec": {}})");
  Value pod = json(
      R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "n",
        "labels": {"app": "x"}}, "spec": {}})");
  pod["metadata"]["ownerReferences"] = Value::array({controller_reference_to(*owner)});
  world.make(pod);
  world.settle();
  world.budget(R"({"maxUnavailable": 1})");
  EXPECT_EQ(world.status().front(), 0);
  EXPECT_EQ(world.reason(), "SyncFailed");
  EXPECT_THAT(world.event_messages("CalculateExpectedPodCountFailed"), SizeIs(1));
}

}  // namespace
}  // namespace controllers::test
