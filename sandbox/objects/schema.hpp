// SPDX-License-Identifier: Apache-2.0
// One node of a structural schema: what a field may hold, how its lists merge, and which rules it must satisfy.
//
// Built-in kinds and custom resources share this model. A node is immutable once built and shared; a tree may refer
// back to one of its own named nodes (a CRD's schema describes schemas): such a reference does not own, so keep the
// root alive for as long as any node below it is used.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libk8s/json/value.hpp"

namespace objects {

using Value = k8s::json::Value;

class Pattern;
struct Schema;
using SchemaRef = std::shared_ptr<const Schema>;
using Properties = std::map<std::string, SchemaRef, std::less<>>;

// `any`: no type given: int-or-string, a node that only preserves unknown fields, or raw JSON inside a built-in kind.
enum class Type : std::uint8_t { any, object, array, string, integer, number, boolean };
std::string_view name(Type type);  // "" for any

// x-kubernetes-list-type; a list without one is atomic.
enum class ListType : std::uint8_t { atomic, set, map };

// x-kubernetes-validations[i]: evaluated by another room, see RuleChecker in validate.hpp.
struct Rule {
  std::string rule;
  std::string message;
  std::string message_expression;
  std::string reason;      // FieldValueInvalid when empty
  std::string field_path;  // ".spec.x" relative to the node, or empty
  std::optional<bool> optional_old_self;
};

// minimum … uniqueItems: what one value alone must satisfy.
struct Limits {
  std::optional<Value> minimum, maximum, multiple_of;  // numbers as they were written
  bool exclusive_minimum = false, exclusive_maximum = false;
  std::optional<std::int64_t> min_length, max_length, min_items, max_items, min_properties, max_properties;
  std::string pattern;
  std::shared_ptr<const Pattern> compiled_pattern;  // null when there is none, or none that compiles
  std::string format;
  std::vector<Value> enumeration;
  bool unique_items = false;
};

struct Schema {
  Type type = Type::any;
  // Of a built-in: "io.k8s.api.apps.v1.DeploymentSpec"; empty for inline nodes and custom resources.
  std::string definition;
  std::string title, description;  // custom resources only: published to kubectl explain

  Properties properties;
  SchemaRef additional_properties;  // the schema of map values, or null
  bool additional_any = false;      // additionalProperties: true
  SchemaRef items;                  // of an array
  std::vector<std::string> required;
  bool nullable = false;
  std::optional<Value> default_value;
  // Identifies a list item that leaves this key out; never filled in.
  std::optional<Value> key_default;
  Limits limits;
  std::vector<SchemaRef> all_of, any_of, one_of;
  SchemaRef not_;

  bool preserve_unknown_fields = false;
  bool int_or_string = false;
  bool embedded_resource = false;
  ListType list_type = ListType::atomic;
  bool list_type_given = false;
  std::vector<std::string> list_map_keys;
  bool atomic_map = false;  // x-kubernetes-map-type: atomic
  std::vector<Rule> rules;

  // Strategic merge patch, built-ins only: x-kubernetes-patch-merge-key and x-kubernetes-patch-strategy.
  std::string patch_merge_key;
  bool patch_merge = false, patch_replace = false, patch_retain_keys = false;
  // RawExtension: anything, owned whole by server-side apply. Quantity: a scalar of any type.
  bool untyped_atomic = false, any_scalar = false;
  // Built-ins: members that are written even when nobody set them, with the zero value of their type or as null.
  std::vector<std::string> zero_members, null_members;
  // Built-ins: the groups and kinds this node is the root of, as {group, kind, version} objects.
  std::vector<Value> group_version_kinds;

  // Null when there is none of that name.
  const Schema* property(std::string_view field) const;
  // The schema of a member, declared or of a map; null when unknown.
  const Schema* member(std::string_view field) const;
};

// One thing wrong with an object. `message` is the cause's message as the API server words it ("Required value",
// `Invalid value: "x": …`); `reason` is the cause's reason (FieldValueInvalid, FieldValueRequired, …).
struct FieldError {
  std::string reason;
  std::string field;
  std::string message;

  bool operator==(const FieldError&) const = default;
};

// "spec.members: Required value"; of several: "[a, b]", each text once.
std::string to_string(const FieldError& error);
std::string to_string(const std::vector<FieldError>& errors);

FieldError field_required(std::string field, std::string_view detail);
FieldError field_invalid(std::string field, const Value& bad, std::string_view detail);
FieldError field_type_invalid(std::string field, const Value& bad, std::string_view detail);
FieldError field_forbidden(std::string field, std::string_view detail);
FieldError field_duplicate(std::string field, const Value& bad);
FieldError field_not_supported(std::string field, const Value& bad, const std::vector<std::string>& supported);
FieldError field_too_long(std::string field, std::int64_t max_bytes);
FieldError field_too_many(std::string field, std::int64_t actual, std::int64_t max);
// A value as Go prints it inside a field error: "x", 3, {"a":1}, null.
std::string quoted(const Value& value);

}  // namespace objects
