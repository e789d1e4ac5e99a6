// SPDX-License-Identifier: Apache-2.0
// Which of the nodes that a pod can run on is best for it?
#pragma once

#include "sandbox/controllers/scheduler/filters.hpp"

namespace controllers::scheduler {

// The index of the best; `able` are indexes of places, not empty. Preferred node and pod affinity by their weights and
// PreferNoSchedule taints come first, then few pods of the same controller on the node and in its zone, then free cpu
// and memory.
std::size_t best_of(const Wish& wish, const std::vector<std::size_t>& able);

}  // namespace controllers::scheduler
