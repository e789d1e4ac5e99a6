// SPDX-License-Identifier: Apache-2.0
// Which keywords of a CRD's schema are refused outright?
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sandbox/objects/crd_checks.hpp"
#include "sandbox/objects/crd_rules.hpp"

namespace objects {
namespace {

using Errors = std::vector<FieldError>;

std::vector<std::string> known_types() {
  return {"array", "boolean", "integer", "number", "object", "string"};
}

struct Where {
  std::string no_defaults;  // why a default is refused here; empty: it is not
  bool inside_meta = false;
};

class Keywords {
 public:
  Errors errors;

  void visit(const Value& node, const std::string& path, bool root, const Where& where) {
    if (!node.is_object()) return;
    refused(node, path, where);
    additional(node, path, where);
    members(node, path, root, where);
    for (const char* key : {"allOf", "oneOf", "anyOf"}) {
      const auto list = node.find(key);
      for (std::size_t i = 0; list != node.end() && list->is_array() && i < list->size(); ++i) {
        visit((*list)[i], fmt::format("{}.{}[{}]", path, key, i), false, where);
      }
    }
    if (const Value* inner = object_member(node, "not")) visit(*inner, path + ".not", false, where);
    if (const Value* items = object_member(node, "items")) visit(*items, path + ".items", false, where);
    map_type(node, path);
    list_type(node, path);
    map_keys(node, path);
    check_rules(node, path, errors);
  }

 private:
  void forbid(const std::string& path, std::string_view key, std::string_view detail) {
    errors.push_back(field_forbidden(path + "." + std::string(key), detail));
  }

