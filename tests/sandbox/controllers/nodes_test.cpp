// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/nodes/nodes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sandbox/controllers/pods.hpp"
#include "sandbox/controllers/status.hpp"
#include "tests/sandbox/controllers/world.hpp"

namespace controllers::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct NodeWorld : World {
  NodeWorld() : World({node_controller({}), taint_eviction_controller(), pod_collector_controller({})}) {
    finishes_pods = false;
    starts_pods = false;
    make(R"({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-1"}, "spec": {}})");
    make(
        R"({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "node-1",
        "namespace": "kube-node-lease"}, "spec": {}})");
    say_ready("True");
    renew();
    settle();
  }
  void renew() {
    change(kLease, "kube-node-lease", "node-1",
           R"({"spec": {"renewTime": ")" + k8s::to_rfc3339_micro(now.wall) + R"("}})");
  }
  void say_ready(const std::string& status) {
    change_status(kNode, "", "node-1",
                  R"({"conditions": [{"type": "Ready", "status": ")" + status + R"(", "lastHeartbeatTime": ")" +
                      stamp(now.wall) + R"("}]})");
  }
  void pod(const std::string& name, std::string_view tolerations = "[]") {
    Value one{{"apiVersion", "v1"},
              {"kind", "Pod"},
              {"metadata", {{"name", name}, {"namespace", "n"}}},
              {"spec", {{"nodeName", "node-1"}, {"tolerations", json(tolerations)}}}};
    make(one);
    set_ready("n", name, true);
    settle();
  }
  std::vector<std::string> taints() const {
    std::vector<std::string> out;
    const ObjectRef node = get(kNode, "", "node-1");
    for (const Value& taint : elements(*node, {"spec", "taints"})) {
      out.push_back(text(taint, {"key"}) + ":" + text(taint, {"effect"}));
    }
    return out;
  }
  bool is_going(const std::string& name) const { return is_terminating(*get(kPod, "n", name)); }
};

constexpr const char* kFiveMinutes =
    R"([{"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute",
        "tolerationSeconds": 300},
  {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}])";

TEST(Nodes, a_node_whose_lease_is_not_renewed_becomes_unknown_and_tainted) {
  NodeWorld world;
  world.pod("p", kFiveMinutes);
  world.advance(k8s::Millis{30'000});
  world.renew();
  world.advance(k8s::Millis{49'000});
  EXPECT_TRUE(condition_is(*world.get(kNode, "", "node-1"), "Ready", "True"));
  EXPECT_THAT(world.taints(), IsEmpty());
  world.advance(k8s::Millis{1'000});
  EXPECT_TRUE(condition_is(*world.get(kNode, "", "node-1"), "Ready", "Unknown"));
  EXPECT_THAT(world.taints(),
              ElementsAre("node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute"));
  EXPECT_FALSE(is_ready(*world.get(kPod, "n", "p")));
  EXPECT_THAT(world.event_messages("NodeNotReady"),
              testing::UnorderedElementsAre("Node node-1 status is now: NodeNotReady", "Node is not ready"));
}

TEST(Nodes, pods_are_evicted_after_the_seconds_that_they_tolerate) {
  NodeWorld world;
  world.pod("default", kFiveMinutes);
  world.pod("hasty");
  world.pod("patient", R"([{"operator": "Exists"}])");
  world.advance(k8s::Millis{50'000});
  EXPECT_TRUE(world.is_going("hasty"));
  world.advance(k8s::Millis{299'000});
  EXPECT_FALSE(world.is_going("default"));
  world.advance(k8s::Millis{1'000});
  EXPECT_TRUE(world.is_going("default"));
  EXPECT_EQ(text(*find_condition(*world.get(kPod, "n", "default"), "DisruptionTarget"), {"reason"}),
            "DeletionByTaintManager");
  EXPECT_THAT(world.event_messages("TaintManagerEviction"),
              testing::UnorderedElementsAre("Marking for deletion Pod n/default", "Marking for deletion Pod n/hasty"));
  world.advance(k8s::Millis{3'600'000});
  EXPECT_FALSE(world.is_going("patient"));
}

TEST(Nodes, a_node_that_is_back_loses_its_taints_and_evicts_nobody) {
  NodeWorld world;
  world.pod("p", kFiveMinutes);
  world.advance(k8s::Millis{200'000});
  EXPECT_THAT(world.taints(), testing::SizeIs(2));
  world.renew();
  world.say_ready("True");
  world.settle();
  EXPECT_THAT(world.taints(), IsEmpty());
  for (int i = 0; i < 20; ++i) {
    world.advance(k8s::Millis{10'000});
    world.renew();
  }
  EXPECT_FALSE(world.is_going("p"));
}

TEST(Nodes, a_node_that_says_it_is_not_ready_has_the_other_taint) {
  NodeWorld world;
  world.say_ready("False");
  world.settle();
  EXPECT_THAT(world.taints(),
              ElementsAre("node.kubernetes.io/not-ready:NoSchedule", "node.kubernetes.io/not-ready:NoExecute"));
}

TEST(Nodes, a_cordoned_node_shows_it_and_keeps_foreign_taints) {
  NodeWorld world;
  world.change(kNode, "", "node-1",
               R"({"spec": {"unschedulable": true, "taints": [{"key": "mine", "effect": "NoSchedule"}]}})");
  world.settle();
  EXPECT_THAT(world.taints(), ElementsAre("mine:NoSchedule", "node.kubernetes.io/unschedulable:NoSchedule"));
  world.change(kNode, "", "node-1", R"({"spec": {"unschedulable": null}})");
  world.settle();
  EXPECT_THAT(world.taints(), ElementsAre("mine:NoSchedule"));
}

TEST(Nodes, pods_of_a_node_that_is_gone_are_collected) {
  NodeWorld world;
  world.pod("p");
  world.remove(kNode, "", "node-1");
  world.advance(k8s::Millis{39'000});
  EXPECT_TRUE(world.get(kPod, "n", "p"));
  world.advance(k8s::Millis{1'000});
  EXPECT_FALSE(world.get(kPod, "n", "p"));
}

}  // namespace
}  // namespace controllers::test
