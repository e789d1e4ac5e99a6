// SPDX-License-Identifier: Apache-2.0
// Keyword by keyword, from JSON to a node.
#include "sandbox/objects/read_schema.hpp"

#include "sandbox/objects/pattern.hpp"

namespace objects {
namespace {

Type type_of(std::string_view word) {
  for (const Type type : {Type::object, Type::array, Type::string, Type::integer, Type::number, Type::boolean}) {
    if (name(type) == word) return type;
  }
  return Type::any;
}

std::string text(const Value& node, const char* key) {
  const auto found = node.find(key);
  return found != node.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool flag(const Value& node, const char* key) {
  const auto found = node.find(key);
  return found != node.end() && found->is_boolean() && found->get<bool>();
}

std::vector<std::string> texts(const Value& node, const char* key) {
  std::vector<std::string> out;
  const auto found = node.find(key);
  if (found == node.end() || !found->is_array()) return out;
  for (const Value& one : *found) {
    if (one.is_string()) out.push_back(one.get<std::string>());
  }
  return out;
}

std::optional<std::int64_t> count(const Value& node, const char* key) {
  const auto found = node.find(key);
  if (found == node.end() || !found->is_number()) return std::nullopt;
  return found->get<std::int64_t>();
}

std::optional<Value> any(const Value& node, const char* key) {
  const auto found = node.find(key);
  if (found == node.end()) return std::nullopt;
  return *found;
}

SchemaRef child(const Value& node, const Resolve& resolve) {
  if (node.is_string() && node.get_ref<const std::string&>().starts_with('*')) {
    return resolve(node.get_ref<const std::string&>().substr(1));
  }
  return std::make_shared<const Schema>(read_schema(node, resolve));
}

std::vector<SchemaRef> children(const Value& node, const char* key, const Resolve& resolve) {
  std::vector<SchemaRef> out;
  const auto found = node.find(key);
  if (found == node.end() || !found->is_array()) return out;
  for (const Value& one : *found) out.push_back(child(one, resolve));
  return out;
}

Limits read_limits(const Value& node) {
  Limits out;
  out.minimum = any(node, "minimum");
  out.maximum = any(node, "maximum");
  out.multiple_of = any(node, "multipleOf");
  out.exclusive_minimum = flag(node, "exclusiveMinimum");
  out.exclusive_maximum = flag(node, "exclusiveMaximum");
  out.min_length = count(node, "minLength");
  out.max_length = count(node, "maxLength");
  out.min_items = count(node, "minItems");
  out.max_items = count(node, "maxItems");
  out.min_properties = count(node, "minProperties");
  out.max_properties = count(node, "maxProperties");
  out.pattern = text(node, "pattern");
  if (!out.pattern.empty()) {
    if (k8s::Result<Pattern> compiled = Pattern::compile(out.pattern)) {
      out.compiled_pattern = std::make_shared<const Pattern>(std::move(*compiled));
    }
  }
  out.format = text(node, "format");
  out.unique_items = flag(node, "uniqueItems");
  if (const auto found = node.find("enum"); found != node.end() && found->is_array()) {
    out.enumeration.assign(found->begin(), found->end());
  }
  return out;
}

void read_rules(const Value& node, Schema& out) {
  const auto found = node.find("x-kubernetes-validations");
  if (found == node.end() || !found->is_array()) return;
  for (const Value& one : *found) {
    Rule rule{.rule = text(one, "rule"),
              .message = text(one, "message"),
              .message_expression = text(one, "messageExpression"),
              .reason = text(one, "reason"),
              .field_path = text(one, "fieldPath"),
              .optional_old_self = {}};
    if (one.contains("optionalOldSelf")) rule.optional_old_self = flag(one, "optionalOldSelf");
    out.rules.push_back(std::move(rule));
  }
}

void read_extensions(const Value& node, Schema& out) {
  out.preserve_unknown_fields = out.preserve_unknown_fields || flag(node, "x-kubernetes-preserve-unknown-fields");
  out.int_or_string = out.int_or_string || flag(node, "x-kubernetes-int-or-string");
  out.embedded_resource = out.embedded_resource || flag(node, "x-kubernetes-embedded-resource");
  if (const std::string list = text(node, "x-kubernetes-list-type"); !list.empty()) {
    out.list_type_given = true;
    out.list_type = list == "map" ? ListType::map : list == "set" ? ListType::set : ListType::atomic;
  }
  if (node.contains("x-kubernetes-list-map-keys")) out.list_map_keys = texts(node, "x-kubernetes-list-map-keys");
  if (const std::string map = text(node, "x-kubernetes-map-type"); !map.empty()) out.atomic_map = map == "atomic";
  if (const std::string key = text(node, "x-kubernetes-patch-merge-key"); !key.empty()) out.patch_merge_key = key;
  const std::string strategy = text(node, "x-kubernetes-patch-strategy");
  out.patch_merge = out.patch_merge || strategy.starts_with("merge");
  out.patch_replace = out.patch_replace || strategy == "replace";
  out.patch_retain_keys = out.patch_retain_keys || strategy.ends_with("retainKeys");
  if (node.contains("x-zero")) out.zero_members = texts(node, "x-zero");
  if (node.contains("x-zero-null")) out.null_members = texts(node, "x-zero-null");
  if (const auto found = node.find("x-kubernetes-group-version-kind"); found != node.end() && found->is_array()) {
    out.group_version_kinds.assign(found->begin(), found->end());
  }
  read_rules(node, out);
}

void read_members(const Value& node, const Resolve& resolve, Schema& out) {
  if (const auto found = node.find("properties"); found != node.end() && found->is_object()) {
    for (const auto& [key, value] : found->items()) out.properties.emplace(key, child(value, resolve));
  }
  if (const auto found = node.find("additionalProperties"); found != node.end()) {
    if (found->is_boolean()) {
      out.additional_any = found->get<bool>();
    } else {
      out.additional_properties = child(*found, resolve);
    }
  }
  if (const auto found = node.find("items"); found != node.end() && !found->is_array()) {
    out.items = child(*found, resolve);
  }
}

Schema read_short(const std::string& word) {
  Schema out;
  const auto colon = word.find(':');
  out.type = type_of(word.substr(0, colon));
  if (colon != std::string::npos) out.limits.format = word.substr(colon + 1);
  return out;
}

}  // namespace

Schema read_schema(const Value& node, const Resolve& resolve) {
  if (node.is_string()) return read_short(node.get_ref<const std::string&>());
  if (!node.is_object()) return {};
  Schema out;
  if (const auto found = node.find("$ref"); found != node.end() && found->is_string() && resolve) {
    // A reference with words of its own: the definition, changed here.
    out = *resolve(found->get<std::string>());
    read_extensions(node, out);
  } else {
    out.type = type_of(text(node, "type"));
    out.title = text(node, "title");
    out.description = text(node, "description");
    out.required = texts(node, "required");
    out.nullable = flag(node, "nullable");
    out.limits = read_limits(node);
    out.int_or_string = out.type == Type::any && out.limits.format == "int-or-string";
    read_extensions(node, out);
    read_members(node, resolve, out);
    out.all_of = children(node, "allOf", resolve);
    out.any_of = children(node, "anyOf", resolve);
    out.one_of = children(node, "oneOf", resolve);
    if (const auto found_not = node.find("not"); found_not != node.end()) out.not_ = child(*found_not, resolve);
  }
  // A null says that there is none.
  if (auto given = any(node, "default"); given && !given->is_null()) out.default_value = std::move(given);
  if (auto given = any(node, "x-key-default")) out.key_default = std::move(given);
  return out;
}

}  // namespace objects
