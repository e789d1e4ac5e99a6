// SPDX-License-Identifier: Apache-2.0
// Which fields does a schema fill in?
#pragma once

#include "sandbox/objects/schema.hpp"

namespace objects {

// Fills what is absent, parents before children, so that a default's own members get their defaults. A null is replaced
// where the field has a default and is not nullable.
void apply_defaults(Value& object, const Schema& schema);
// A null that is not allowed and has no default is dropped, as it is on the way in from a client.
void drop_forbidden_nulls(Value& object, const Schema& schema);

// Built-in kinds, as the server's own types write them: members that are never left out are added with their zero
// value, nulls and empty optional lists and maps go, quantities get their canonical text.
void normalize_built_in(Value& object, const Schema& schema);
// The first of these alone: what an object is before anybody set anything.
void add_zero_members(Value& object, const Schema& schema);

// 2.0 -> 2, as Go writes numbers: for what comes from a client, custom resources first of all.
void whole_numbers_as_integers(Value& value);

// "1000m" -> "1", "1024Mi" -> "1Gi", 2 -> "2"; what is no quantity stays.
Value canonical_quantity(const Value& quantity);

}  // namespace objects
