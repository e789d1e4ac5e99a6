// SPDX-License-Identifier: Apache-2.0
// What does a schema say of two objects side by side: their field sets, their differences, their merge?
#pragma once

#include "libk8s/base/result.hpp"
#include "sandbox/objects/managed_fields/field_set.hpp"
#include "sandbox/objects/schema.hpp"

namespace objects {

struct Comparison {
  FieldSet added, modified, removed;

  bool same() const { return added.empty() && modified.empty() && removed.empty(); }
};

enum class Duplicates : bool { refuse, allow };

// Code::invalid with every complaint: `.spec.foo: field not declared in schema`.
k8s::Result<void> check_typed(const Value& object, const Schema& schema, Duplicates duplicates);
FieldSet to_field_set(const Value& object, const Schema& schema);
Comparison compare(const Value& before, const Value& after, const Schema& schema);
// What `applied` says, over `live`.
Value merge_applied(const Value& live, const Value& applied, const Schema& schema);
Value remove_fields(const Value& object, const FieldSet& set, const Schema& schema);
// Paths that must exist as members for their children to exist are added (struct fields are not: they appear by
// themselves).
FieldSet ensure_named_fields_are_members(const FieldSet& set, const Schema& schema);

}  // namespace objects
