// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/scheduler/scheduler.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sandbox/controllers/status.hpp"
#include "sandbox/controllers/volumes/volumes.hpp"
#include "tests/sandbox/controllers/world.hpp"

namespace controllers::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct ScheduleWorld : World {
  ScheduleWorld() : World({scheduler_controller(), claim_controller({}), volume_controller()}) { assign_to = ""; }
  void node(const std::string& name, const std::string& zone, std::string_view patch = "{}") {
    Value one{{"apiVersion", "v1"},
              {"kind", "Node"},
              {"metadata", {{"name", name}, {"labels", {{"kubernetes.io/hostname", name}, {"zone", zone}}}}},
              {"spec", Value::object()},
              {"status", {{"allocatable", {{"cpu", "2"}, {"memory", "4Gi"}, {"pods", "10"}}}}}};
    one.merge_patch(json(patch));
    make(one);
  }
  std::string place(const std::string& name, std::string_view spec = "{}",
                    std::string_view labels = R"({"app": "x"})") {
    Value pod{{"apiVersion", "v1"},
              {"kind", "Pod"},
              {"metadata", {{"name", name}, {"namespace", "n"}, {"labels", json(labels)}}},
              {"spec", json(spec)}};
    make(pod);
    settle();
    return where(name);
  }
  std::string where(const std::string& name) const { return text(*get(kPod, "n", name), {"spec", "nodeName"}); }
  std::string why(const std::string& name) const {
    const ObjectRef pod = get(kPod, "n", name);
    const Value* condition = find_condition(*pod, "PodScheduled");
    return condition ? text(*condition, {"message"}) : "";
  }
};

// The whole sentence, as Kubernetes 1.34 says it.
std::string unable(int nodes, const std::string& why, const std::string& preemption) {
  const std::string none = "0/" + std::to_string(nodes) + " nodes are available: ";
  return none + why + ". no new claims to deallocate, preemption: " + none + preemption + ".";
}
constexpr const char* kUseless = " Preemption is not helpful for scheduling";
constexpr const char* kNoVictims = " No preemption victims found for incoming pod";

constexpr const char* kOneCpu =
    R"({"containers": [{"name": "c", "resources": {"requests": {"cpu": "1", "memory": "1Gi"}}}]})";

TEST(Scheduler, requests_fill_nodes_and_the_next_pod_says_what_it_lacks) {
  ScheduleWorld world;
  world.node("a", "z1");
  world.node("b", "z2");
  EXPECT_EQ(world.place("p1", kOneCpu), "a");
  EXPECT_EQ(world.place("p2", kOneCpu), "b");
  EXPECT_EQ(world.place("p3", kOneCpu), "a");
  EXPECT_EQ(world.place("p4", kOneCpu), "b");
  EXPECT_EQ(world.place("p5", kOneCpu), "");
  EXPECT_EQ(world.why("p5"), unable(2, "2 Insufficient cpu", std::string{"2"} + kNoVictims));
  EXPECT_THAT(world.event_messages("FailedScheduling"), ElementsAre(world.why("p5")));
  EXPECT_EQ(world.event_messages("Scheduled").size(), 4u);
  EXPECT_EQ(text(*find_condition(*world.get(kPod, "n", "p5"), "PodScheduled"), {"reason"}), "Unschedulable");
  world.kill_pod("n", "p2");
  world.settle();
  EXPECT_EQ(world.where("p5"), "b");
  EXPECT_TRUE(condition_is(*world.get(kPod, "n", "p5"), "PodScheduled", "True"));
  EXPECT_THAT(world.failures, IsEmpty());
}

