// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "sandbox/controllers/events.hpp"
#include "sandbox/controllers/node_selector.hpp"
#include "sandbox/controllers/nodes/nodes.hpp"
#include "sandbox/controllers/pods.hpp"
#include "sandbox/controllers/status.hpp"

namespace controllers {
namespace {

// When the node's taints end the pod's stay; nothing: they do not.
std::optional<k8s::Wall> eviction_at(const Value& pod, const Value& node, const Now& now) {
  std::optional<k8s::Wall> end;
  for (const Value& taint : elements(node, {"spec", "taints"})) {
    if (text(taint, {"effect"}) != "NoExecute") continue;
    const k8s::Wall since = time(taint, {"timeAdded"}).value_or(now.wall);
    const Value* toleration = toleration_of(pod, taint);
    if (!toleration) return k8s::Wall{};
    const auto seconds = number(*toleration, {"tolerationSeconds"});
    if (!seconds) continue;
    const k8s::Wall moment = since + k8s::Seconds{std::max<std::int64_t>(0, *seconds)};
    if (!end || moment < *end) end = moment;
  }
  return end;
}

Result<void> evict(Api& api, const Now& now, const Value& pod) {
  say(api, now, pod, {"Normal", "TaintManagerEviction", "taint-eviction-controller"},
      fmt::format("Marking for deletion Pod {}/{}", namespace_of(pod), name_of(pod)));
  Value conditions = elements(pod, {"status", "conditions"});
  set_condition(
      conditions,
      {"DisruptionTarget", "True", "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint"}, now);
  const Value patch{{"metadata", {{"uid", uid_of(pod)}}}, {"status", {{"conditions", std::move(conditions)}}}};
  const auto written = api.patch(kPod, namespace_of(pod), name_of(pod), patch, Subresource::status);
  if (!written) return unless_gone(written.error());
  return unless_gone(api.remove(kPod, namespace_of(pod), name_of(pod), {.uid = uid_of(pod)}));
}

Look reconcile_eviction(Api& api, const Key& key, const Now& now) {
  const auto pod = api.get(kPod, key.ns, key.name);
  if (!pod) return pod.error().code == k8s::Code::not_found ? done() : Look{pod.error()};
  if (!is_scheduled(**pod) || is_terminating(**pod)) return done();
  const auto node = api.get(kNode, "", text(**pod, {"spec", "nodeName"}));
  if (!node) return node.error().code == k8s::Code::not_found ? done() : Look{node.error()};
  const auto end = eviction_at(**pod, **node, now);
  if (!end) return done();
  if (*end > now.wall) return again_in(until(*end, now));
  const auto evicted = evict(api, now, **pod);
  return evicted ? done() : Look{evicted.error()};
}

void add_pods_of(const Api& api, const std::string& node, Keys& keys) {
  const auto pods = api.list(kPod, "", Selector::everything());
  if (!pods) return;
  for (const ObjectRef& pod : *pods) {
    if (text(*pod, {"spec", "nodeName"}) == node) keys.insert(key_of(*pod));
  }
}

// Without a kubelet nobody ends them: pods of a node that has been absent for a while, and pods that are being deleted
// before they ever had one.
Look reconcile_collection(Api& api, const Key& key, const Now& now, const NodeSettings& settings,
                          std::map<std::string, k8s::Wall>& absent) {
  const auto pod = api.get(kPod, key.ns, key.name);
  if (!pod) return pod.error().code == k8s::Code::not_found ? done() : Look{pod.error()};
  const std::string& name = text(**pod, {"spec", "nodeName"});
  if (!name.empty()) {
    if (api.get(kNode, "", name)) {
      absent.erase(name);
      return done();
    }
    const k8s::Wall end = absent.try_emplace(name, now.wall).first->second + settings.orphan_grace;
    if (end > now.wall) return again_in(until(end, now));
  } else if (!is_terminating(**pod)) {
    return done();
  }
  const auto removed = unless_gone(api.remove(kPod, key.ns, key.name, {.uid = uid_of(**pod), .grace_seconds = 0}));
  return removed ? done() : Look{removed.error()};
}

}  // namespace

Controller taint_eviction_controller() {
  return {.name = "taint-eviction",
          .wakes = {wake::self("Pod"),
                    {.kind = "Node",
                     .keys =
                         [](const Api& api, const Change& change, Keys& keys) {
                           if (!change.after) return;
                           if (change.before &&
                               at(*change.before, {"spec", "taints"}) == at(*change.after, {"spec", "taints"})) {
                             return;
                           }
                           add_pods_of(api, name_of(*change.after), keys);
                         }}},
          .reconcile = reconcile_eviction};
}

Controller pod_collector_controller(NodeSettings settings) {
  // Since when nodes that pods name are known to be absent.
  const auto absent = std::make_shared<std::map<std::string, k8s::Wall>>();
  return {.name = "pod-collector",
          .wakes = {wake::self("Pod"),
                    {.kind = "Node",
                     .keys =
                         [](const Api& api, const Change& change, Keys& keys) {
                           if (!change.after || !change.before) add_pods_of(api, name_of(change.object()), keys);
                         }}},
          .reconcile = [settings, absent](Api& api, const Key& key, const Now& now) {
            return reconcile_collection(api, key, now, settings, *absent);
          }};
}

}  // namespace controllers
