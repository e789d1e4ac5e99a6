// SPDX-License-Identifier: Apache-2.0
// The rules of structural schemas: every field has a type, and logical combinations only restrict what is declared
// outside them.
#include <fmt/format.h>

#include "sandbox/objects/crd_checks.hpp"
#include "sandbox/objects/pattern.hpp"

namespace objects {
namespace {

using Errors = std::vector<FieldError>;
enum class Level { root, item, field };

bool is_int_or_string(const Value& list) {
  return list.is_array() && list.size() == 2 && list[0] == Value{{"type", "integer"}} &&
         list[1] == Value{{"type", "string"}};
}

class Structural {
 public:
  Errors errors;

  void node(const Value& node, Level level, const std::string& path) {
    if (!node.is_object()) return errors.push_back(field_invalid(path, node, "must be a schema"));
    const std::string type = text_member(node, "type");
    if (type == "array" && object_member(node, "items") == nullptr) {
      errors.push_back(field_required(path + ".items", "must be specified"));
    }
    children(node, level, path);
    extensions(node, path);
    const Value any_of = node.value("anyOf", Value()), all_of = node.value("allOf", Value());
    const bool skip_all_of = all_of.is_array() && !all_of.empty() && all_of[0].is_object() &&
                             is_int_or_string(all_of[0].value("anyOf", Value()));
    values(node, is_int_or_string(any_of), skip_all_of, path);
    type_is_there(node, type, level, path);
    meta(node, level, path);
    if (level == Level::root) complete(node, &node, path, path);  // the server looks no deeper
  }

 private:
  void children(const Value& node, Level level, const std::string& path) {
    if (const Value* items = object_member(node, "items")) this->node(*items, Level::item, path + ".items");
    if (const Value* properties = object_member(node, "properties")) {
      for (const auto& [key, field] : properties->items()) this->node(field, Level::field, property_path(path, key));
    }
    const auto additional = node.find("additionalProperties");
    if (additional == node.end()) return;
    const std::string at = path + ".additionalProperties";
    if (level == Level::root) errors.push_back(field_forbidden(at, "must not be used at the root"));
    if (flag_member(node, "x-kubernetes-embedded-resource")) {
      errors.push_back(field_forbidden(at, "must not be used if x-kubernetes-embedded-resource is set"));
    }
    if (additional->is_object()) this->node(*additional, Level::field, at);
  }

  void extensions(const Value& node, const std::string& path) {
    if (!flag_member(node, "x-kubernetes-int-or-string")) return;
    for (const char* other : {"x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"}) {
      if (flag_member(node, other)) {
        errors.push_back(
            field_invalid(path + "." + other, true, "must be false if x-kubernetes-int-or-string is true"));
      }
    }
  }

  void type_is_there(const Value& node, const std::string& type, Level level, const std::string& path) {
    const std::string at = path + ".type";
    if (flag_member(node, "x-kubernetes-embedded-resource") && type != "object") {
      const char* detail = "must be object if x-kubernetes-embedded-resource is true";
      errors.push_back(type.empty() ? field_required(at, detail) : field_invalid(at, type, detail));
    } else if (type.empty() && !flag_member(node, "x-kubernetes-int-or-string") &&
               !flag_member(node, "x-kubernetes-preserve-unknown-fields")) {
      errors.push_back(field_required(at, level == Level::root   ? "must not be empty at the root"
                                          : level == Level::item ? "must not be empty for specified array items"
                                                                 : "must not be empty for specified object fields"));
    }
    if (level == Level::root && !type.empty() && type != "object") {
      errors.push_back(field_invalid(at, type, "must be object at the root"));
    }
  }

  void meta(const Value& node, Level level, const std::string& path) {
    const bool embedded = flag_member(node, "x-kubernetes-embedded-resource");
    const Value* properties = object_member(node, "properties");
    if (embedded && !flag_member(node, "x-kubernetes-preserve-unknown-fields") &&
        (properties == nullptr || properties->empty())) {
      errors.push_back(field_required(path + ".properties",
                                      "must not be empty if x-kubernetes-embedded-resource is true without "
                                      "x-kubernetes-preserve-unknown-fields"));
    }
    if (properties == nullptr || (level != Level::root && !embedded)) return;
    for (const char* key : {"kind", "apiVersion"}) {
      const Value* field = object_member(*properties, key);
      const std::string type = field == nullptr ? "string" : text_member(*field, "type");
      if (type != "string") {
        errors.push_back(field_invalid(property_path(path, key) + ".type", type, "must be string"));
      }
    }
    if (const Value* metadata = object_member(*properties, "metadata")) {
      metadata_schema(*metadata, level, property_path(path, "metadata"));
    }
  }

