// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/manifests/shared.hpp"

#include "libk8s/json/fields.hpp"
#include "operators/mongodb/manifests/mongod_config.hpp"

namespace mongodb {
namespace {

using k8s::json::Value;

Value mongodb_port() {
  return Value::array({{{"name", "mongodb"}, {"port", kMongodPort}, {"targetPort", kMongodPort}, {"protocol", "TCP"}}});
}

}  // namespace

Value owned_body(const Build& build, const k8s::ResourceType& type, const std::string& name,
                 const std::map<std::string, std::string>& labels) {
  return {
      {"apiVersion", type.api_version()},
      {"kind", type.kind},
      {"metadata",
       {
           {"name", name},
           {"namespace", build.names.set.ns.str()},
           {"labels", k8s::json::encode(labels)},
           {"ownerReferences", Value::array({{
                                   {"apiVersion", kMongoReplicaSets.api_version()},
                                   {"kind", kMongoReplicaSets.kind},
                                   {"name", build.names.set.name.str()},
                                   {"uid", build.set.metadata.uid.str()},
                                   {"controller", true},
                                   {"blockOwnerDeletion", true},
                               }})},
       }},
  };
}

k8s::Manifest headless_service(const Build& build) {
  Value body = owned_body(build, k8s::kServices, build.names.headless(), build.names.labels());
  body["spec"] = {
      {"clusterIP", "None"},
      {"publishNotReadyAddresses", true},
      {"selector", {{label::kReplicaSet, build.names.set.name.str()}, {label::kComponent, "member"}}},
      {"ports", mongodb_port()},
  };
  return {.type = k8s::kServices, .body = std::move(body)};
}

k8s::Manifest primary_service(const Build& build, std::int64_t primary_ordinal, std::int64_t term) {
  Value body = owned_body(build, k8s::kServices, build.names.primary(), build.names.labels());
  body["metadata"]["annotations"] = {{annotation::kTerm, std::to_string(term)}};
  body["spec"] = {
      {"selector", {{label::kPodName, build.names.pod(primary_ordinal)}}},
      {"ports", mongodb_port()},
  };
  return {.type = k8s::kServices, .body = std::move(body)};
}

k8s::Manifest disruption_budget(const Build& build, std::int64_t members) {
  Value body = owned_body(build, k8s::kPodDisruptionBudgets, build.names.budget(), build.names.labels());
  body["spec"] = {
      {"minAvailable", members > 1 ? members - 1 : 0},
      {"selector",
       {{"matchLabels", {{label::kReplicaSet, build.names.set.name.str()}, {label::kComponent, "member"}}}}},
      {"unhealthyPodEvictionPolicy", "AlwaysAllow"},
  };
  return {.type = k8s::kPodDisruptionBudgets, .body = std::move(body)};
}

k8s::Manifest keyfile_secret(const Build& build) {
  Value body = owned_body(build, k8s::kSecrets, build.names.keyfile(), build.names.labels());
  body["type"] = "Opaque";
  body["immutable"] = true;
  return {.type = k8s::kSecrets, .body = std::move(body)};
}

k8s::Manifest config_map(const Build& build, const std::string& revision, const Value& config) {
  Value body = owned_body(build, k8s::kConfigMaps, build.names.config_map(revision), build.names.labels());
  body["metadata"]["annotations"] = {{annotation::kRevision, revision}};
  body["immutable"] = true;
  body["data"] = {{"mongod.conf", mongod_config_text(config)}};
  return {.type = k8s::kConfigMaps, .body = std::move(body)};
}

}  // namespace mongodb