TEST(Scheduler, nodes_that_are_cordoned_tainted_or_not_selected_are_told_apart) {
  ScheduleWorld world;
  EXPECT_EQ(world.place("early"), "");
  EXPECT_EQ(world.why("early"), "no nodes available to schedule pods");
  world.node("a", "z1", R"({"spec": {"unschedulable": true}})");
  world.node("b", "z1", R"({"spec": {"taints": [{"key": "k", "value": "v", "effect": "NoSchedule"}]}})");
  world.node("c", "z2");
  EXPECT_EQ(world.place("p", R"({"nodeSelector": {"zone": "z1"}})"), "");
  EXPECT_EQ(world.why("p"),
            unable(3,
                   "1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had untolerated taint(s), "
                   "1 node(s) were unschedulable",
                   std::string{"3"} + kUseless));
  EXPECT_EQ(world.where("early"), "c");
  EXPECT_EQ(
      world.place("t", R"({"nodeSelector": {"zone": "z1"}, "tolerations": [{"key": "k", "operator": "Exists"}]})"),
      "b");
  world.change(kNode, "", "a", R"({"spec": {"unschedulable": false}})");
  world.settle();
  EXPECT_EQ(world.where("p"), "a");
}

TEST(Scheduler, required_node_affinity_chooses_and_preferred_prefers) {
  ScheduleWorld world;
  world.node("a", "z1");
  world.node("b", "z2");
  world.node("c", "z3");
  EXPECT_EQ(world.place("r", R"({"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution":
    {"nodeSelectorTerms": [{"matchExpressions": [{"key": "zone", "operator": "NotIn", "values": ["z1", "z2"]}]}]}}}})"),
            "c");
  EXPECT_EQ(world.place("p", R"({"affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution":
    [{"weight": 10, "preference": {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["z2"]}]}}]}}})"),
            "b");
}

constexpr const char* kApart = R"({"affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution":
  [{"topologyKey": "zone", "labelSelector": {"matchLabels": {"app": "x"}}}]}}})";

TEST(Scheduler, required_anti_affinity_keeps_pods_in_zones_of_their_own) {
  ScheduleWorld world;
  world.node("a", "z1");
  world.node("b", "z1");
  world.node("c", "z2");
  const std::string first = world.place("p1", kApart), second = world.place("p2", kApart);
  EXPECT_NE(first == "c", second == "c");
  EXPECT_EQ(world.place("p3", kApart), "");
  EXPECT_EQ(world.why("p3"),
            unable(3, "3 node(s) didn't match pod anti-affinity rules", std::string{"3"} + kNoVictims));
  EXPECT_EQ(world.place("plain"), "");  // they do not want it near them
  EXPECT_EQ(world.why("plain").substr(0, 84),
            "0/3 nodes are available: 3 node(s) didn't satisfy existing pods anti-affinity rules.");
  EXPECT_NE(world.place("other", "{}", R"({"app": "y"})"), "");
}

TEST(Scheduler, required_affinity_goes_where_the_others_are_and_the_first_one_anywhere) {
  ScheduleWorld world;
  world.node("a", "z1");
  world.node("b", "z2");
  constexpr const char* kNear = R"({"affinity": {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution":
    [{"topologyKey": "zone", "labelSelector": {"matchLabels": {"app": "x"}}}]}}})";
  const std::string first = world.place("p1", kNear);
  EXPECT_NE(first, "");
  EXPECT_EQ(world.place("p2", kNear), first);
  EXPECT_EQ(world.place("p3", kNear), first);
  EXPECT_EQ(world.place("lonely", R"({"affinity": {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution":
    [{"topologyKey": "zone", "labelSelector": {"matchLabels": {"app": "nobody"}}}]}}})"),
            "");
  EXPECT_EQ(world.why("lonely").substr(0, 68), "0/2 nodes are available: 2 node(s) didn't match pod affinity rules. ");
}

