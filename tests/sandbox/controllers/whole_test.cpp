// SPDX-License-Identifier: Apache-2.0
// All controllers at once: do they come to rest together, and twice in the same way?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sandbox/controllers/all.hpp"
#include "tests/sandbox/controllers/world.hpp"

namespace controllers::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kObjects[] = {
    R"({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "local"},
        "provisioner": "sandbox.sagong.dev/hostpath", "reclaimPolicy": "Delete",
        "volumeBindingMode": "WaitForFirstConsumer"})",
    R"({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "db", "namespace": "n"},
        "spec": {"clusterIP": "None", "selector": {"app": "db"}, "ports": [{"name": "db", "port": 27017}]}})",
    R"({"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "db", "namespace": "n"},
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "db"}}}})",
    R"({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db", "namespace": "n"},
        "spec": {"replicas": 3, "serviceName": "db", "selector": {"matchLabels": {"app": "db"}},
          "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
          "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Delete", "whenScaled": "Delete"},
          "template": {"metadata": {"labels": {"app": "db"}}, "spec": {
            "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [
              {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "db"}}}]}},
            "containers": [{"name": "c", "image": "a:1"}]}},
          "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {"storageClassName": "local",
            "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}]}})",
    R"({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "app", "namespace": "n"},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "app"}},
          "template": {"metadata": {"labels": {"app": "app"}}, "spec": {"containers": [{"name": "c",
        "image": "a:1"}]}}}})",
    R"({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "cron", "namespace": "n"},
        "spec": {"schedule": "* * * * *", "jobTemplate": {"spec": {"completions": 1,
        "template": {"spec": {"containers": []}}}}}})",
};

