// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/garbage/garbage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sandbox/controllers/namespaces/namespaces.hpp"
#include "sandbox/controllers/status.hpp"
#include "tests/sandbox/controllers/world.hpp"

namespace controllers::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct GarbageWorld : World {
  GarbageWorld() : World({garbage_controller()}) {
    starts_pods = false;
    assign_to = "";
  }
  // A ConfigMap with owners, "!" behind those that it blocks.
  ObjectRef thing(const std::string& name, const std::vector<std::string>& owners = {}, const std::string& ns = "n") {
    Value object{{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"name", name}, {"namespace", ns}}}};
    for (std::string owner : owners) {
      const bool blocks = owner.back() == '!';
      if (blocks) owner.pop_back();
      const ObjectRef live = get(kConfigMap, "n", owner);
      object["metadata"]["ownerReferences"].push_back({{"apiVersion", "v1"},
                                                       {"kind", "ConfigMap"},
                                                       {"name", owner},
                                                       {"uid", live ? uid_of(*live) : "absent"},
                                                       {"blockOwnerDeletion", blocks}});
    }
    return make(object);
  }
  void drop(const std::string& name, Propagation how = Propagation::background) {
    remove(kConfigMap, "n", name, {.propagation = how});
    settle();
  }
  std::vector<std::string> there() const { return names(kConfigMap, "n"); }
};

TEST(Garbage, what_a_deleted_owner_leaves_behind_goes_all_the_way_down) {
  GarbageWorld world;
  world.thing("a");
  world.thing("b", {"a"});
  world.thing("c", {"b"});
  world.thing("other");
  world.settle();
  world.drop("a");
  EXPECT_THAT(world.there(), ElementsAre("other"));
}

TEST(Garbage, with_another_owner_left_only_the_reference_goes) {
  GarbageWorld world;
  world.thing("a");
  world.thing("b");
  world.thing("c", {"a", "b"});
  world.settle();
  world.drop("a");
  const ObjectRef rest = world.get(kConfigMap, "n", "c");
  ASSERT_TRUE(rest);
  ASSERT_EQ(rest->at("metadata").at("ownerReferences").size(), 1u);
  EXPECT_EQ(rest->at("metadata").at("ownerReferences").at(0).at("name"), "b");
}

TEST(Garbage, an_owner_is_known_by_uid_and_an_absent_one_is_gone) {
  GarbageWorld world;
  world.thing("a");
  world.thing("b", {"a"});
  world.remove(kConfigMap, "n", "a");
  world.thing("a");  // the same name, another object
  world.settle();
  EXPECT_THAT(world.there(), ElementsAre("a"));
  world.thing("late", {"never"});
  world.settle();
  EXPECT_THAT(world.there(), ElementsAre("a"));
}

TEST(Garbage, an_owner_in_another_namespace_counts_as_absent) {
  GarbageWorld world;
  world.thing("a");
  world.thing("far", {"a"}, "elsewhere");
  world.settle();
  EXPECT_THAT(world.names(kConfigMap, "elsewhere"), IsEmpty());
}

TEST(Garbage, in_the_foreground_the_owner_goes_last_but_waits_only_for_those_that_block) {
  GarbageWorld world;
  world.thing("a");
  world.thing("blocking", {"a!"});
  world.thing("free", {"a"});
  world.change(kConfigMap, "n", "blocking", R"({"metadata": {"finalizers": ["x.io/hold"]}})");
  world.settle();
  world.drop("a", Propagation::foreground);
  ASSERT_TRUE(world.get(kConfigMap, "n", "a"));
  EXPECT_TRUE(is_terminating(*world.get(kConfigMap, "n", "blocking")));
  EXPECT_FALSE(is_terminating(*world.get(kConfigMap, "n", "free")));
  world.change(kConfigMap, "n", "blocking", R"({"metadata": {"finalizers": []}})");
  world.settle();
  EXPECT_THAT(world.there(), IsEmpty());
}

