// SPDX-License-Identifier: Apache-2.0
// Do pods want to be, or not to be, where others are?
#pragma once

#include "sandbox/controllers/scheduler/cluster.hpp"

namespace controllers::scheduler {

// The label's value of the node; nothing where it has none.
std::optional<std::string> domain_of(const Place& place, const Value& term);
// How many pods that the term means are in the place's domain.
int count_in_domain(const Value& term, const Value& pod, const Place& place, const Cluster& cluster);

bool satisfies_affinity(const Value& pod, const Place& place, const Cluster& cluster);
bool satisfies_anti_affinity(const Value& pod, const Place& place, const Cluster& cluster);
// The other way round: required anti-affinity of pods that are there.
bool is_welcome(const Value& pod, const Place& place, const Cluster& cluster);
// topologySpreadConstraints with DoNotSchedule.
bool spreads_well(const Value& pod, const Place& place, const Cluster& cluster);

}  // namespace controllers::scheduler
