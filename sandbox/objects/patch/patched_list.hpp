// SPDX-License-Identifier: Apache-2.0
// In which order do the items of a strategically merged list stand?
#pragma once

#include <string>
#include <vector>

#include "sandbox/objects/schema.hpp"

namespace objects {

// Where an item stands in a list: by its merge key, or by itself when the key is empty. Nothing: nowhere.
std::ptrdiff_t position(const Value& list, const Value& item, const std::string& merge_key);

// Items that `wanted` names stand in its order; the others keep the order they had in `original`, and stand before or
// after the named ones as they did there.
Value in_patch_order(const Value& merged, const Value& wanted, const Value& original, const std::string& merge_key);

}  // namespace objects
