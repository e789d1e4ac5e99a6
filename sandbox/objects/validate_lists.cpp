// SPDX-License-Identifier: Apache-2.0
// Is every item of a set, and every key of a map list, there once?
#include <fmt/format.h>

#include <map>

#include "sandbox/objects/validate.hpp"

namespace objects {
namespace {

using Errors = std::vector<FieldError>;

// Indexes at which something is there for the second time.
std::vector<std::size_t> seconds(const std::vector<Value>& values) {
  std::map<std::string, int> seen;
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (++seen[k8s::json::print(values[i])] == 2) out.push_back(i);
  }
  return out;
}

void check_set(const Value& list, const std::string& path, Errors& out) {
  const std::vector<Value> items(list.begin(), list.end());
  for (const std::size_t i : seconds(items)) out.push_back(field_duplicate(fmt::format("{}[{}]", path, i), items[i]));
}

void check_map(const Value& list, const Schema& schema, const std::string& path, Errors& out) {
  std::vector<Value> keys;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!list[i].is_object() && !list[i].is_null()) {
      out.push_back(
          field_invalid(fmt::format("{}[{}]", path, i), list[i], "must be an object for an array of list-type map"));
      return;
    }
    Value key = Value::object();
    for (const std::string& name : schema.list_map_keys) {
      if (list[i].is_object() && list[i].contains(name)) key[name] = list[i][name];
    }
    keys.push_back(std::move(key));
  }
  for (const std::size_t i : seconds(keys)) out.push_back(field_duplicate(fmt::format("{}[{}]", path, i), keys[i]));
}

void visit(const Value& value, const Schema& schema, const std::string& path, Errors& out) {
  if (!schema.definition.empty()) return;
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) {
      if (const Schema* field = schema.property(key); field != nullptr) {
        visit(member, *field, path.empty() ? key : path + "." + key, out);
      } else if (schema.additional_properties != nullptr) {
        visit(member, *schema.additional_properties, fmt::format("{}[{}]", path, key), out);
      }
    }
  } else if (value.is_array()) {
    if (schema.list_type == ListType::set) check_set(value, path, out);
    if (schema.list_type == ListType::map) check_map(value, schema, path, out);
    for (std::size_t i = 0; i < value.size() && schema.items != nullptr; ++i) {
      visit(value[i], *schema.items, fmt::format("{}[{}]", path, i), out);
    }
  }
}

}  // namespace

std::vector<FieldError> validate_list_sets_and_maps(const Value& object, const Schema& schema) {
  Errors out;
  visit(object, schema, "", out);
  return out;
}

}  // namespace objects
