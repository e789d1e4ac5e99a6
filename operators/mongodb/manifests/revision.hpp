// SPDX-License-Identifier: Apache-2.0
// Which fields of a replica set make a member restart, as one short hash.
//
// It is ours and not the workload's: an operator of another version, which renders the pod differently, computes the
// same hash from the same spec and so restarts nobody. Reverting a spec gives the old hash back.
#pragma once

#include <string>

#include "libk8s/json/value.hpp"
#include "operators/mongodb/api/mongo_replica_set.hpp"

namespace mongodb {

// `config` is mongod_config()'s.
std::string revision_of(const MongoReplicaSet& set, const k8s::json::Value& config);

}  // namespace mongodb
