// SPDX-License-Identifier: Apache-2.0
// Are the words around a CRD's validation rules in order? (What the rules say is for the room that knows CEL.)
#pragma once

#include <string>
#include <vector>

#include "sandbox/objects/schema.hpp"

namespace objects {

void check_rules(const Value& node, const std::string& path, std::vector<FieldError>& errors);

}  // namespace objects
