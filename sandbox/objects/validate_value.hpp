// SPDX-License-Identifier: Apache-2.0
// What is wrong with one value alone, whatever is below it?
#pragma once

#include <string>
#include <vector>

#include "sandbox/objects/schema.hpp"

namespace objects {

// Type, limits, pattern, format, enumeration, and the number of items or properties. path: "spec.size".
void check_value(const Value& value, const Schema& schema, const std::string& path, std::vector<FieldError>& out);

}  // namespace objects