TEST(Scheduler, spread_constraints_keep_the_skew) {
  ScheduleWorld world;
  world.node("a", "z1");
  world.node("b", "z2", R"({"spec": {"unschedulable": true}})");
  constexpr const char* kSpread = R"({"topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone",
    "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchLabels": {"app": "x"}}}]})";
  EXPECT_EQ(world.place("p1", kSpread), "a");
  EXPECT_EQ(world.place("p2", kSpread), "");
  world.change(kNode, "", "b", R"({"spec": {"unschedulable": null}})");
  world.settle();
  EXPECT_EQ(world.where("p2"), "b");
}

TEST(Scheduler, a_claim_that_waits_learns_the_node_and_its_pod_is_bound_there_afterwards) {
  ScheduleWorld world;
  world.node("a", "z1");
  world.node("b", "z2");
  world.make(Value{{"apiVersion", "storage.k8s.io/v1"},
                   {"kind", "StorageClass"},
                   {"metadata", {{"name", "local"}}},
                   {"provisioner", kProvisioner},
                   {"reclaimPolicy", "Delete"},
                   {"volumeBindingMode", "WaitForFirstConsumer"}});
  constexpr const char* kUses =
      R"({"nodeSelector": {"zone": "z2"}, "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}]})";
  EXPECT_EQ(world.place("p", kUses), "");
  EXPECT_EQ(world.why("p"), unable(2, "persistentvolumeclaim \"c\" not found", std::string{"2"} + kUseless));
  world.make(R"({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "c", "namespace": "n"},
    "spec": {"storageClassName": "local", "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}}}})");
  world.settle();
  EXPECT_EQ(world.where("p"), "b");
  EXPECT_EQ(annotation(*world.get(kClaim, "n", "c"), kSelectedNode), "b");
  EXPECT_EQ(text(*world.get(kClaim, "n", "c"), {"status", "phase"}), "Bound");
  world.kill_pod("n", "p");
  EXPECT_EQ(world.place("q",
                        R"({"nodeSelector": {"zone": "z1"}, "volumes": [{"name": "v",
        "persistentVolumeClaim": {"claimName": "c"}}]})"),
            "");
  EXPECT_EQ(world.why("q"),
            unable(2,
                   "1 node(s) didn't match PersistentVolume's node affinity, 1 node(s) didn't match Pod's node "
                   "affinity/selector",
                   std::string{"2"} + kUseless));
}

TEST(Scheduler, an_unbound_immediate_claim_holds_its_pod) {
  ScheduleWorld world;
  world.node("a", "z1");
  world.make(R"({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "c", "namespace": "n"},
    "spec": {"storageClassName": "none", "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}}}})");
  EXPECT_EQ(world.place("p", R"({"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}]})"), "");
  EXPECT_EQ(world.why("p"), unable(1, "pod has unbound immediate PersistentVolumeClaims", std::string{"1"} + kUseless));
}

TEST(Scheduler, gated_pods_and_those_of_other_schedulers_are_left_alone) {
  ScheduleWorld world;
  world.node("a", "z1");
  EXPECT_EQ(world.place("g", R"({"schedulingGates": [{"name": "x"}]})"), "");
  EXPECT_EQ(text(*find_condition(*world.get(kPod, "n", "g"), "PodScheduled"), {"reason"}), "SchedulingGated");
  EXPECT_EQ(world.place("o", R"({"schedulerName": "mine"})"), "");
  EXPECT_EQ(world.why("o"), "");
  world.change(kPod, "n", "g", R"({"spec": {"schedulingGates": []}})");
  world.settle();
  EXPECT_EQ(world.where("g"), "a");
}

TEST(Scheduler, host_ports_are_not_shared) {
  ScheduleWorld world;
  world.node("a", "z1");
  constexpr const char* kPort = R"({"containers": [{"name": "c", "ports": [{"containerPort": 1, "hostPort": 80}]}]})";
  EXPECT_EQ(world.place("p", kPort), "a");
  EXPECT_EQ(world.place("q", kPort), "");
  EXPECT_EQ(world.why("q").substr(0, 83),
            "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod por");
}

}  // namespace
}  // namespace controllers::test
