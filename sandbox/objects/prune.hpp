// SPDX-License-Identifier: Apache-2.0
// Which fields of an object does its schema not know, and what is left without them?
//
// apiVersion, kind and metadata of the root and of embedded resources are always known; metadata's own fields are the
// caller's (ObjectMeta is a built-in definition).
#pragma once

#include <string>
#include <vector>

#include "sandbox/objects/schema.hpp"

namespace objects {

// Paths as strict field validation prints them: `spec.foo`, `spec.list[0].foo`. Sorted.
std::vector<std::string> unknown_fields(const Value& object, const Schema& schema);
void prune(Value& object, const Schema& schema);
// A part of an object; resource: it is one of its own, apiVersion, kind and metadata stay.
void prune_part(Value& part, const Schema& schema, bool resource);

}  // namespace objects
