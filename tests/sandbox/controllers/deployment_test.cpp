// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/deployment/deployment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sandbox/controllers/replica_set/replica_set.hpp"
#include "sandbox/controllers/status.hpp"
#include "tests/sandbox/controllers/world.hpp"

namespace controllers::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

constexpr std::string_view kApp = R"({
  "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "app", "namespace": "n"},
  "spec": {"replicas": 4, "selector": {"matchLabels": {"app": "x"}}, "progressDeadlineSeconds": 60,
    "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 1}},
    "template": {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": [{"name": "c", "image": "a:1"}]}}}})";

struct AppWorld : World {
  AppWorld() : World({deployment_controller(), replica_set_controller()}) {}
  void set(std::string_view patch) { change(kDeployment, "n", "app", patch); }
  void new_image(const std::string& image) {
    set(R"({"spec": {"template": {"spec": {"containers": [{"name": "c", "image": ")" + image + R"("}]}}}})");
  }
  ObjectRef app() const { return get(kDeployment, "n", "app"); }
  // Pods of that image, those being deleted apart.
  std::size_t running(const std::string& image) const {
    std::size_t count = 0;
    for (const ObjectRef& pod : list(kPod)) {
      if (!is_terminating(*pod) && pod->at("spec").at("containers").at(0).at("image") == image) ++count;
    }
    return count;
  }
  ObjectRef set_of(const std::string& image) const {
    for (const ObjectRef& set : list(kReplicaSet)) {
      if (set->at("spec").at("template").at("spec").at("containers").at(0).at("image") == image) return set;
    }
    return nullptr;
  }
  std::string reason(const char* type) const {
    const ObjectRef live = app();
    const Value* condition = find_condition(*live, type);
    return condition ? text(*condition, {"status"}) + " " + text(*condition, {"reason"}) : "";
  }
};

TEST(ReplicaSet, it_makes_and_removes_pods_and_says_so) {
  AppWorld world;
  world.make(R"({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "rs", "namespace": "n"},
    "spec": {"replicas": 3, "selector": {"matchLabels": {"a": "b"}},
             "template": {"metadata": {"labels": {"a": "b"}}, "spec": {}}}})");
  world.settle();
  EXPECT_THAT(world.list(kPod), SizeIs(3));
  EXPECT_EQ(at(*world.get(kReplicaSet, "n", "rs"), {"status"}),
            json(R"({"replicas": 3, "fullyLabeledReplicas": 3, "readyReplicas": 3, "availableReplicas": 3,
                     "observedGeneration": 1})"));
  const std::string unready = world.names(kPod)[1];
  world.starts_pods = false;
  world.set_ready("n", unready, false);
  world.change(kReplicaSet, "n", "rs", R"({"spec": {"replicas": 2}})");
  world.settle();
  EXPECT_EQ(world.get(kPod, "n", unready), nullptr);
  EXPECT_THAT(world.event_messages("SuccessfulDelete"), ElementsAre("Deleted pod: " + unready));
}

TEST(ReplicaSet, pods_that_ended_or_are_going_are_replaced) {
  AppWorld world;
  world.make(R"({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "rs", "namespace": "n"},
    "spec": {"replicas": 2, "selector": {"matchLabels": {"a": "b"}},
             "template": {"metadata": {"labels": {"a": "b"}}, "spec": {}}}})");
  world.settle();
  world.finishes_pods = false;
  world.end_pod("n", world.names(kPod)[0], "Failed");
  world.remove(kPod, "n", world.names(kPod)[1]);
  world.settle();
  EXPECT_THAT(world.list(kPod), SizeIs(4));
}

