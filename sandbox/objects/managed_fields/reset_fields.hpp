// SPDX-License-Identifier: Apache-2.0
// Which fields does a write through the main resource or through a subresource not count as its own?
#pragma once

#include <string_view>

#include "sandbox/objects/kinds.hpp"
#include "sandbox/objects/managed_fields/field_set.hpp"

namespace objects {

FieldSet reset_fields(const Kind& kind, std::string_view subresource);
// has_status: the version has the status subresource.
FieldSet custom_resource_reset_fields(bool has_status, std::string_view subresource);

}  // namespace objects
