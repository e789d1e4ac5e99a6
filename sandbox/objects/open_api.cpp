// SPDX-License-Identifier: Apache-2.0
// Schemas, published.
#include "sandbox/objects/open_api.hpp"

namespace objects {
namespace {

Value reference_to(const Schema& schema) {
  return {{"$ref", "#/components/schemas/" + schema.definition}};
}

Value child(const Schema& schema) {
  if (schema.definition.empty()) return to_open_api_v3(schema);
  Value out = reference_to(schema);
  if (!schema.default_value) return out;
  // What stands beside a reference is lost to OpenAPI v3.0 readers: it goes around it.
  return {{"allOf", Value::array({out})}, {"default", *schema.default_value}};
}

void put(Value& out, const char* key, const std::string& text) {
  if (!text.empty()) out[key] = text;
}
void put(Value& out, const char* key, bool flag) {
  if (flag) out[key] = true;
}
template <class T>
void put(Value& out, const char* key, const std::optional<T>& value) {
  if (value) out[key] = *value;
}
void put(Value& out, const char* key, const std::vector<SchemaRef>& schemas) {
  for (const SchemaRef& one : schemas) out[key].push_back(child(*one));
}

void put_limits(Value& out, const Limits& limits) {
  put(out, "minimum", limits.minimum);
  put(out, "maximum", limits.maximum);
  put(out, "multipleOf", limits.multiple_of);
  put(out, "exclusiveMinimum", limits.exclusive_minimum);
  put(out, "exclusiveMaximum", limits.exclusive_maximum);
  put(out, "minLength", limits.min_length);
  put(out, "maxLength", limits.max_length);
  put(out, "minItems", limits.min_items);
  put(out, "maxItems", limits.max_items);
  put(out, "minProperties", limits.min_properties);
  put(out, "maxProperties", limits.max_properties);
  put(out, "pattern", limits.pattern);
  put(out, "format", limits.format);
  if (!limits.enumeration.empty()) out["enum"] = limits.enumeration;
}

void put_extensions(Value& out, const Schema& schema) {
  put(out, "x-kubernetes-preserve-unknown-fields", schema.preserve_unknown_fields);
  put(out, "x-kubernetes-int-or-string", schema.int_or_string && schema.definition.empty());
  put(out, "x-kubernetes-embedded-resource", schema.embedded_resource);
  if (schema.list_type_given) {
    const bool map = schema.list_type == ListType::map;
    out["x-kubernetes-list-type"] = map ? "map" : schema.list_type == ListType::set ? "set" : "atomic";
  }
  if (!schema.list_map_keys.empty()) out["x-kubernetes-list-map-keys"] = schema.list_map_keys;
  if (schema.atomic_map) out["x-kubernetes-map-type"] = "atomic";
  put(out, "x-kubernetes-patch-merge-key", schema.patch_merge_key);
  const char* merge = schema.patch_retain_keys ? "merge,retainKeys" : "merge";
  if (schema.patch_merge) out["x-kubernetes-patch-strategy"] = merge;
  if (!schema.patch_merge && schema.patch_retain_keys) out["x-kubernetes-patch-strategy"] = "retainKeys";
  if (schema.patch_replace) out["x-kubernetes-patch-strategy"] = "replace";
  if (!schema.group_version_kinds.empty()) out["x-kubernetes-group-version-kind"] = schema.group_version_kinds;
  for (const Rule& rule : schema.rules) {
    Value one = {{"rule", rule.rule}};
    put(one, "message", rule.message);
    put(one, "messageExpression", rule.message_expression);
    put(one, "reason", rule.reason);
    put(one, "fieldPath", rule.field_path);
    put(one, "optionalOldSelf", rule.optional_old_self);
    out["x-kubernetes-validations"].push_back(std::move(one));
  }
}

void gather(const Schema& schema, Value& into) {
  if (!schema.definition.empty()) {
    if (into.contains(schema.definition)) return;
    into[schema.definition] = to_open_api_v3(schema);
  }
  for (const auto& [unused, field] : schema.properties) gather(*field, into);
  for (const SchemaRef& one : {schema.items, schema.additional_properties, schema.not_}) {
    if (one != nullptr) gather(*one, into);
  }
}

}  // namespace

Value to_open_api_v3(const Schema& schema) {
  Value out = Value::object();
  put(out, "type", std::string(name(schema.type)));
  put(out, "title", schema.title);
  put(out, "description", schema.description);
  if (!schema.required.empty()) out["required"] = schema.required;
  put(out, "nullable", schema.nullable);
  put(out, "default", schema.default_value);
  put_limits(out, schema.limits);
  put_extensions(out, schema);
  for (const auto& [key, field] : schema.properties) out["properties"][key] = child(*field);
  if (schema.additional_properties != nullptr) out["additionalProperties"] = child(*schema.additional_properties);
  put(out, "additionalProperties", schema.additional_any);
  if (schema.items != nullptr) out["items"] = child(*schema.items);
  put(out, "allOf", schema.all_of);
  put(out, "anyOf", schema.any_of);
  put(out, "oneOf", schema.one_of);
  if (schema.not_ != nullptr) out["not"] = child(*schema.not_);
  return out;
}

Value component_schemas(const std::vector<SchemaRef>& roots) {
  Value out = Value::object();
  for (const SchemaRef& root : roots) gather(*root, out);
  return out;
}

}  // namespace objects
