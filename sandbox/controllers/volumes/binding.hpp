// SPDX-License-Identifier: Apache-2.0
// Which volume does a claim get, and how do the two become one?
#pragma once

#include "sandbox/controllers/controller.hpp"

namespace controllers::volumes {

inline constexpr std::string_view kComponent = "persistentvolume-controller";

std::int64_t requested_milli(const Value& claim);
std::int64_t capacity_milli(const Value& volume);
// spec.claimRef is this claim, by uid or, where it has none yet, by name.
bool is_meant_for(const Value& volume, const Value& claim);

// The smallest volume that will do, one that names the claim already before any other; null when there is none. `node`
// is where it has to be usable; null: anywhere.
Result<ObjectRef> find_volume(const Api& api, const Value& claim, const Value* node);

// Writes both references and phases; everything that is so already is left alone.
Result<void> bind_both(Api& api, const Now& now, const Value& volume, const Value& claim);

}  // namespace controllers::volumes
