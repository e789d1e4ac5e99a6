// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/volumes/volumes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sandbox/controllers/world.hpp"

namespace controllers::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct VolumeWorld : World {
  VolumeWorld() : World({claim_controller({.root = "/volumes"}), volume_controller(), claim_protection_controller()}) {}
  void storage_class(const std::string& name, std::string_view patch = "{}") {
    Value one{{"apiVersion", "storage.k8s.io/v1"}, {"kind", "StorageClass"},    {"metadata", {{"name", name}}},
              {"provisioner", kProvisioner},       {"reclaimPolicy", "Delete"}, {"volumeBindingMode", "Immediate"},
              {"allowVolumeExpansion", true}};
    one.merge_patch(json(patch));
    make(one);
  }
  void claim(std::string_view patch = "{}") {
    Value one =
        json(R"({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "c", "namespace": "n"},
      "spec": {"storageClassName": "fast", "accessModes": ["ReadWriteOnce"],
               "resources": {"requests": {"storage": "1Gi"}}}})");
    one.merge_patch(json(patch));
    make(one);
    settle();
  }
  void volume(const std::string& name, const std::string& size, std::string_view patch = "{}") {
    Value one{{"apiVersion", "v1"},
              {"kind", "PersistentVolume"},
              {"metadata", {{"name", name}}},
              {"spec",
               {{"capacity", {{"storage", size}}},
                {"accessModes", {"ReadWriteOnce"}},
                {"storageClassName", "fast"},
                {"persistentVolumeReclaimPolicy", "Retain"}}}};
    one.merge_patch(json(patch));
    make(one);
    settle();
  }
  ObjectRef it() const { return get(kClaim, "n", "c"); }
  std::string phase() const { return text(*it(), {"status", "phase"}); }
  std::string volume_phase(const std::string& name) const { return text(*get(kVolume, "", name), {"status", "phase"}); }
};

TEST(Volumes, a_claim_gets_a_volume_made_for_it_and_both_name_each_other) {
  VolumeWorld world;
  world.storage_class("fast");
  world.claim();
  ASSERT_EQ(world.phase(), "Bound");
  const std::string name = "pvc-" + uid_of(*world.it());
  EXPECT_EQ(text(*world.it(), {"spec", "volumeName"}), name);
  EXPECT_EQ(text(*world.it(), {"status", "capacity", "storage"}), "1Gi");
  EXPECT_EQ(annotation(*world.it(), "pv.kubernetes.io/bind-completed"), "yes");
  const ObjectRef volume = world.get(kVolume, "", name);
  EXPECT_EQ(text(*volume, {"spec", "claimRef", "uid"}), uid_of(*world.it()));
  EXPECT_EQ(text(*volume, {"spec", "hostPath", "path"}), "/volumes/" + name);
  EXPECT_EQ(world.volume_phase(name), "Bound");
  EXPECT_THAT(world.event_messages("ProvisioningSucceeded"), ElementsAre("Successfully provisioned volume " + name));
  EXPECT_THAT(world.failures, IsEmpty());
}

TEST(Volumes, with_wait_for_first_consumer_nothing_is_made_before_a_node_is_named) {
  VolumeWorld world;
  world.storage_class("fast", R"({"volumeBindingMode": "WaitForFirstConsumer"})");
  world.make(
      R"({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "a", "labels": {"kubernetes.io/hostname": "a"}}})");
  world.claim();
  EXPECT_EQ(world.phase(), "Pending");
  EXPECT_THAT(world.event_messages("WaitForFirstConsumer"), SizeIs(1));
  world.change(kClaim, "n", "c", R"({"metadata": {"annotations": {"volume.kubernetes.io/selected-node": "a"}}})");
  world.settle();
  EXPECT_EQ(world.phase(), "Bound");
  EXPECT_EQ(world.list(kVolume)[0]->at("spec").at("nodeAffinity"),
            json(R"({"required": {"nodeSelectorTerms": [{"matchExpressions": [
                     {"key": "kubernetes.io/hostname", "operator": "In", "values": ["a"]}]}]}})"));
}

TEST(Volumes, a_claim_takes_the_smallest_volume_that_will_do) {
  VolumeWorld world;
  world.volume("big", "10Gi");
  world.volume("small", "512Mi");
  world.volume("fitting", "2Gi");
  world.volume("other", "1Gi", R"({"spec": {"storageClassName": "slow"}})");
  EXPECT_EQ(world.volume_phase("fitting"), "Available");
  world.claim();
  EXPECT_EQ(text(*world.it(), {"spec", "volumeName"}), "fitting");
  EXPECT_EQ(text(*world.it(), {"status", "capacity", "storage"}), "2Gi");
}

