// SPDX-License-Identifier: Apache-2.0
// How is a schema written as OpenAPI v3, for kubectl explain and for clients that check fields?
#pragma once

#include <string>
#include <vector>

#include "sandbox/objects/schema.hpp"

namespace objects {

// The node itself; named nodes below it become references to #/components/schemas/<definition>.
Value to_open_api_v3(const Schema& schema);
// Every named node reachable from the roots, by name, each as to_open_api_v3 writes it.
Value component_schemas(const std::vector<SchemaRef>& roots);

}  // namespace objects
