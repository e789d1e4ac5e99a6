// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/garbage/garbage.hpp"

#include <algorithm>

#include "sandbox/controllers/garbage/graph.hpp"
#include "sandbox/controllers/status.hpp"

namespace controllers {
namespace garbage {
namespace {

Result<void> drop_owners(Api& api, const Node& node, const Value& object, const std::set<std::string>& uids) {
  Value kept = Value::array();
  for (const Value& owner : elements(object, {"metadata", "ownerReferences"})) {
    if (!uids.contains(text(owner, {"uid"}))) kept.push_back(owner);
  }
  Value patch;
  patch["metadata"] = {{"uid", uid_of(object)},
                       {"resourceVersion", text(object, {"metadata", "resourceVersion"})},
                       {"ownerReferences", std::move(kept)}};
  const auto written = api.patch(node.view(), node.key.ns, node.key.name, patch, Subresource::none);
  if (!written && written.error().code != k8s::Code::not_found) return written.error();
  return {};
}

Result<void> orphan(Api& api, const Graph& graph, const Node& node, const Value& object) {
  const std::set<std::string> dependents = graph.dependents(uid_of(object));
  for (const std::string& uid : dependents) {
    const Node* found = graph.find(uid);
    if (!found) continue;
    const Node dependent = *found;  // the patch changes the graph
    const auto live = api.get(dependent.view(), dependent.key.ns, dependent.key.name);
    if (!live || uid_of(**live) != uid) continue;
    const auto dropped = drop_owners(api, dependent, **live, {uid_of(object)});
    if (!dropped) return dropped;
  }
  return remove_finalizer(api, node.view(), object, "orphan");
}

bool is_blocked(const Graph& graph, const std::string& uid) {
  const auto& dependents = graph.dependents(uid);
  return std::any_of(dependents.begin(), dependents.end(), [&](const std::string& one) {
    const Node* node = graph.find(one);
    return node && std::any_of(node->owners.begin(), node->owners.end(),
                               [&](const Owner& owner) { return owner.uid == uid && owner.blocks; });
  });
}

// What its finalizers ask for, unless its owner's deletion asks for more.
Propagation propagation_of(const Value& object) {
  if (has_finalizer(object, "orphan")) return Propagation::orphan;
  return has_finalizer(object, "foregroundDeletion") ? Propagation::foreground : Propagation::background;
}

Result<void> look_at_owners(Api& api, const Graph& graph, const Node& node, const Value& object) {
  std::set<std::string> solid, absent, waiting;
  for (const Owner& owner : node.owners) {
    if (!graph.is_present(owner, node)) {
      absent.insert(owner.uid);
    } else if (owner.blocks && graph.find(owner.uid)->deletes_dependents) {
      waiting.insert(owner.uid);
    } else {
      solid.insert(owner.uid);
    }
  }
  if (absent.empty() && waiting.empty()) return {};
  if (!solid.empty()) {
    absent.merge(waiting);
    return drop_owners(api, node, object, absent);
  }
  DeleteOptions options{.uid = uid_of(object), .propagation = propagation_of(object)};
  if (!waiting.empty() && !graph.dependents(uid_of(object)).empty()) options.propagation = Propagation::foreground;
  return unless_gone(api.remove(node.view(), node.key.ns, node.key.name, options));
}

Result<void> look(Api& api, const Graph& graph, const Node& node, const std::string& uid) {
  const auto found = api.get(node.view(), node.key.ns, node.key.name);
  if (!found) return found.error().code == k8s::Code::not_found ? Result<void>{} : found.error();
  const Value& object = **found;
  if (uid_of(object) != uid) return {};
  if (!is_terminating(object)) return look_at_owners(api, graph, node, object);
  if (has_finalizer(object, "orphan")) return orphan(api, graph, node, object);
  if (has_finalizer(object, "foregroundDeletion") && !is_blocked(graph, uid)) {
    return remove_finalizer(api, node.view(), object, "foregroundDeletion");
  }
  return {};
}

}  // namespace
}  // namespace garbage

Controller garbage_controller() {
  const auto graph = std::make_shared<garbage::Graph>();
  return {.name = "garbage",
          .wakes = {{.kind = "*",
                     .keys = [graph](const Api&, const Change& change, Keys& keys) { graph->change(change, keys); }}},
          .reconcile = [graph](Api& api, const Key& key, const Now&) {
            const garbage::Node* found = graph->find(key.name);
            if (!found) return done();
            const garbage::Node node = *found;  // what is written changes the graph
            const auto looked = garbage::look(api, *graph, node, key.name);
            return looked ? done() : Look{looked.error()};
          }};
}

}  // namespace controllers
