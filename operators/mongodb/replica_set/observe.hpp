// SPDX-License-Identifier: Apache-2.0
// How Observed comes about: from stores, monitors and memory, at one moment, without waiting for anything.
#pragma once

#include "libk8s/runtime/pass.hpp"
#include "operators/mongodb/monitor/members.hpp"
#include "operators/mongodb/replica_set/keyfiles.hpp"
#include "operators/mongodb/replica_set/mongo_effects.hpp"
#include "operators/mongodb/replica_set/observed.hpp"
#include "operators/mongodb/replica_set/stores.hpp"

namespace mongodb {

// How this operator was started, as far as decide cares.
struct Settings {
  std::string helper_image;
  std::string cluster_domain = "cluster.local";
};

struct Sources {
  const Settings& settings;
  const Stores& stores;
  const Keyfiles& keyfiles;
  const Members& members;
  const FreezeMemory& freezes;
};

// A set that is not in the store any more gives an Observed whose set has no uid.
Observed observe(const Sources& sources, const k8s::ObjectKey& key, const k8s::PassFacts& facts);

// Watches exactly the processes that the set's pods are now: by pod uid and address, never by name. Called before each
// pass.
void watch_members(const Stores& stores, Keyfiles& keyfiles, Members& members, const k8s::ObjectKey& key);

}  // namespace mongodb