  void metadata_schema(const Value& metadata, Level level, const std::string& path) {
    const std::string type = text_member(metadata, "type");
    if (type != "object") errors.push_back(field_invalid(path + ".type", type, "must be object"));
    bool others = false;
    for (const auto& [key, value] : metadata.items()) {
      if (key == "properties" && value.is_object()) {
        for (const auto& [name, field] : value.items()) others = others || (name != "name" && name != "generateName");
      } else if (key != "type" && key != "description" && key != "properties") {
        others = true;
      }
    }
    if (level == Level::root && type == "object" && others) {
      errors.push_back(field_forbidden(path,
                                       "must not specify anything other than name and generateName, but metadata is "
                                       "implicitly specified"));
    }
  }

  // What only judges values: logical combinations and patterns.
  void values(const Value& node, bool skip_any_of, bool skip_first_all_of, const std::string& path) {
    for (const char* key : {"anyOf", "allOf", "oneOf"}) {
      const auto list = node.find(key);
      if (list == node.end() || !list->is_array() || (skip_any_of && key == std::string_view("anyOf"))) continue;
      for (std::size_t i = 0; i < list->size(); ++i) {
        const bool skip = skip_first_all_of && i == 0 && key == std::string_view("allOf");
        nested((*list)[i], skip, fmt::format("{}.{}[{}]", path, key, i));
      }
    }
    if (const Value* inner = object_member(node, "not")) nested(*inner, false, path + ".not");
    const std::string pattern = text_member(node, "pattern");
    const k8s::Result<Pattern> compiled = Pattern::compile(pattern);
    if (!compiled) {
      errors.push_back(field_invalid(path + ".pattern", pattern,
                                     "must be a valid regular expression, but isn't: " + compiled.error().message));
    }
  }

  void nested(const Value& node, bool skip_any_of, const std::string& path) {
    if (!node.is_object()) return;
    values(node, skip_any_of, false, path);
    if (const Value* items = object_member(node, "items")) nested(*items, false, path + ".items");
    if (const Value* properties = object_member(node, "properties")) {
      for (const auto& [key, field] : properties->items()) nested(field, false, property_path(path, key));
      if (properties->contains("metadata")) {
        errors.push_back(field_forbidden(property_path(path, "metadata"), "must not be specified in a nested context"));
      }
    }
    for (const char* key : {"type", "title", "description", "x-kubernetes-list-map-keys", "x-kubernetes-validations"}) {
      if (node.contains(key) && !node[key].empty()) nested_error(path, key, "must be empty to be structural");
    }
    for (const char* key : {"additionalProperties", "default", "x-kubernetes-list-type", "x-kubernetes-map-type"}) {
      if (node.contains(key) && !node[key].is_null()) nested_error(path, key, "must be undefined to be structural");
    }
    for (const char* key : {"nullable", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource",
                            "x-kubernetes-int-or-string"}) {
      if (flag_member(node, key)) nested_error(path, key, "must be false to be structural");
    }
  }

  void nested_error(const std::string& path, const char* key, const char* detail) {
    errors.push_back(field_forbidden(path + "." + key, detail));
  }

  // Everything that a combination below `node` speaks of is declared in `declared`.
  void complete(const Value& node, const Value* declared, const std::string& path, const std::string& declared_path) {
    for (const char* key : {"allOf", "anyOf", "oneOf"}) {
      const auto list = node.find(key);
      for (std::size_t i = 0; list != node.end() && list->is_array() && i < list->size(); ++i) {
        nested_complete((*list)[i], declared, fmt::format("{}.{}[{}]", path, key, i), declared_path);
      }
    }
    if (const Value* inner = object_member(node, "not"))
      nested_complete(*inner, declared, path + ".not", declared_path);
  }

  void nested_complete(const Value& node, const Value* declared, const std::string& path,
                       const std::string& declared_path) {
    if (!node.is_object()) return;
    if (declared == nullptr) {
      errors.push_back(field_required(declared_path, "because it is defined in " + path));
      return;
    }
    complete(node, declared, path, declared_path);
    if (const Value* items = object_member(node, "items")) {
      nested_complete(*items, object_member(*declared, "items"), path + ".items", declared_path + ".items");
    }
    const Value* properties = object_member(node, "properties");
    if (properties == nullptr) return;
    const Value* known = object_member(*declared, "properties");
    for (const auto& [key, field] : properties->items()) {
      nested_complete(field, known == nullptr ? nullptr : object_member(*known, key.c_str()), property_path(path, key),
                      property_path(declared_path, key));
    }
  }
};

}  // namespace

std::string property_path(const std::string& path, const std::string& key) {
  return path + ".properties[" + key + "]";
}

const Value* object_member(const Value& node, const char* key) {
  const auto found = node.find(key);
  return found == node.end() || !found->is_object() ? nullptr : &*found;
}

std::string text_member(const Value& node, const char* key) {
  const auto found = node.find(key);
  return found == node.end() || !found->is_string() ? std::string() : found->get<std::string>();
}

bool flag_member(const Value& node, const char* key) {
  const auto found = node.find(key);
  return found != node.end() && found->is_boolean() && found->get<bool>();
}

std::vector<FieldError> check_structural(const Value& schema, const std::string& path) {
  Structural structural;
  structural.node(schema, Level::root, path);
  return std::move(structural.errors);
}

}  // namespace objects
