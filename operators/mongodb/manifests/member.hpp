// SPDX-License-Identifier: Apache-2.0
// The objects of one member: its StatefulSet of one replica, its headless Service and its claim.
//
// One StatefulSet per member, under OnDelete: only the member whose turn it is gets a new template, and every member is
// kept alive while the operator is away (docs/decisions/0003).
#pragma once

#include <string>

#include "libk8s/apply/effect.hpp"
#include "operators/mongodb/api/mongo_replica_set.hpp"
#include "operators/mongodb/manifests/names.hpp"

namespace mongodb {

// What a builder needs beside the replica set itself.
struct Build {
  const MongoReplicaSet& set;
  Names names;
  std::string helper_image;  // holds /usr/bin/sagong-member; a change of it restarts nobody
};

k8s::Manifest member_stateful_set(const Build& build, std::int64_t ordinal, const std::string& revision);
// The name of this Service is the member's host name in the replica set configuration.
k8s::Manifest member_service(const Build& build, std::int64_t ordinal);
// Without owner: it outlives the replica set unless spec.storage.reclaimPolicy says otherwise.
k8s::Manifest member_claim(const Build& build, std::int64_t ordinal);

// Runs `mongod --outputConfig` with the target image and configuration, once, and is read by its exit code and
// termination message.
k8s::Manifest preflight_pod(const Build& build, const std::string& revision);

}  // namespace mongodb
