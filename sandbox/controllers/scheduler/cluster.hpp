// SPDX-License-Identifier: Apache-2.0
// What there is to choose from: nodes, and who is on them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sandbox/controllers/controller.hpp"

namespace controllers::scheduler {

// Thousandths, by resource: cpu, memory, ephemeral-storage, pods, anything else that nodes offer.
using Amounts = std::map<std::string, std::int64_t>;

// Containers together or the largest init container (sidecars count through), plus overhead.
Amounts requests_of(const Value& pod);

struct Place {
  ObjectRef node;
  Objects pods = {};  // assigned and not ended
  Amounts used = {};
};

struct Cluster {
  std::vector<Place> places;  // by name of the node
  std::map<std::string, Value> namespace_labels;
};

Result<Cluster> look_at_cluster(const Api& api);

// Pods that an affinity term means, seen from `pod`: by namespace and labels.
bool term_selects(const Value& term, const Value& pod, const Value& other, const Cluster& cluster);

}  // namespace controllers::scheduler
