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

}  // namespace objects
