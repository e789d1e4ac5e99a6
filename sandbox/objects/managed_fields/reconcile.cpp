// SPDX-License-Identifier: Apache-2.0
// What does a recorded field set mean after the schema has changed? Maps and lists that became atomic since are owned
// whole by whoever owned a part.
#include "sandbox/objects/managed_fields/updater.hpp"

#include "sandbox/objects/managed_fields/type_ref.hpp"

namespace objects {
namespace {

struct Changes {
  FieldSet remove, add;
};

void visit(const FieldSet* set, bool owned_whole, const TypeRef& type, FieldPath& path, Changes& changes);

void below(const FieldSet& set, const PathElement& element, const TypeRef& type, FieldPath& path, Changes& changes) {
  const auto inner = set.children.find(element);
  const FieldSet* children = inner == set.children.end() ? nullptr : &inner->second;
  path.push_back(element);
  visit(children, set.members.contains(element) && children == nullptr, type, path, changes);
  path.pop_back();
}

void visit_children(const FieldSet& set, Shape shape, const TypeRef& type, FieldPath& path, Changes& changes) {
  std::set<PathElement> all = set.members;
  for (const auto& [element, unused] : set.children) all.insert(element);
  for (const PathElement& element : all) {
    if (shape == Shape::list) {
      below(set, element, type.element(), path, changes);
    } else if (const auto field = type.field(element.field)) {
      below(set, element, *field, path, changes);
    }
  }
}

void visit(const FieldSet* set, bool owned_whole, const TypeRef& type, FieldPath& path, Changes& changes) {
  const Shape shape = type.shape_for(nullptr);
  if (shape == Shape::scalar || type.is_deduced()) return;
  const bool atomic = shape == Shape::list ? type.atomic_list() : type.atomic_map();
  if (!owned_whole && atomic) {
    if (shape == Shape::list || (set != nullptr && !set->empty())) {
      changes.remove.insert(path);
      changes.add.insert(path);
    }
    return;
  }
  if (set != nullptr) visit_children(*set, shape, type, path, changes);
}

}  // namespace

FieldSet reconciled(const FieldSet& set, const Schema& schema) {
  Changes changes;
  FieldPath path;
  visit(&set, false, TypeRef(schema), path, changes);
  if (changes.add.empty()) return set;
  return set.minus_recursively(changes.remove).united(changes.add);
}

}  // namespace objects