TEST(Garbage, the_foreground_reaches_down_to_dependents_of_dependents) {
  GarbageWorld world;
  world.thing("a");
  world.thing("b", {"a!"});
  world.thing("c", {"b!"});
  world.change(kConfigMap, "n", "c", R"({"metadata": {"finalizers": ["x.io/hold"]}})");
  world.settle();
  world.drop("a", Propagation::foreground);
  EXPECT_THAT(world.there(), ElementsAre("a", "b", "c"));
  world.change(kConfigMap, "n", "c", R"({"metadata": {"finalizers": []}})");
  world.settle();
  EXPECT_THAT(world.there(), IsEmpty());
}

TEST(Garbage, orphans_lose_their_owner_and_stay) {
  GarbageWorld world;
  world.thing("a");
  world.thing("b", {"a"});
  world.settle();
  world.drop("a", Propagation::orphan);
  EXPECT_THAT(world.there(), ElementsAre("b"));
  EXPECT_THAT(elements(*world.get(kConfigMap, "n", "b"), {"metadata", "ownerReferences"}), IsEmpty());
}

struct NamespaceWorld : World {
  NamespaceWorld() : World({namespace_controller(), service_account_controller(), root_ca_controller("PEM")}) {
    api.kinds = {{"v1", "ConfigMap", "configmaps"},
                 {"v1", "Pod", "pods"},
                 {"v1", "Namespace", "namespaces", false},
                 {"v1", "ServiceAccount", "serviceaccounts"},
                 {"apps/v1", "Deployment", "deployments"}};
    make(R"({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}})");
    settle();
  }
};

TEST(Namespaces, a_namespace_begins_with_its_service_account_and_the_root_certificate) {
  NamespaceWorld world;
  EXPECT_TRUE(world.get(kServiceAccount, "n", "default"));
  EXPECT_EQ(text(*world.get(kConfigMap, "n", "kube-root-ca.crt"), {"data", "ca.crt"}), "PEM");
  world.remove(kServiceAccount, "n", "default");
  world.change(kConfigMap, "n", "kube-root-ca.crt", R"({"data": {"ca.crt": "other"}})");
  world.settle();
  EXPECT_TRUE(world.get(kServiceAccount, "n", "default"));
  EXPECT_EQ(text(*world.get(kConfigMap, "n", "kube-root-ca.crt"), {"data", "ca.crt"}), "PEM");
}

TEST(Namespaces, a_namespace_ends_once_it_is_empty_and_says_what_holds_it) {
  NamespaceWorld world;
  world.make(
      R"({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d", "namespace": "n",
        "finalizers": ["x.io/hold"]}})");
  world.make(
      R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "n"}, "spec": {"nodeName": "a"}})");
  world.finishes_pods = false;
  world.remove(kNamespace, "", "n");
  world.settle();
  const auto message = [&](const char* type) {
    const ObjectRef ns = world.get(kNamespace, "", "n");
    return text(*find_condition(*ns, type), {"message"});
  };
  EXPECT_EQ(world.names(kConfigMap), std::vector<std::string>{});
  EXPECT_EQ(message("NamespaceContentRemaining"),
            "Some resources are remaining: deployments.apps has 1 resource instances, pods. has 1 resource instances");
  EXPECT_EQ(message("NamespaceFinalizersRemaining"),
            "Some content in the namespace has finalizers remaining: x.io/hold in 1 resource instances");
  world.finishes_pods = true;
  world.settle();
  EXPECT_EQ(message("NamespaceContentRemaining"),
            "Some resources are remaining: deployments.apps has 1 resource instances");
  world.change(kDeployment, "n", "d", R"({"metadata": {"finalizers": []}})");
  world.settle();
  EXPECT_FALSE(world.get(kNamespace, "", "n"));
  EXPECT_THAT(world.failures, IsEmpty());
}

}  // namespace
}  // namespace controllers::test
