// SPDX-License-Identifier: Apache-2.0
// The text of kinds.json, as it is built into the program.
#pragma once

#include <string_view>

namespace objects {

std::string_view embedded_kinds();

}  // namespace objects
