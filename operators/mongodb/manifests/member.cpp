// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/manifests/member.hpp"

#include <fmt/format.h>

#include "libk8s/json/fields.hpp"
#include "operators/mongodb/manifests/mongod_config.hpp"
#include "operators/mongodb/manifests/shared.hpp"

namespace mongodb {
namespace {

using k8s::json::Value;

// The mongodb user of the stock image.
constexpr int kMongodbUser = 999;
// Longer than handing over (preStop), quiesce and a checkpoint of a large cache together.
constexpr int kGraceSeconds = 90;

Value restricted_container() {
  return {
      {"allowPrivilegeEscalation", false},
      {"readOnlyRootFilesystem", true},
      {"capabilities", {{"drop", {"ALL"}}}},
  };
}

Value pod_security() {
  return {
      {"runAsNonRoot", true},
      {"runAsUser", kMongodbUser},
      {"runAsGroup", kMongodbUser},
      {"fsGroup", kMongodbUser},
      // A large volume is not walked at every start: only when its root does not fit.
      {"fsGroupChangePolicy", "OnRootMismatch"},
      {"seccompProfile", {{"type", "RuntimeDefault"}}},
  };
}

Value install_container(const Build& build) {
  return {
      {"name", "install"},
      {"image", build.helper_image},
      {"command", {"/usr/bin/sagong-member", "install", path::kHelper}},
      {"resources", {{"requests", {{"cpu", "10m"}, {"memory", "16Mi"}}}, {"limits", {{"memory", "64Mi"}}}}},
      {"securityContext", restricted_container()},
      {"volumeMounts", {{{"name", "helper"}, {"mountPath", path::kHelperFolder}}}},
  };
}

Value exec_probe(const char* question, int period_seconds, int failures) {
  return {
      {"exec", {{"command", {path::kHelper, "probe", question}}}},
      {"periodSeconds", period_seconds},
      {"timeoutSeconds", 5},
      {"failureThreshold", failures},
      {"successThreshold", 1},
  };
}

Value env_from_field(const char* name, const char* field) {
  return {{"name", name}, {"valueFrom", {{"fieldRef", {{"apiVersion", "v1"}, {"fieldPath", field}}}}}};
}

Value mounts(bool with_data) {
  Value all{
      {{"name", "helper"}, {"mountPath", path::kHelperFolder}, {"readOnly", true}},
      {{"name", "config"}, {"mountPath", path::kConfigFolder}, {"readOnly", true}},
      {{"name", "run"}, {"mountPath", path::kRunFolder}},
      {{"name", "tmp"}, {"mountPath", "/tmp"}},
  };
  if (with_data) {
    all.push_back({{"name", "keyfile"}, {"mountPath", path::kKeyfileFolder}, {"readOnly", true}});
    all.push_back({{"name", "data"}, {"mountPath", path::kData}});
  }
  return all;
}

Value volumes(const Build& build, const std::string& revision) {
  return {
      {{"name", "helper"}, {"emptyDir", {{"sizeLimit", "64Mi"}}}},
      {{"name", "config"}, {"configMap", {{"name", build.names.config_map(revision)}, {"defaultMode", 0444}}}},
      {{"name", "run"}, {"emptyDir", {{"medium", "Memory"}, {"sizeLimit", "1Mi"}}}},
      {{"name", "tmp"}, {"emptyDir", Value::object()}},
  };
}

Value mongod_container(const Build& build, std::int64_t ordinal) {
  Value container{
      {"name", "mongod"},
      {"image", image_of(build.set.spec)},
      {"command",
       {path::kHelper, "start", "--host", build.names.host(ordinal), "--config", path::kConfig, "--keyfile-source",
        path::kKeyfileSource, "--keyfile", path::kKeyfile}},
      {"env", Value::array({env_from_field("POD_IP", "status.podIP")})},
      {"ports", {{{"name", "mongodb"}, {"containerPort", kMongodPort}, {"protocol", "TCP"}}}},
      {"securityContext", restricted_container()},
      {"terminationMessagePolicy", "FallbackToLogsOnError"},
      {"volumeMounts", mounts(true)},
      // Recovery after a crash may take long and must not be cut short: half an hour before liveness counts.
      {"startupProbe", exec_probe("startup", 2, 900)},
      {"readinessProbe", exec_probe("readiness", 5, 2)},
      {"livenessProbe", exec_probe("liveness", 10, 6)},
      {"lifecycle", {{"preStop", {{"exec", {{"command", {path::kHelper, "prestop", "--keyfile", path::kKeyfile}}}}}}}},
  };
  const Value resources = k8s::json::encode(build.set.spec.resources);
  if (!resources.empty()) container["resources"] = resources;
  return container;
}

Value spread_term(const Build& build, const char* topology) {
  return {{"topologyKey", topology},
          {"labelSelector",
           {{"matchLabels", {{label::kReplicaSet, build.names.set.name.str()}, {label::kComponent, "member"}}}}}};
}

Value affinity(const Build& build) {
  Value required = Value::array();
  Value preferred = Value::array();
  const auto add = [&](Spread spread, const char* topology) {
    switch (spread) {
      case Spread::required: required.push_back(spread_term(build, topology)); break;
      case Spread::preferred:
        preferred.push_back({{"weight", 100}, {"podAffinityTerm", spread_term(build, topology)}});
        break;
      case Spread::none: break;
    }
  };
  add(build.set.spec.placement.host, "kubernetes.io/hostname");
  add(build.set.spec.placement.zone, "topology.kubernetes.io/zone");
  Value apart = Value::object();
  if (!required.empty()) apart["requiredDuringSchedulingIgnoredDuringExecution"] = required;
  if (!preferred.empty()) apart["preferredDuringSchedulingIgnoredDuringExecution"] = preferred;
  return apart.empty() ? Value::object() : Value{{"podAntiAffinity", apart}};
}

void place(const Build& build, Value& pod_spec) {
  const Placement& placement = build.set.spec.placement;
  const Value apart = affinity(build);
  if (!apart.empty()) pod_spec["affinity"] = apart;
  if (!placement.node_selector.empty()) pod_spec["nodeSelector"] = k8s::json::encode(placement.node_selector);
  if (!placement.tolerations.empty()) pod_spec["tolerations"] = k8s::json::encode(placement.tolerations);
  if (placement.priority_class_name) pod_spec["priorityClassName"] = *placement.priority_class_name;
}

}  // namespace

k8s::Manifest member_stateful_set(const Build& build, std::int64_t ordinal, const std::string& revision) {
  const auto labels = build.names.member_labels(ordinal);
  Value pod_spec{
      {"automountServiceAccountToken", false},
      {"enableServiceLinks", false},
      {"terminationGracePeriodSeconds", kGraceSeconds},
      {"securityContext", pod_security()},
      {"initContainers", Value::array({install_container(build)})},
      {"containers", Value::array({mongod_container(build, ordinal)})},
      {"volumes", volumes(build, revision)},
  };
  pod_spec["volumes"].push_back(
      {{"name", "keyfile"}, {"secret", {{"secretName", build.names.keyfile()}, {"defaultMode", 0440}}}});
  pod_spec["volumes"].push_back(
      {{"name", "data"}, {"persistentVolumeClaim", {{"claimName", build.names.member(ordinal)}}}});
  place(build, pod_spec);

  Value body = owned_body(build, k8s::kStatefulSets, build.names.member(ordinal), labels);
  body["spec"] = {
      {"replicas", 1},
      {"serviceName", build.names.member(ordinal)},
      {"podManagementPolicy", "Parallel"},
      {"updateStrategy", {{"type", "OnDelete"}}},
      {"revisionHistoryLimit", 2},
      {"selector",
       {{"matchLabels",
         {{label::kReplicaSet, build.names.set.name.str()}, {label::kMember, std::to_string(ordinal)}}}}},
      {"template",
       {{"metadata", {{"labels", k8s::json::encode(labels)}, {"annotations", {{annotation::kRevision, revision}}}}},
        {"spec", pod_spec}}},
  };
  return {.type = k8s::kStatefulSets, .body = std::move(body)};
}

k8s::Manifest member_service(const Build& build, std::int64_t ordinal) {
  Value body = owned_body(build, k8s::kServices, build.names.member(ordinal), build.names.member_labels(ordinal));
  body["spec"] = {
      {"clusterIP", "None"},
      // Members must find one another before any of them is ready.
      {"publishNotReadyAddresses", true},
      {"selector", {{label::kPodName, build.names.pod(ordinal)}}},
      {"ports", {{{"name", "mongodb"}, {"port", kMongodPort}, {"targetPort", kMongodPort}, {"protocol", "TCP"}}}},
  };
  return {.type = k8s::kServices, .body = std::move(body)};
}

k8s::Manifest member_claim(const Build& build, std::int64_t ordinal) {
  Value body =
      owned_body(build, k8s::kPersistentVolumeClaims, build.names.member(ordinal), build.names.member_labels(ordinal));
  body["metadata"].erase("ownerReferences");
  body["spec"] = {
      {"accessModes", {"ReadWriteOnce"}},
      {"resources", {{"requests", {{"storage", build.set.spec.storage.size.text()}}}}},
  };
  if (build.set.spec.storage.storage_class_name)
    body["spec"]["storageClassName"] = *build.set.spec.storage.storage_class_name;
  return {.type = k8s::kPersistentVolumeClaims, .body = std::move(body)};
}

k8s::Manifest preflight_pod(const Build& build, const std::string& revision) {
  auto labels = build.names.labels();
  labels[label::kComponent] = "preflight";
  Value body = owned_body(build, k8s::kPods, build.names.preflight_pod(revision), labels);
  body["metadata"]["annotations"] = {{annotation::kRevision, revision}};
  body["spec"] = {
      {"automountServiceAccountToken", false},
      {"enableServiceLinks", false},
      {"restartPolicy", "Never"},
      {"terminationGracePeriodSeconds", 1},
      {"securityContext", pod_security()},
      {"initContainers", Value::array({install_container(build)})},
      {"containers",
       Value::array({{
           {"name", "mongod"},
           {"image", image_of(build.set.spec)},
           {"command", {path::kHelper, "preflight", "--config", path::kConfig}},
           {"resources", {{"requests", {{"cpu", "10m"}, {"memory", "64Mi"}}}, {"limits", {{"memory", "256Mi"}}}}},
           {"securityContext", restricted_container()},
           {"terminationMessagePolicy", "FallbackToLogsOnError"},
           {"volumeMounts", mounts(false)},
       }})},
      {"volumes", volumes(build, revision)},
  };
  place(build, body["spec"]);
  body["spec"].erase("affinity");  // it needs no place apart from the members
  return {.type = k8s::kPods, .body = std::move(body)};
}

}  // namespace mongodb
