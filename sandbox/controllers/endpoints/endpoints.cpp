// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/endpoints/endpoints.hpp"

#include <map>

#include "sandbox/controllers/endpoints/members.hpp"
#include "sandbox/controllers/pods.hpp"
#include "sandbox/controllers/status.hpp"

namespace controllers {
namespace endpoints {
namespace {

Value address_of(const Value& service, const Value& pod) {
  Value out{{"ip", text(pod, {"status", "podIP"})}, {"targetRef", target_of(pod)}};
  if (const std::string& node = text(pod, {"spec", "nodeName"}); !node.empty()) out["nodeName"] = node;
  if (const std::string name = hostname_of(service, pod); !name.empty()) out["hostname"] = name;
  return out;
}

// One subset per set of ports; addresses in their order as text.
Value subsets_of(const Value& service, const Objects& pods) {
  const bool all = flag(service, {"spec", "publishNotReadyAddresses"}, false);
  std::map<std::string, std::map<std::string, std::pair<Value, bool>>> groups;
  for (const ObjectRef& pod : pods) {
    if (is_terminating(*pod) && !all) continue;
    Value ports = ports_of(service, *pod);
    if (ports.empty() && !is_headless(service)) continue;
    for (Value& port : ports) {
      if (text(port, {"name"}).empty()) port.erase("name");
    }
    groups[ports.dump()][text(*pod, {"status", "podIP"})] = {address_of(service, *pod), all || is_ready(*pod)};
  }
  Value subsets = Value::array();
  for (const auto& [ports, addresses] : groups) {
    Value subset = Value::object();
    for (const auto& [ip, one] : addresses) {
      Value& list = subset[one.second ? "addresses" : "notReadyAddresses"];
      if (!list.is_array()) list = Value::array();
      list.push_back(one.first);
    }
    const auto parsed = k8s::json::parse_value(ports);
    if (parsed && !parsed->empty()) subset["ports"] = *parsed;
    subsets.push_back(std::move(subset));
  }
  return subsets;
}

Look reconcile(Api& api, const Key& key, const Now&) {
  const auto service = api.get(kService, key.ns, key.name);
  if (!service) {
    if (service.error().code != k8s::Code::not_found) return service.error();
    const auto removed = unless_gone(api.remove(kEndpoints, key.ns, key.name, {}));
    return removed ? done() : Look{removed.error()};
  }
  // Without a selector they are somebody else's to write.
  if (members(**service, {"spec", "selector"}).empty() || is_terminating(**service)) return done();
  const auto pods = pods_behind(api, **service);
  if (!pods) return pods.error();
  Value labels = labels_of(**service);
  labels["endpoints.kubernetes.io/managed-by"] = "endpoint-controller";
  if (is_headless(**service)) labels["service.kubernetes.io/headless"] = "";
  Value next{{"apiVersion", kEndpoints.api_version},
             {"kind", kEndpoints.kind},
             {"metadata", {{"name", key.name}, {"namespace", key.ns}}}};
  const auto before = api.get(kEndpoints, key.ns, key.name);
  if (before) next = **before;
  next["metadata"]["labels"] = std::move(labels);
  Value subsets = subsets_of(**service, *pods);
  if (subsets.empty()) {
    next.erase("subsets");
  } else {
    next["subsets"] = std::move(subsets);
  }
  if (before && next == **before) return done();
  const auto written = before ? api.update(next, Subresource::none) : api.create(next);
  return written ? done() : Look{written.error()};
}

}  // namespace
}  // namespace endpoints

Controller endpoints_controller() {
  return {.name = "endpoints",
          .wakes = {wake::self("Service"), {.kind = "Pod", .keys = endpoints::wake_services}, wake::self("Endpoints")},
          .reconcile = endpoints::reconcile};
}

}  // namespace controllers
