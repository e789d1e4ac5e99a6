// SPDX-License-Identifier: Apache-2.0
// What to do next about one replica set. Pure: the same Observed gives the same Plan, byte for byte.
#pragma once

#include <string_view>
#include <vector>

#include "operators/mongodb/replica_set/observed.hpp"
#include "operators/mongodb/replica_set/plan.hpp"

namespace mongodb {

Plan decide(const Observed& observed);

// The order in which policies are asked, each with its reason: the table of contents of this operator.
std::vector<std::string_view> policy_order();

}  // namespace mongodb
