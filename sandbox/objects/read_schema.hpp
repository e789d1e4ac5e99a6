// SPDX-License-Identifier: Apache-2.0
// How does OpenAPI's notation become nodes?
#pragma once

#include <functional>
#include <string>

#include "sandbox/objects/schema.hpp"

namespace objects {

// Gives the node of a named definition; never null for the built-in table.
using Resolve = std::function<SchemaRef(const std::string& definition)>;

// One node and all below it. Takes the keywords of a CRD's openAPIV3Schema and the short forms of kinds.json
// ("string:date-time", "*Definition"). Nothing is judged: parse_crd_schema does that first.
Schema read_schema(const Value& node, const Resolve& resolve);

}  // namespace objects
