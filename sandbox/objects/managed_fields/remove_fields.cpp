// SPDX-License-Identifier: Apache-2.0
// What is left of an object without a set of its fields?
#include "sandbox/objects/managed_fields/type_ref.hpp"
#include "sandbox/objects/managed_fields/typed.hpp"

namespace objects {
namespace {

Value remove(const Value& value, const FieldSet& set, const TypeRef& type);

const FieldSet* below(const FieldSet& set, const PathElement& element) {
  const auto found = set.children.find(element);
  return found == set.children.end() || found->second.empty() ? nullptr : &found->second;
}

Value remove_from_list(const Value& value, const FieldSet& set, const TypeRef& type) {
  Value out = Value::array();
  for (const Value& item : value) {
    const auto element = type.item_element(item);
    if (!element) {
      out.push_back(item);
      continue;
    }
    if (set.members.contains(*element)) continue;
    const FieldSet* inner = below(set, *element);
    out.push_back(inner == nullptr ? item : remove(item, *inner, type.element()));
  }
  return out.empty() ? Value() : out;
}

Value remove_from_map(const Value& value, const FieldSet& set, const TypeRef& type) {
  Value out = Value::object();
  for (const auto& [key, member] : value.items()) {
    const PathElement element = PathElement::of_field(key);
    if (set.members.contains(element)) continue;
    const FieldSet* inner = below(set, element);
    const auto field = type.field(key);
    out[key] = inner == nullptr || !field ? member : remove(member, *inner, *field);
  }
  return out.empty() ? Value() : out;
}

// Null when nothing is left.
Value remove(const Value& value, const FieldSet& set, const TypeRef& type) {
  switch (type.shape_for(&value)) {
    case Shape::scalar: return value;
    case Shape::list:
      if (type.atomic_list() || !value.is_array() || value.empty()) return Value();
      return remove_from_list(value, set, type);
    case Shape::map:
      if (type.atomic_map() || !value.is_object() || value.empty()) return Value();
      return remove_from_map(value, set, type);
  }
  return value;
}

}  // namespace

Value remove_fields(const Value& object, const FieldSet& set, const Schema& schema) {
  return remove(object, set, TypeRef(schema));
}

}  // namespace objects
