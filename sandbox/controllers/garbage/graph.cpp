// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/garbage/graph.hpp"

namespace controllers::garbage {

void Graph::forget(const std::string& uid, Keys& keys) {
  const auto found = nodes_.find(uid);
  if (found == nodes_.end()) return;
  for (const Owner& owner : found->second.owners) {
    const auto known = dependents_.find(owner.uid);
    if (known == dependents_.end()) continue;
    known->second.erase(uid);
    if (known->second.empty()) dependents_.erase(known);
    keys.insert({.ns = "", .name = owner.uid});
  }
  nodes_.erase(found);
}

void Graph::change(const Change& change, Keys& keys) {
  const Value& object = change.object();
  const std::string& uid = uid_of(object);
  // Events end by themselves and own nothing.
  if (uid.empty() || change.kind.kind == "Event") return;
  if (change.before && uid_of(*change.before) != uid) forget(uid_of(*change.before), keys);
  const Node* before = find(uid);
  const bool did_delete = before && before->deletes_dependents;
  Keys touched;
  forget(uid, touched);
  if (!change.after) {
    keys.merge(touched);
    for (const std::string& one : dependents(uid)) keys.insert({.ns = "", .name = one});
    return;
  }
  Node node{.api_version = std::string{change.kind.api_version},
            .kind = std::string{change.kind.kind},
            .key = key_of(object)};
  for (const Value& owner : elements(object, {"metadata", "ownerReferences"})) {
    node.owners.push_back({.uid = text(owner, {"uid"}), .blocks = flag(owner, {"blockOwnerDeletion"}, false)});
    dependents_[node.owners.back().uid].insert(uid);
  }
  node.deletes_dependents = is_terminating(object) && has_finalizer(object, "foregroundDeletion");
  const bool begins = node.deletes_dependents && !did_delete;
  // Owners that wait for their dependents, were it only that one no longer blocks.
  for (const Key& owner : touched) {
    const Node* waiting = find(owner.name);
    if (waiting && waiting->deletes_dependents) keys.insert(owner);
  }
  if (!node.owners.empty() || is_terminating(object)) keys.insert({.ns = "", .name = uid});
  nodes_.insert_or_assign(uid, std::move(node));
  if (!begins) return;
  for (const std::string& one : dependents(uid)) keys.insert({.ns = "", .name = one});
}

const Node* Graph::find(const std::string& uid) const {
  const auto found = nodes_.find(uid);
  return found == nodes_.end() ? nullptr : &found->second;
}

const std::set<std::string>& Graph::dependents(const std::string& uid) const {
  static const std::set<std::string> kNone;
  const auto found = dependents_.find(uid);
  return found == dependents_.end() ? kNone : found->second;
}

bool Graph::is_present(const Owner& owner, const Node& dependent) const {
  const Node* node = find(owner.uid);
  return node && (node->key.ns.empty() || node->key.ns == dependent.key.ns);
}

}  // namespace controllers::garbage
