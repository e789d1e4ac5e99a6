// SPDX-License-Identifier: Apache-2.0
// Can the pod run on this node, and if not, why not?
#pragma once

#include "sandbox/controllers/scheduler/cluster.hpp"

namespace controllers::scheduler {

// A claim of the pod as far as it bears on where the pod may go.
struct PodClaim {
  ObjectRef claim;
  ObjectRef volume;      // bound to it already; null: not yet
  bool waits = false;    // for its first consumer
  Objects offers = {};   // volumes that it could take
  bool is_made = false;  // its class makes one anywhere
};

struct Refusal {
  std::vector<std::string> reasons;
  bool for_good = true;  // no eviction of other pods would help
};

// What is the same for every node.
struct Wish {
  const Value& pod;
  const Cluster& cluster;
  Amounts requests;
  std::vector<PodClaim> claims;
};

// Nothing: it can.
std::optional<Refusal> refuse(const Wish& wish, const Place& place);

}  // namespace controllers::scheduler
