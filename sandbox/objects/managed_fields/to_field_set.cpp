// SPDX-License-Identifier: Apache-2.0
// Which fields does an object have, as far as they can be owned one by one?
#include "sandbox/objects/managed_fields/type_ref.hpp"
#include "sandbox/objects/managed_fields/typed.hpp"

namespace objects {
namespace {

// True when the value itself is to be a member of the set.
bool visit(const Value& value, const TypeRef& type, FieldSet& into);

void visit_list(const Value& value, const TypeRef& type, FieldSet& into) {
  std::map<PathElement, int> seen;
  for (const Value& item : value) {
    if (k8s::Result<PathElement> element = type.item_element(item)) ++seen[*element];
  }
  for (const Value& item : value) {
    k8s::Result<PathElement> element = type.item_element(item);
    if (!element) continue;
    into.members.insert(*element);
    if (seen[*element] > 1) continue;  // duplicates are owned as one
    FieldSet below;
    visit(item, type.element(), below);
    if (!below.empty()) into.children.emplace(std::move(*element), std::move(below));
  }
}

void visit_map(const Value& value, const TypeRef& type, FieldSet& into) {
  for (const auto& [key, member] : value.items()) {
    const std::optional<TypeRef> field = type.field(key);
    if (!field) continue;
    FieldSet below;
    bool is_member = visit(member, *field, below);
    is_member = is_member || member.is_null() || (member.is_object() && member.empty()) || !type.declares(key);
    PathElement element = PathElement::of_field(key);
    if (is_member) into.members.insert(element);
    if (!below.empty()) into.children.emplace(std::move(element), std::move(below));
  }
}

bool visit(const Value& value, const TypeRef& type, FieldSet& into) {
  switch (type.shape_for(&value)) {
    case Shape::scalar: return true;
    case Shape::list:
      if (type.atomic_list()) return true;
      if (value.is_array()) visit_list(value, type, into);
      return false;
    case Shape::map:
      if (type.atomic_map()) return true;
      if (value.is_object()) visit_map(value, type, into);
      return false;
  }
  return false;
}

FieldSet named_members(const FieldSet& set, const std::optional<TypeRef>& type) {
  FieldSet out;
  out.members = set.members;
  for (const auto& [element, below] : set.children) {
    std::optional<TypeRef> next;
    if (type && element.step == PathElement::Step::field && type->may_be_map()) {
      if (type->declares(element.field)) out.members.insert(element);
      next = type->field(element.field);
    } else if (type && element.step == PathElement::Step::key && type->may_be_list()) {
      next = type->element();
    }
    out.children.emplace(element, named_members(below, next));
  }
  return out;
}

}  // namespace

FieldSet to_field_set(const Value& object, const Schema& schema) {
  FieldSet out;
  visit(object, TypeRef(schema), out);
  return out;
}

FieldSet ensure_named_fields_are_members(const FieldSet& set, const Schema& schema) {
  return named_members(set, TypeRef(schema));
}

}  // namespace objects
