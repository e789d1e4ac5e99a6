// SPDX-License-Identifier: Apache-2.0
// A built-in object as the server's own types write it.
#include "sandbox/objects/defaults.hpp"

#include <algorithm>
#include <cmath>

namespace objects {
namespace {

Value zero_value(const Schema& schema) {
  if (schema.any_scalar) return "0";
  switch (schema.type) {
    case Type::string: return "";
    case Type::integer:
    case Type::number: return 0;
    case Type::boolean: return false;
    case Type::object: return Value::object();
    case Type::array:
    case Type::any: break;
  }
  return nullptr;
}

bool is_one_of(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

// Left out by the server when there is nothing in it.
bool is_empty_optional(const Value& value, const Schema& schema) {
  if (value.is_null()) return true;
  if (!value.empty()) return false;
  return value.is_array() || (value.is_object() && schema.additional_properties != nullptr);
}

void normalize_members(Value& object, const Schema& schema) {
  std::vector<std::string> dropped;
  for (auto& [key, value] : object.items()) {
    const Schema* field = schema.member(key);
    if (field == nullptr) continue;
    if (value.is_null() && schema.property(key) == nullptr)
      value = zero_value(*field);  // a map's values are never null
    const bool stays = is_one_of(schema.null_members, key) || is_one_of(schema.zero_members, key);
    if (!stays && schema.property(key) != nullptr && is_empty_optional(value, *field)) {
      dropped.push_back(key);
    } else {
      normalize_built_in(value, *field);
    }
  }
  for (const std::string& key : dropped) object.erase(key);
}

}  // namespace

void add_zero_members(Value& object, const Schema& schema) {
  if (!object.is_object()) return;
  for (const std::string& name : schema.zero_members) {
    const Schema* field = schema.property(name);
    if (field == nullptr) continue;
    if (!object.contains(name) || object[name].is_null()) object[name] = zero_value(*field);
    add_zero_members(object[name], *field);
  }
  for (const std::string& name : schema.null_members) {
    if (!object.contains(name)) object[name] = nullptr;
  }
}

void normalize_built_in(Value& object, const Schema& schema) {
  if (schema.untyped_atomic) return;
  if (schema.any_scalar && !schema.int_or_string) {
    object = canonical_quantity(object);
  } else if (object.is_object()) {
    add_zero_members(object, schema);
    normalize_members(object, schema);
  } else if (object.is_array() && schema.items != nullptr) {
    for (Value& item : object) normalize_built_in(item, *schema.items);
  }
}

void whole_numbers_as_integers(Value& value) {
  if (value.is_structured()) {
    for (Value& one : value) whole_numbers_as_integers(one);
  } else if (value.is_number_float()) {
    const double number = value.get<double>();
    if (std::trunc(number) == number && std::abs(number) < 1e15) value = static_cast<std::int64_t>(number);
  }
}

}  // namespace objects