TEST(Volumes, a_volume_that_names_the_claim_is_kept_for_it) {
  VolumeWorld world;
  world.volume("mine", "5Gi", R"({"spec": {"claimRef": {"namespace": "n", "name": "c"}}})");
  world.volume("theirs", "1Gi", R"({"spec": {"claimRef": {"namespace": "n", "name": "other"}}})");
  world.claim();
  EXPECT_EQ(text(*world.it(), {"spec", "volumeName"}), "mine");
  EXPECT_EQ(text(*world.get(kVolume, "", "mine"), {"spec", "claimRef", "uid"}), uid_of(*world.it()));
  EXPECT_EQ(world.volume_phase("theirs"), "Available");
}

TEST(Volumes, when_the_claim_goes_its_volume_is_removed_or_retained) {
  VolumeWorld world;
  world.storage_class("fast");
  world.claim();
  world.remove(kClaim, "n", "c");
  world.settle();
  EXPECT_THAT(world.list(kClaim), IsEmpty());
  EXPECT_THAT(world.list(kVolume), IsEmpty());
  world.storage_class("kept", R"({"reclaimPolicy": "Retain"})");
  world.claim(R"({"spec": {"storageClassName": "kept"}})");
  const std::string name = world.names(kVolume)[0];
  world.remove(kClaim, "n", "c");
  world.settle();
  EXPECT_EQ(world.volume_phase(name), "Released");
  world.claim(R"({"spec": {"storageClassName": "kept"}})");  // the same name, another uid
  EXPECT_NE(text(*world.it(), {"spec", "volumeName"}), name);
}

TEST(Volumes, a_claim_in_use_is_not_gone_before_its_pod_is) {
  VolumeWorld world;
  world.storage_class("fast");
  world.claim();
  world.make(R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "n"},
    "spec": {"nodeName": "a", "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}]}})");
  world.remove(kClaim, "n", "c");
  world.settle();
  ASSERT_TRUE(world.it());
  EXPECT_TRUE(is_terminating(*world.it()));
  world.kill_pod("n", "p");
  world.settle();
  EXPECT_THAT(world.list(kClaim), IsEmpty());
}

TEST(Volumes, a_larger_request_grows_volume_and_capacity_where_the_class_allows_it) {
  VolumeWorld world;
  world.storage_class("fast");
  world.claim();
  world.change(kClaim, "n", "c", R"({"spec": {"resources": {"requests": {"storage": "3Gi"}}}})");
  world.settle();
  EXPECT_EQ(text(*world.it(), {"status", "capacity", "storage"}), "3Gi");
  EXPECT_EQ(text(*world.list(kVolume)[0], {"spec", "capacity", "storage"}), "3Gi");
  world.change(kStorageClass, "", "fast", R"({"allowVolumeExpansion": false})");
  world.change(kClaim, "n", "c", R"({"spec": {"resources": {"requests": {"storage": "4Gi"}}}})");
  world.settle();
  EXPECT_EQ(text(*world.it(), {"status", "capacity", "storage"}), "3Gi");
}

TEST(Volumes, a_claim_without_a_class_gets_the_default_one_even_later) {
  VolumeWorld world;
  world.claim(R"({"spec": {"storageClassName": null}})");
  EXPECT_EQ(world.phase(), "Pending");
  world.storage_class("standard",
                      R"({"metadata": {"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}})");
  world.settle();
  EXPECT_EQ(text(*world.it(), {"spec", "storageClassName"}), "standard");
  EXPECT_EQ(world.phase(), "Bound");
}

TEST(Volumes, a_claim_whose_volume_vanished_is_lost) {
  VolumeWorld world;
  world.storage_class("fast");
  world.claim();
  const std::string name = world.names(kVolume)[0];
  world.change(kVolume, "", name, R"({"metadata": {"finalizers": []}})");
  world.remove(kVolume, "", name);
  world.settle();
  EXPECT_EQ(world.phase(), "Lost");
  EXPECT_THAT(world.event_messages("ClaimLost"), SizeIs(1));
}

TEST(Volumes, data_sources_are_refused_and_foreign_provisioners_waited_for) {
  VolumeWorld world;
  world.storage_class("fast");
  world.claim(R"({"spec": {"dataSource": {"kind": "VolumeSnapshot", "name": "s"}}})");
  EXPECT_EQ(world.phase(), "Pending");
  EXPECT_THAT(world.event_messages("ProvisioningFailed"), SizeIs(1));
  VolumeWorld other;
  other.storage_class("fast", R"({"provisioner": "csi.example.com"})");
  other.claim();
  EXPECT_EQ(other.phase(), "Pending");
  EXPECT_THAT(other.event_messages("ExternalProvisioning"), SizeIs(1));
}

}  // namespace
}  // namespace controllers::test
