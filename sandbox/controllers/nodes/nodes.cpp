// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/nodes/nodes.hpp"

#include <fmt/format.h>

#include "sandbox/controllers/events.hpp"
#include "sandbox/controllers/pods.hpp"
#include "sandbox/controllers/status.hpp"

namespace controllers {
namespace {

constexpr std::string_view kComponent = "node-controller";
constexpr const char* kLeases = "kube-node-lease";
constexpr std::string_view kNotReady = "node.kubernetes.io/not-ready";
constexpr std::string_view kUnreachable = "node.kubernetes.io/unreachable";
constexpr std::string_view kUnschedulable = "node.kubernetes.io/unschedulable";

// The last sign of life: the lease, or the node's own heartbeat, or its creation.
k8s::Wall last_seen(const Api& api, const Value& node) {
  k8s::Wall seen = created_at(node);
  if (const Value* ready = find_condition(node, "Ready")) {
    seen = std::max(seen, time(*ready, {"lastHeartbeatTime"}).value_or(seen));
  }
  const auto lease = api.get(kLease, kLeases, name_of(node));
  if (lease) seen = std::max(seen, time(**lease, {"spec", "renewTime"}).value_or(seen));
  return seen;
}

Result<void> say_unknown(Api& api, const Now& now, const Value& node) {
  if (condition_is(node, "Ready", "Unknown")) return {};
  Value status = members(node, {"status"});
  Value conditions = elements(status, {"conditions"});
  for (const char* type : {"Ready", "MemoryPressure", "DiskPressure", "PIDPressure"}) {
    const bool never = find_condition(node, type) == nullptr;
    set_condition(conditions,
                  {type, "Unknown", never ? "NodeStatusNeverUpdated" : "NodeStatusUnknown",
                   never ? "Kubelet never posted node status." : "Kubelet stopped posting node status."},
                  now);
  }
  status["conditions"] = std::move(conditions);
  const auto written = write_status(api, node, status);
  if (!written) return written;
  say(api, now, node, {"Normal", "NodeNotReady", kComponent},
      fmt::format("Node {} status is now: NodeNotReady", name_of(node)));
  return {};
}

bool is_ours(const Value& taint) {
  const std::string& key = text(taint, {"key"});
  return key == kNotReady || key == kUnreachable || key == kUnschedulable;
}

// The node's taints as they should be; those that stay keep their timeAdded.
Value wanted_taints(const Value& node, const Now& now) {
  const Value& before = elements(node, {"spec", "taints"});
  Value out = Value::array();
  for (const Value& taint : before) {
    if (!is_ours(taint)) out.push_back(taint);
  }
  const auto add = [&](std::string_view key, const char* effect) {
    for (const Value& taint : before) {
      if (text(taint, {"key"}) == key && text(taint, {"effect"}) == effect) return out.push_back(taint);
    }
    out.push_back({{"key", key}, {"effect", effect}, {"timeAdded", stamp(now.wall)}});
  };
  const Value* ready = find_condition(node, "Ready");
  const std::string status = ready ? text(*ready, {"status"}) : "False";
  if (status != "True") {
    const std::string_view key = status == "Unknown" ? kUnreachable : kNotReady;
    add(key, "NoSchedule");
    if (ready) add(key, "NoExecute");
  }
  if (flag(node, {"spec", "unschedulable"}, false)) add(kUnschedulable, "NoSchedule");
  return out;
}

Result<void> settle_taints(Api& api, const Now& now, const Value& node) {
  const Value wanted = wanted_taints(node, now);
  // The same taints in another order are the same.
  const Value& before = elements(node, {"spec", "taints"});
  bool same = before.size() == wanted.size();
  for (const Value& taint : before) same = same && std::find(wanted.begin(), wanted.end(), taint) != wanted.end();
  if (same) return {};
  Value patch;
  patch["metadata"]["resourceVersion"] = text(node, {"metadata", "resourceVersion"});
  patch["spec"]["taints"] = wanted.empty() ? Value{} : wanted;
  const auto written = api.patch(kNode, "", name_of(node), patch, Subresource::none);
  if (!written) return written.error();
  return {};
}

Result<void> mark_pods_not_ready(Api& api, const Now& now, const Value& node) {
  const auto pods = api.list(kPod, "", Selector::everything());
  if (!pods) return pods.error();
  for (const ObjectRef& pod : *pods) {
    if (text(*pod, {"spec", "nodeName"}) != name_of(node) || !is_ready(*pod)) continue;
    Value conditions = elements(*pod, {"status", "conditions"});
    for (Value& one : conditions) {
      if (text(one, {"type"}) != "Ready") continue;
      one["status"] = "False";
      one["lastTransitionTime"] = stamp(now.wall);
    }
    const Value patch{{"metadata", {{"uid", uid_of(*pod)}}}, {"status", {{"conditions", std::move(conditions)}}}};
    const auto written = api.patch(kPod, namespace_of(*pod), name_of(*pod), patch, Subresource::status);
    if (!written && written.error().code != k8s::Code::not_found) return written.error();
    say(api, now, *pod, {"Warning", "NodeNotReady", kComponent}, "Node is not ready");
  }
  return {};
}

Look reconcile(Api& api, const Key& key, const Now& now, const NodeSettings& settings) {
  auto found = api.get(kNode, "", key.name);
  if (!found) return found.error().code == k8s::Code::not_found ? done() : Look{found.error()};
  const k8s::Wall end = last_seen(api, **found) + settings.grace;
  std::optional<k8s::Millis> again;
  if (end <= now.wall) {
    const auto told = say_unknown(api, now, **found);
    if (!told) return told.error();
    found = api.get(kNode, "", key.name);
    if (!found) return found.error().code == k8s::Code::not_found ? done() : Look{found.error()};
  } else {
    again = until(end, now);
  }
  const auto tainted = settle_taints(api, now, **found);
  if (!tainted) return tainted.error();
  const Value* ready = find_condition(**found, "Ready");
  if (ready && text(*ready, {"status"}) != "True") {
    const auto marked = mark_pods_not_ready(api, now, **found);
    if (!marked) return marked.error();
  }
  return again;
}

}  // namespace

Controller node_controller(NodeSettings settings) {
  return {
      .name = "node",
      .wakes = {wake::self("Node"),
                {.kind = "Lease",
                 .keys =
                     [](const Api&, const Change& change, Keys& keys) {
                       if (namespace_of(change.object()) != kLeases) return;
                       keys.insert({.ns = "", .name = name_of(change.object())});
                     }},
                // A pod that came to a node which is not ready.
                {.kind = "Pod",
                 .keys =
                     [](const Api&, const Change& change, Keys& keys) {
                       const std::string& node = text(change.object(), {"spec", "nodeName"});
                       if (change.after && !node.empty() && is_ready(*change.after))
                         keys.insert({.ns = "", .name = node});
                     }}},
      .reconcile = [settings](Api& api, const Key& key, const Now& now) { return reconcile(api, key, now, settings); }};
}

}  // namespace controllers
