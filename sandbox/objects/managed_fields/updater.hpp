// SPDX-License-Identifier: Apache-2.0
// How does one write change who owns what? The arithmetic, on typed objects without managedFields.
#pragma once

#include <string>
#include <variant>

#include "sandbox/objects/managed_fields/entries.hpp"
#include "sandbox/objects/managed_fields/typed.hpp"

namespace objects {

// An entry recorded under an older schema, in terms of this one.
FieldSet reconciled(const FieldSet& set, const Schema& schema);

// A plain write: what changed now belongs to `writer`, and to nobody else. No entry for a writer that changed nothing.
void update_owners(const Value& before, const Value& after, const Schema& schema, const WriteScope& scope,
                   const Manager& writer, Entries& entries);

// An apply: `entries` is changed only on success. The value is the new object; unchanged when it equals live.
std::variant<Value, Conflicts> apply_owners(const Value& live, const Value& applied, const Schema& schema,
                                            const WriteScope& scope, const Manager& applier, Force force,
                                            Entries& entries);

// `"kubectl" with subresource "scale" using apps/v1`
std::string described(const Manager& manager);

}  // namespace objects