TEST(ReplicaSet, a_refused_pod_is_told_in_a_condition_until_it_works) {
  AppWorld world;
  bool no = true;
  world.api.refuse = [&](std::string_view verb, const std::string& kind, const std::string&) {
    return no && verb == "create" && kind == "Pod"
               ? std::optional{k8s::Error{.code = k8s::Code::forbidden, .message = "exceeded quota"}}
               : std::nullopt;
  };
  world.make(kApp);
  world.settle();
  EXPECT_EQ(world.reason("ReplicaFailure"), "True FailedCreate");
  no = false;
  world.advance(k8s::Millis{10'000});
  EXPECT_EQ(world.reason("ReplicaFailure"), "");
  EXPECT_EQ(world.running("a:1"), 4u);
}

TEST(Deployment, its_replica_set_carries_the_template_hash_and_the_revision) {
  AppWorld world;
  world.make(kApp);
  world.settle();
  ASSERT_THAT(world.list(kReplicaSet), SizeIs(1));
  const Value set = *world.list(kReplicaSet)[0];
  const std::string hash = label(set, "pod-template-hash");
  EXPECT_EQ(name_of(set), "app-" + hash);
  EXPECT_EQ(text(set, {"spec", "selector", "matchLabels", "pod-template-hash"}), hash);
  EXPECT_EQ(label(*world.list(kPod)[0], "pod-template-hash"), hash);
  EXPECT_EQ(annotation(set, "deployment.kubernetes.io/revision"), "1");
  EXPECT_EQ(annotation(*world.app(), "deployment.kubernetes.io/revision"), "1");
  EXPECT_THAT(world.event_messages("ScalingReplicaSet"),
              ElementsAre("Scaled up replica set app-" + hash + " from 0 to 4"));
  Value status = world.app()->at("status");
  status.erase("conditions");
  EXPECT_EQ(status, json(R"({"observedGeneration": 1, "replicas": 4, "updatedReplicas": 4, "readyReplicas": 4,
                             "availableReplicas": 4})"));
  EXPECT_EQ(world.reason("Available"), "True MinimumReplicasAvailable");
  EXPECT_EQ(world.reason("Progressing"), "True NewReplicaSetAvailable");
  EXPECT_THAT(world.failures, IsEmpty());
}

TEST(Deployment, a_rolling_update_keeps_between_surge_and_unavailable) {
  AppWorld world;
  world.make(kApp);
  world.settle();
  world.starts_pods = false;
  world.new_image("a:2");
  world.settle();
  // 4 + 1 at most, 3 available at least.
  EXPECT_EQ(world.running("a:1"), 3u);
  EXPECT_EQ(world.running("a:2"), 2u);
  EXPECT_EQ(world.reason("Progressing"), "True ReplicaSetUpdated");
  world.starts_pods = true;
  world.settle();
  EXPECT_EQ(world.running("a:1"), 0u);
  EXPECT_EQ(world.running("a:2"), 4u);
  EXPECT_EQ(world.reason("Progressing"), "True NewReplicaSetAvailable");
  EXPECT_THAT(world.list(kReplicaSet), SizeIs(2));
}

TEST(Deployment, going_back_uses_the_old_replica_set_under_a_new_revision) {
  AppWorld world;
  world.make(kApp);
  world.settle();
  world.new_image("a:2");
  world.settle();
  world.new_image("a:1");
  world.settle();
  EXPECT_EQ(world.running("a:1"), 4u);
  EXPECT_THAT(world.list(kReplicaSet), SizeIs(2));
  EXPECT_EQ(annotation(*world.set_of("a:1"), "deployment.kubernetes.io/revision"), "3");
  EXPECT_EQ(annotation(*world.set_of("a:1"), "deployment.kubernetes.io/revision-history"), "1");
  EXPECT_EQ(annotation(*world.app(), "deployment.kubernetes.io/revision"), "3");
}

TEST(Deployment, recreate_waits_for_the_last_old_pod) {
  AppWorld world;
  Value app = json(kApp);
  app["spec"]["strategy"] = {{"type", "Recreate"}};
  world.make(app);
  world.settle();
  world.finishes_pods = false;
  world.new_image("a:2");
  world.settle();
  EXPECT_EQ(world.running("a:1"), 0u);
  EXPECT_EQ(world.running("a:2"), 0u);
  EXPECT_THAT(world.list(kPod), SizeIs(4));
  world.finishes_pods = true;
  world.settle();
  EXPECT_EQ(world.running("a:2"), 4u);
}

TEST(Deployment, a_rollout_that_stands_still_is_told_after_its_deadline) {
  AppWorld world;
  world.make(kApp);
  world.settle();
  world.starts_pods = false;
  world.new_image("a:2");
  world.advance(k8s::Millis{59'000});
  EXPECT_EQ(world.reason("Progressing"), "True ReplicaSetUpdated");
  world.advance(k8s::Millis{1'000});
  EXPECT_EQ(world.reason("Progressing"), "False ProgressDeadlineExceeded");
  world.starts_pods = true;
  world.settle();
  EXPECT_EQ(world.reason("Progressing"), "True NewReplicaSetAvailable");
}

TEST(Deployment, while_paused_it_scales_but_does_not_roll) {
  AppWorld world;
  world.make(kApp);
  world.settle();
  world.set(R"({"spec": {"paused": true}})");
  world.new_image("a:2");
  world.set(R"({"spec": {"replicas": 6}})");
  world.settle();
  EXPECT_EQ(world.running("a:1"), 6u);
  EXPECT_EQ(world.running("a:2"), 0u);
  EXPECT_EQ(world.reason("Progressing"), "Unknown DeploymentPaused");
  world.set(R"({"spec": {"paused": false}})");
  world.settle();
  EXPECT_EQ(world.running("a:2"), 6u);
}

TEST(Deployment, scaling_in_the_middle_of_a_rollout_is_shared_in_proportion) {
  AppWorld world;
  Value app = json(kApp);
  app["spec"]["replicas"] = 10;
  app["spec"]["strategy"]["rollingUpdate"] = {{"maxSurge", 3}, {"maxUnavailable", 2}};
  world.make(app);
  world.settle();
  world.starts_pods = false;
  world.new_image("a:2");
  world.settle();
  EXPECT_EQ(world.running("a:1"), 8u);
  EXPECT_EQ(world.running("a:2"), 5u);
  world.set(R"({"spec": {"replicas": 15}})");
  world.settle();
  EXPECT_EQ(world.running("a:1"), 11u);
  EXPECT_EQ(world.running("a:2"), 7u);
}

TEST(Deployment, old_replica_sets_beyond_the_history_go) {
  AppWorld world;
  Value app = json(kApp);
  app["spec"]["revisionHistoryLimit"] = 1;
  world.make(app);
  for (const char* image : {"a:2", "a:3", "a:4"}) {
    world.settle();
    world.new_image(image);
  }
  world.settle();
  EXPECT_THAT(world.list(kReplicaSet), SizeIs(2));
  EXPECT_NE(world.set_of("a:3"), nullptr);
}

TEST(Deployment, a_name_that_somebody_else_has_is_not_taken_over) {
  AppWorld world;
  world.make(kApp);
  world.settle();
  const std::string name = world.names(kReplicaSet)[0];
  AppWorld other;
  other.make(
      Value{{"apiVersion", "apps/v1"},
            {"kind", "ReplicaSet"},
            {"metadata", {{"name", name}, {"namespace", "n"}}},
            {"spec", {{"replicas", 0}, {"selector", {{"matchLabels", {{"q", "r"}}}}}, {"template", Value::object()}}}});
  other.make(kApp);
  other.settle();
  EXPECT_THAT(other.list(kReplicaSet), SizeIs(2));
  EXPECT_EQ(number(*other.app(), {"status", "collisionCount"}, 0), 1);
  EXPECT_EQ(other.running("a:1"), 4u);
}

TEST(Deployment, a_settled_one_is_left_alone) {
  AppWorld world;
  world.make(kApp);
  world.settle();
  world.new_image("a:2");
  world.settle();
  const int writes = world.api.writes;
  world.advance(k8s::Millis{3'600'000});
  EXPECT_EQ(world.api.writes, writes);
}

}  // namespace
}  // namespace controllers::test
