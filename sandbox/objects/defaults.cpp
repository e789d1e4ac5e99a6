// SPDX-License-Identifier: Apache-2.0
// Defaults in, forbidden nulls out.
#include "sandbox/objects/defaults.hpp"

namespace objects {
namespace {

bool is_forbidden_null(const Value& value, const Schema* schema) {
  return value.is_null() && schema != nullptr && !schema->nullable;
}

// A null that must not be there becomes the default, or stays for validation to complain of.
void replace_null(Value& value, const Schema& schema) {
  if (is_forbidden_null(value, &schema) && schema.default_value) value = *schema.default_value;
}

}  // namespace

void apply_defaults(Value& object, const Schema& schema) {
  if (object.is_object()) {
    for (const auto& [key, field] : schema.properties) {
      if (!field->default_value) continue;
      const auto found = object.find(key);
      if (found == object.end() || is_forbidden_null(*found, field.get())) object[key] = *field->default_value;
    }
    for (auto& [key, value] : object.items()) {
      const Schema* field = schema.member(key);
      if (field == nullptr) continue;
      replace_null(value, *field);
      apply_defaults(value, *field);
    }
  } else if (object.is_array() && schema.items != nullptr) {
    for (Value& item : object) {
      replace_null(item, *schema.items);
      apply_defaults(item, *schema.items);
    }
  }
}

void drop_forbidden_nulls(Value& object, const Schema& schema) {
  if (object.is_object()) {
    std::vector<std::string> dropped;
    for (auto& [key, value] : object.items()) {
      const Schema* field = schema.member(key);
      if (is_forbidden_null(value, field) && !field->default_value) {
        dropped.push_back(key);
      } else if (field != nullptr) {
        drop_forbidden_nulls(value, *field);
      }
    }
    for (const std::string& key : dropped) object.erase(key);
  } else if (object.is_array() && schema.items != nullptr) {
    for (Value& item : object) drop_forbidden_nulls(item, *schema.items);
  }
}

}  // namespace objects
