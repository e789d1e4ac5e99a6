// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/stateful_set/stateful_set.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sandbox/controllers/ownership.hpp"
#include "tests/sandbox/controllers/world.hpp"

namespace controllers::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr std::string_view kWeb = R"({
  "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "web", "namespace": "n"},
  "spec": {"replicas": 3, "serviceName": "web", "podManagementPolicy": "OrderedReady",
    "selector": {"matchLabels": {"app": "web"}},
    "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
    "template": {"metadata": {"labels": {"app": "web"}},
      "spec": {"containers": [{"name": "c", "image": "a:1"}], "volumes": [{"name": "tmp", "emptyDir": {}}]}},
    "volumeClaimTemplates": [{"metadata": {"name": "data", "labels": {"kept": "yes"}},
      "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}]}})";

struct SetWorld : World {
  SetWorld() : World({stateful_set_controller()}) {}
  Value status() const { return at(*get(kStatefulSet, "n", "web"), {"status"}); }
  void set(std::string_view patch) { change(kStatefulSet, "n", "web", patch); }
  void new_image(const std::string& image) {
    set(R"({"spec": {"template": {"spec": {"containers": [{"name": "c", "image": ")" + image + R"("}]}}}})");
  }
  std::string image(const std::string& pod) const {
    return get(kPod, "n", pod)->at("spec").at("containers").at(0).at("image");
  }
};

TEST(StatefulSet, an_ordered_set_makes_the_next_pod_once_the_one_before_is_ready) {
  SetWorld world;
  world.starts_pods = false;
  world.make(kWeb);
  world.settle();
  EXPECT_THAT(world.names(kPod), ElementsAre("web-0"));
  world.set_ready("n", "web-0", true);
  world.settle();
  EXPECT_THAT(world.names(kPod), ElementsAre("web-0", "web-1"));
  world.set_ready("n", "web-0", false);
  world.set_ready("n", "web-1", true);
  world.settle();
  EXPECT_THAT(world.names(kPod), ElementsAre("web-0", "web-1"));
  world.set_ready("n", "web-0", true);
  world.settle();
  EXPECT_THAT(world.names(kPod), ElementsAre("web-0", "web-1", "web-2"));
  EXPECT_THAT(world.failures, IsEmpty());
}

TEST(StatefulSet, a_parallel_set_makes_all_pods_at_once) {
  SetWorld world;
  world.starts_pods = false;
  Value set = json(kWeb);
  set["spec"]["podManagementPolicy"] = "Parallel";
  world.make(set);
  world.settle();
  EXPECT_THAT(world.names(kPod), ElementsAre("web-0", "web-1", "web-2"));
}

TEST(StatefulSet, a_pod_has_its_identity_and_its_claims) {
  SetWorld world;
  world.make(kWeb);
  world.settle();
  const ObjectRef pod = world.get(kPod, "n", "web-1");
  EXPECT_EQ(label(*pod, "statefulset.kubernetes.io/pod-name"), "web-1");
  EXPECT_EQ(label(*pod, "apps.kubernetes.io/pod-index"), "1");
  EXPECT_EQ(label(*pod, "controller-revision-hash"), text(world.status(), {"updateRevision"}));
  EXPECT_EQ(text(*pod, {"spec", "hostname"}), "web-1");
  EXPECT_EQ(text(*pod, {"spec", "subdomain"}), "web");
  EXPECT_EQ(pod->at("spec").at("volumes"),
            json(R"([{"name": "data", "persistentVolumeClaim": {"claimName": "data-web-1"}},
                     {"name": "tmp", "emptyDir": {}}])"));
  EXPECT_TRUE(is_controlled_by(*pod, *world.get(kStatefulSet, "n", "web")));
  const ObjectRef claim = world.get(kClaim, "n", "data-web-1");
  ASSERT_TRUE(claim);
  EXPECT_EQ(labels_of(*claim), json(R"({"app": "web", "kept": "yes"})"));
  EXPECT_TRUE(elements(*claim, {"metadata", "ownerReferences"}).empty());
  EXPECT_THAT(world.event_messages("SuccessfulCreate"),
              UnorderedElementsAre("create Pod web-0 in StatefulSet web successful",
                                   "create Pod web-1 in StatefulSet web successful",
                                   "create Pod web-2 in StatefulSet web successful",
                                   "create Claim data-web-0 Pod web-0 in StatefulSet web success",
                                   "create Claim data-web-1 Pod web-1 in StatefulSet web success",
                                   "create Claim data-web-2 Pod web-2 in StatefulSet web success"));
}

TEST(StatefulSet, its_status_counts_what_there_is) {
  SetWorld world;
  world.make(kWeb);
  world.settle();
  Value status = world.status();
  EXPECT_EQ(status.at("currentRevision"), status.at("updateRevision"));
  status.erase("currentRevision");
  status.erase("updateRevision");
  EXPECT_EQ(status, json(R"({"replicas": 3, "readyReplicas": 3, "availableReplicas": 3, "currentReplicas": 3,
                             "updatedReplicas": 3, "observedGeneration": 1, "collisionCount": 0})"));
}

TEST(StatefulSet, ordinals_begin_where_the_set_says) {
  SetWorld world;
  Value set = json(kWeb);
  set["spec"]["ordinals"]["start"] = 5;
  world.make(set);
  world.settle();
  EXPECT_THAT(world.names(kPod), ElementsAre("web-5", "web-6", "web-7"));
  world.set(R"({"spec": {"ordinals": {"start": 6}}})");
  world.settle();
  EXPECT_THAT(world.names(kPod), ElementsAre("web-6", "web-7", "web-8"));
}

TEST(StatefulSet, it_shrinks_from_the_highest_ordinal_one_by_one) {
  SetWorld world;
  world.make(kWeb);
  world.settle();
  world.finishes_pods = false;
  world.set(R"({"spec": {"replicas": 1}})");
  world.settle();
  EXPECT_TRUE(is_terminating(*world.get(kPod, "n", "web-2")));
  EXPECT_FALSE(is_terminating(*world.get(kPod, "n", "web-1")));
  world.finishes_pods = true;
  world.settle();
  EXPECT_THAT(world.names(kPod), ElementsAre("web-0"));
  EXPECT_THAT(world.names(kClaim), ElementsAre("data-web-0", "data-web-1", "data-web-2"));
  EXPECT_EQ(world.status().at("replicas"), 1);
}

TEST(StatefulSet, it_does_not_shrink_an_ordered_set_below_a_pod_that_is_not_ready) {
  SetWorld world;
  world.make(kWeb);
  world.settle();
  world.set_ready("n", "web-0", false);
  world.set(R"({"spec": {"replicas": 2}})");
  world.settle();
  EXPECT_THAT(world.names(kPod), ElementsAre("web-0", "web-1", "web-2"));
  world.set_ready("n", "web-0", true);
  world.settle();
  EXPECT_THAT(world.names(kPod), ElementsAre("web-0", "web-1"));
}

TEST(StatefulSet, a_new_template_replaces_pods_from_the_highest_and_waits_for_each) {
  SetWorld world;
  world.make(kWeb);
  world.settle();
  const Value before = world.status();
  world.starts_pods = false;
  world.new_image("a:2");
  world.settle();
  EXPECT_EQ(world.image("web-2"), "a:2");
  EXPECT_EQ(world.image("web-1"), "a:1");
  EXPECT_EQ(world.status().at("currentRevision"), before.at("currentRevision"));
  EXPECT_NE(world.status().at("updateRevision"), before.at("currentRevision"));
  EXPECT_EQ(world.status().at("currentReplicas"), 2);
  EXPECT_EQ(world.status().at("updatedReplicas"), 1);
  world.starts_pods = true;
  world.settle();
  EXPECT_EQ(world.image("web-0"), "a:2");
  EXPECT_EQ(world.status().at("currentRevision"), world.status().at("updateRevision"));
  EXPECT_EQ(world.status().at("currentReplicas"), 3);
  EXPECT_THAT(world.list(kControllerRevision), testing::SizeIs(2));
}

TEST(StatefulSet, ordinals_below_the_partition_keep_their_revision_even_when_made_anew) {
  SetWorld world;
  world.make(kWeb);
  world.settle();
  world.set(R"({"spec": {"updateStrategy": {"rollingUpdate": {"partition": 2}}}})");
  world.new_image("a:2");
  world.settle();
  world.kill_pod("n", "web-0");
  world.settle();
  EXPECT_EQ(world.image("web-0"), "a:1");
  EXPECT_EQ(world.image("web-1"), "a:1");
  EXPECT_EQ(world.image("web-2"), "a:2");
}

TEST(StatefulSet, on_delete_replaces_nothing_by_itself) {
  SetWorld world;
  Value set = json(kWeb);
  set["spec"]["updateStrategy"] = {{"type", "OnDelete"}};
  world.make(set);
  world.settle();
  world.new_image("a:2");
  world.settle();
  EXPECT_EQ(world.image("web-2"), "a:1");
  world.kill_pod("n", "web-1");
  world.settle();
  EXPECT_EQ(world.image("web-1"), "a:2");
  EXPECT_EQ(world.image("web-0"), "a:1");
  EXPECT_NE(world.status().at("currentRevision"), world.status().at("updateRevision"));
}

TEST(StatefulSet, going_back_to_an_older_template_makes_its_revision_the_newest) {
  SetWorld world;
  world.make(kWeb);
  world.settle();
  const std::string first = world.status().at("updateRevision");
  world.new_image("a:2");
  world.settle();
  world.new_image("a:1");
  world.settle();
  EXPECT_EQ(world.status().at("updateRevision"), first);
  EXPECT_EQ(number(*world.get(kControllerRevision, "n", first), {"revision"}, 0), 3);
  EXPECT_EQ(text(*world.get(kControllerRevision, "n", first), {"data", "spec", "template", "$patch"}), "replace");
  EXPECT_THAT(world.list(kControllerRevision), testing::SizeIs(2));
}

TEST(StatefulSet, it_keeps_as_many_old_revisions_as_it_is_told) {
  SetWorld world;
  Value set = json(kWeb);
  set["spec"]["revisionHistoryLimit"] = 1;
  world.make(set);
  for (const char* image : {"a:2", "a:3", "a:4"}) {
    world.settle();
    world.new_image(image);
  }
  world.settle();
  EXPECT_THAT(world.list(kControllerRevision), testing::SizeIs(2));
}

TEST(StatefulSet, a_terminating_pod_is_not_doubled) {
  SetWorld world;
  world.make(kWeb);
  world.settle();
  world.finishes_pods = false;
  const std::string uid = uid_of(*world.get(kPod, "n", "web-1"));
  world.remove(kPod, "n", "web-1");
  world.settle();
  EXPECT_EQ(uid_of(*world.get(kPod, "n", "web-1")), uid);
  EXPECT_THAT(world.names(kPod), ElementsAre("web-0", "web-1", "web-2"));
  world.finishes_pods = true;
  world.settle();
  EXPECT_NE(uid_of(*world.get(kPod, "n", "web-1")), uid);
}

TEST(StatefulSet, a_failed_pod_is_made_anew) {
  SetWorld world;
  world.make(kWeb);
  world.settle();
  const std::string uid = uid_of(*world.get(kPod, "n", "web-1"));
  world.end_pod("n", "web-1", "Failed");
  world.settle();
  EXPECT_NE(uid_of(*world.get(kPod, "n", "web-1")), uid);
  EXPECT_EQ(text(*world.get(kPod, "n", "web-1"), {"status", "phase"}), "Running");
}

TEST(StatefulSet, the_next_pod_waits_until_the_one_before_was_ready_for_long_enough) {
  SetWorld world;
  Value set = json(kWeb);
  set["spec"]["minReadySeconds"] = 10;
  world.make(set);
  world.advance(k8s::Millis{9'000});
  EXPECT_THAT(world.names(kPod), ElementsAre("web-0"));
  EXPECT_EQ(world.status().at("availableReplicas"), 0);
  EXPECT_EQ(world.status().at("readyReplicas"), 1);
  world.advance(k8s::Millis{1'000});
  EXPECT_THAT(world.names(kPod), ElementsAre("web-0", "web-1"));
  EXPECT_EQ(world.status().at("availableReplicas"), 1);
}

TEST(StatefulSet, claims_belong_to_the_set_or_the_pod_as_the_retention_policy_says) {
  SetWorld world;
  Value set = json(kWeb);
  set["spec"]["persistentVolumeClaimRetentionPolicy"] = {{"whenDeleted", "Delete"}, {"whenScaled", "Delete"}};
  world.make(set);
  world.settle();
  const auto owner = [&](const std::string& claim) -> std::string {
    const ObjectRef object = world.get(kClaim, "n", claim);
    const Value& owners = elements(*object, {"metadata", "ownerReferences"});
    return owners.empty() ? "" : text(owners.at(0), {"kind"});
  };
  EXPECT_EQ(owner("data-web-2"), "StatefulSet");
  world.finishes_pods = false;
  world.set(R"({"spec": {"replicas": 2}})");
  world.settle();
  EXPECT_EQ(owner("data-web-2"), "Pod");
  EXPECT_EQ(owner("data-web-1"), "StatefulSet");
  world.set(R"({"spec": {"replicas": 2, "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain"}}})");
  world.settle();
  EXPECT_EQ(owner("data-web-1"), "");
}

TEST(StatefulSet, a_pod_is_not_made_on_a_claim_that_goes_with_its_predecessor) {
  SetWorld world;
  Value set = json(kWeb);
  set["spec"]["persistentVolumeClaimRetentionPolicy"] = {{"whenDeleted", "Retain"}, {"whenScaled", "Delete"}};
  world.make(set);
  world.settle();
  world.set(R"({"spec": {"replicas": 2}})");
  world.settle();
  world.set(R"({"spec": {"replicas": 3}})");
  world.settle();
  EXPECT_THAT(world.names(kPod), ElementsAre("web-0", "web-1"));
  world.change(kClaim, "n", "data-web-2", R"({"metadata": {"finalizers": []}})");
  world.remove(kClaim, "n", "data-web-2");  // garbage collection
  world.settle();
  EXPECT_THAT(world.names(kPod), ElementsAre("web-0", "web-1", "web-2"));
}

TEST(StatefulSet, it_adopts_only_pods_of_its_name_and_lets_go_of_those_that_no_longer_match) {
  SetWorld world;
  world.make(kWeb);
  world.make(R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "stray", "namespace": "n",
                 "labels": {"app": "web"}}, "spec": {}})");
  world.settle();
  EXPECT_EQ(controller_reference(*world.get(kPod, "n", "stray")), nullptr);
  world.change(kPod, "n", "web-2", R"({"metadata": {"labels": {"app": "other"}}})");
  world.run();
  EXPECT_EQ(controller_reference(*world.get(kPod, "n", "web-2")), nullptr);
}

TEST(StatefulSet, a_set_that_is_being_deleted_only_reports) {
  SetWorld world;
  world.make(kWeb);
  world.settle();
  world.remove(kStatefulSet, "n", "web", {.propagation = Propagation::foreground});
  world.kill_pod("n", "web-2");
  world.settle();
  EXPECT_THAT(world.names(kPod), ElementsAre("web-0", "web-1"));
  EXPECT_EQ(world.status().at("replicas"), 2);
}

TEST(StatefulSet, a_settled_set_is_left_alone) {
  SetWorld world;
  world.make(kWeb);
  world.settle();
  const int writes = world.api.writes;
  for (int i = 0; i < 10; ++i) {
    world.change(kStatefulSet, "n", "web",
                 R"({"metadata": {"annotations": {"look": ")" + std::to_string(i) + R"("}}})");
    world.settle();
  }
  EXPECT_EQ(world.api.writes, writes + 10);
}

}  // namespace
}  // namespace controllers::test