  void refused(const Value& node, const std::string& path, const Where& where) {
    const std::string type = text_member(node, "type");
    const std::vector<std::string> known = known_types();
    if (!type.empty() && std::ranges::find(known, type) == known.end()) {
      errors.push_back(field_not_supported(path + ".type", type, known));
    }
    if (node.contains("default") && !node["default"].is_null() && !where.no_defaults.empty()) {
      forbid(path, "default", "must not be set " + where.no_defaults);
    }
    for (const char* key : {"id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"}) {
      const auto found = node.find(key);
      const bool none = found == node.end() || found->is_null() || (found->is_string() && found->empty());
      if (!none) forbid(path, key, std::string(key) + " is not supported");
    }
    if (type == "null") forbid(path, "type", "type cannot be set to null, use nullable as an alternative");
    if (node.contains("items") && node["items"].is_array()) {
      forbid(path, "items", "items must be a schema object and not an array");
    }
    if (where.inside_meta && flag_member(node, "x-kubernetes-embedded-resource")) {
      forbid(path, "x-kubernetes-embedded-resource", "must not be used inside of resource meta");
    }
    if (flag_member(node, "uniqueItems")) {
      forbid(path, "uniqueItems", "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
    }
    const char* preserve = "x-kubernetes-preserve-unknown-fields";
    if (node.contains(preserve) && node[preserve] == false) {
      errors.push_back(field_invalid(path + "." + preserve, false, "must be true or undefined"));
    }
  }

  void additional(const Value& node, const std::string& path, const Where& where) {
    const auto found = node.find("additionalProperties");
    if (found == node.end() || found->is_null()) return;
    const Value* properties = object_member(node, "properties");
    if (properties != nullptr && !properties->empty() && *found != true) {
      forbid(path, "additionalProperties", "additionalProperties and properties are mutual exclusive");
    }
    Where below = where;
    if (where.inside_meta) below.no_defaults = "inside additionalProperties applying to object metadata";
    visit(*found, path + ".additionalProperties", false, below);
  }

  void members(const Value& node, const std::string& path, bool root, const Where& where) {
    const Value* properties = object_member(node, "properties");
    if (properties == nullptr) return;
    const bool resource = root || flag_member(node, "x-kubernetes-embedded-resource");
    for (const auto& [key, field] : properties->items()) {
      Where below = where;
      if (resource && (key == "metadata" || key == "apiVersion" || key == "kind")) {
        below.inside_meta = true;
        if (root) below.no_defaults = "in top-level " + key;
      }
      visit(field, property_path(path, key), false, below);
    }
  }

  void must_be_type(const Value& node, const std::string& path, const char* extension, const char* wanted) {
    const std::string type = text_member(node, "type");
    if (type == wanted) return;
    const std::string detail = fmt::format("must be {} if {} is specified", wanted, extension);
    errors.push_back(type.empty() ? field_required(path + ".type", detail)
                                  : field_invalid(path + ".type", type, detail));
  }

  void map_type(const Value& node, const std::string& path) {
    const char* key = "x-kubernetes-map-type";
    const std::string given = text_member(node, key);
    if (given.empty()) return;
    must_be_type(node, path, key, "object");
    if (given != "atomic" && given != "granular") {
      errors.push_back(field_not_supported(path + "." + key, given, {"atomic", "granular"}));
    }
  }

  void list_type(const Value& node, const std::string& path) {
    const char* key = "x-kubernetes-list-type";
    const std::string given = text_member(node, key);
    if (given.empty()) return;
    must_be_type(node, path, key, "array");
    const Value* items = object_member(node, "items");
    if (given == "set" && items != nullptr) set_items(*items, path + ".items");
    if (given != "atomic" && given != "set" && given != "map") {
      errors.push_back(field_not_supported(path + "." + key, given, {"atomic", "set", "map"}));
    }
  }

  void set_items(const Value& items, const std::string& path) {
    const std::string type = text_member(items, "type");
    const std::string list = text_member(items, "x-kubernetes-list-type");
    const char* detail = "must be atomic as item of a list with x-kubernetes-list-type=set";
    if (type == "array" && !list.empty() && list != "atomic") {
      errors.push_back(field_invalid(path + ".x-kubernetes-list-type", list, detail));
    }
    if (type == "object" && text_member(items, "x-kubernetes-map-type") != "atomic") {
      errors.push_back(field_invalid(path + ".x-kubernetes-map-type", list.empty() ? Value() : Value(list), detail));
    }
    if (flag_member(items, "nullable")) {
      forbid(path, "nullable", "cannot be nullable when x-kubernetes-list-type is set");
    }
  }

  void map_keys(const Value& node, const std::string& path) {
    const std::string at = path + ".x-kubernetes-list-map-keys", list_at = path + ".x-kubernetes-list-type";
    const Value keys = node.value("x-kubernetes-list-map-keys", Value::array());
    const std::string type = text_member(node, "x-kubernetes-list-type");
    const char* detail = "must be map if x-kubernetes-list-map-keys is non-empty";
    if (!keys.empty() && type.empty()) errors.push_back(field_required(list_at, detail));
    if (!keys.empty() && !type.empty() && type != "map") errors.push_back(field_invalid(list_at, type, detail));
    if (type != "map") return;
    if (keys.empty()) {
      errors.push_back(field_required(at, "must not be empty if x-kubernetes-list-type is map"));
    }
    const Value* items = object_member(node, "items");
    if (items == nullptr) {
      errors.push_back(field_required(path + ".items", "must have a schema if x-kubernetes-list-type is map"));
      return;
    }
    const std::string item_type = text_member(*items, "type");
    if (item_type != "object") {
      errors.push_back(field_invalid(path + ".items.type", item_type,
                                     "must be object if parent array's x-kubernetes-list-type is map"));
    } else {
      each_key(*items, keys, path, at);
    }
  }

  void each_key(const Value& items, const Value& keys, const std::string& path, const std::string& at) {
    const Value* properties = object_member(items, "properties");
    const Value required = items.value("required", Value::array());
    Value seen = Value::array();
    for (const Value& key : keys) {
      const std::string name = key.is_string() ? key.get<std::string>() : std::string();
      if (std::ranges::find(seen, key) != seen.end()) {
        errors.push_back(field_invalid(at, keys, "must not contain duplicate entries"));
      }
      seen.push_back(key);
      const Value* field = properties == nullptr ? nullptr : object_member(*properties, name.c_str());
      if (field == nullptr) {
        errors.push_back(field_invalid(at, keys, "entries must all be names of item properties"));
        continue;
      }
      const std::string field_at = property_path(path + ".items", name);
      const std::string type = text_member(*field, "type");
      if (type == "array" || type == "object") {
        errors.push_back(field_invalid(field_at + ".type", "object",
                                       "must be a scalar type if parent array's x-kubernetes-list-type is map"));
      }
      key_is_there(*field, std::ranges::find(required, key) != required.end(), field_at);
    }
  }

  void key_is_there(const Value& field, bool required, const std::string& path) {
    if (!required && !field.contains("default")) {
      errors.push_back(
          field_required(path + ".default",
                         "this property is in x-kubernetes-list-map-keys, so it must have a default or be a "
                         "required property"));
    }
    if (flag_member(field, "nullable")) {
      forbid(path, "nullable", "this property is in x-kubernetes-list-map-keys, so it cannot be nullable");
    }
  }
};

}  // namespace

std::vector<FieldError> check_keywords(const Value& schema, const std::string& path) {
  Keywords keywords;
  if (flag_member(schema, "nullable")) {
    keywords.errors.push_back(field_forbidden(path + ".nullable", "nullable cannot be true at the root"));
  }
  keywords.visit(schema, path, true, {});
  return std::move(keywords.errors);
}

}  // namespace objects