struct WholeWorld : World {
  WholeWorld() : World(all_controllers({.root_ca = "PEM"})) {
    assign_to = "";
    for (const auto& [api_version, kind, plural] : {std::tuple{"v1", "Pod", "pods"},
                                                    {"v1", "Service", "services"},
                                                    {"v1", "Endpoints", "endpoints"},
                                                    {"v1", "Event", "events"},
                                                    {"v1", "ConfigMap", "configmaps"},
                                                    {"v1", "ServiceAccount", "serviceaccounts"},
                                                    {"v1", "PersistentVolumeClaim", "persistentvolumeclaims"},
                                                    {"apps/v1", "StatefulSet", "statefulsets"},
                                                    {"apps/v1", "ReplicaSet", "replicasets"},
                                                    {"apps/v1", "Deployment", "deployments"},
                                                    {"apps/v1", "ControllerRevision", "controllerrevisions"},
                                                    {"batch/v1", "Job", "jobs"},
                                                    {"batch/v1", "CronJob", "cronjobs"},
                                                    {"policy/v1", "PodDisruptionBudget", "poddisruptionbudgets"},
                                                    {"discovery.k8s.io/v1", "EndpointSlice", "endpointslices"}}) {
      api.kinds.push_back({api_version, kind, plural});
    }
    const auto notify = api.changed;
    api.changed = [this, notify](const Change& change) {
      trace += std::string{change.kind.kind} + " " + name_of(change.object()) +
               (!change.before  ? " made\n"
                : !change.after ? " gone\n"
                                : " changed\n");
      notify(change);
    };
    make(R"({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}})");
    for (const char* name : {"a", "b", "c"}) {
      Value node{{"apiVersion", "v1"},
                 {"kind", "Node"},
                 {"metadata", {{"name", name}, {"labels", {{"kubernetes.io/hostname", name}}}}},
                 {"status",
                  {{"allocatable", {{"cpu", "4"}, {"memory", "8Gi"}, {"pods", "20"}}},
                   {"conditions", Value::array({{{"type", "Ready"}, {"status", "True"}}})}}}};
      make(node);
      make(Value{{"apiVersion", "coordination.k8s.io/v1"},
                 {"kind", "Lease"},
                 {"metadata", {{"name", name}, {"namespace", "kube-node-lease"}}}});
    }
  }
  void renew() {
    for (const char* name : {"a", "b", "c"}) {
      change(kLease, "kube-node-lease", name,
             R"({"spec": {"renewTime": ")" + k8s::to_rfc3339_micro(now.wall) + R"("}})");
    }
  }
  void live(int seconds) {
    for (int i = 0; i < seconds; i += 10) {
      renew();
      advance(k8s::Millis{10'000});
    }
  }
  std::string trace;
};

TEST(Whole, a_namespace_full_of_workloads_comes_up_and_goes_away_without_a_rest) {
  WholeWorld world;
  for (const std::string_view object : kObjects) world.make(object);
  world.live(90);
  EXPECT_EQ(number(*world.get(kStatefulSet, "n", "db"), {"status", "availableReplicas"}, 0), 3);
  EXPECT_EQ(number(*world.get(kDeployment, "n", "app"), {"status", "availableReplicas"}, 0), 2);
  EXPECT_EQ(number(*world.get(kDisruptionBudget, "n", "db"), {"status", "disruptionsAllowed"}, 0), 1);
  std::set<std::string> nodes;
  for (const char* pod : {"db-0", "db-1", "db-2"}) nodes.insert(text(*world.get(kPod, "n", pod), {"spec", "nodeName"}));
  EXPECT_THAT(nodes, SizeIs(3));
  EXPECT_THAT(world.list(kVolume), SizeIs(3));
  EXPECT_THAT(world.names(kJob), SizeIs(1));

  world.change(kStatefulSet, "n", "db", R"({"spec": {"replicas": 2}})");
  world.live(20);
  EXPECT_THAT(world.names(kClaim), ElementsAre("data-db-0", "data-db-1"));
  EXPECT_THAT(world.list(kVolume), SizeIs(2));
  world.change(kStatefulSet, "n", "db", R"({"spec": {"replicas": 3}})");
  world.live(20);
  EXPECT_THAT(world.names(kClaim), SizeIs(3));

  world.remove(kStatefulSet, "n", "db");
  world.live(20);
  EXPECT_THAT(world.names(kClaim), IsEmpty());
  EXPECT_THAT(world.list(kVolume), IsEmpty());

  world.remove(kNamespace, "", "n");
  world.live(60);
  EXPECT_FALSE(world.get(kNamespace, "", "n"));
  for (const ServedKind& kind : world.api.kinds) EXPECT_THAT(world.names(kind.view(), "n"), IsEmpty()) << kind.kind;
  EXPECT_EQ(world.runner.queued(), 3u);  // the nodes' leases
}

TEST(Whole, the_same_world_runs_the_same_way_twice) {
  std::string traces[2];
  for (std::string& trace : traces) {
    WholeWorld world;
    for (const std::string_view object : kObjects) world.make(object);
    world.live(60);
    world.remove(kNamespace, "", "n");
    world.live(30);
    trace = world.trace;
  }
  EXPECT_GT(traces[0].size(), 1000u);
  EXPECT_EQ(traces[0], traces[1]);
}

TEST(Whole, at_rest_nothing_is_written) {
  WholeWorld world;
  for (const std::string_view object : kObjects) {
    if (object.find("CronJob") == std::string_view::npos) world.make(object);
  }
  world.live(60);
  const int writes = world.api.writes;
  world.live(600);
  EXPECT_EQ(world.api.writes - writes, 60 * 3);  // the leases
}

TEST(Whole, every_failed_write_is_made_up_for) {
  for (int every = 3; every < 20; ++every) {
    WholeWorld world;
    int count = 0;
    bool faults = true;
    world.api.refuse = [&](std::string_view, const std::string& kind, const std::string&) {
      if (!faults || kind == "Lease" || kind == "Event" || ++count % every != 0) return std::optional<k8s::Error>{};
      return std::optional{
          k8s::Error{.code = count % 2 == 0 ? k8s::Code::conflict : k8s::Code::unavailable, .message = "fault"}};
    };
    faults = false;
    for (const std::string_view object : kObjects) world.make(object);
    faults = true;
    world.live(120);
    faults = false;
    world.live(120);
    EXPECT_EQ(number(*world.get(kStatefulSet, "n", "db"), {"status", "availableReplicas"}, 0), 3) << every;
    EXPECT_EQ(number(*world.get(kDeployment, "n", "app"), {"status", "updatedReplicas"}, 0), 2) << every;
    EXPECT_THAT(world.list(kVolume), SizeIs(3)) << every;
  }
}

}  // namespace
}  // namespace controllers::test
