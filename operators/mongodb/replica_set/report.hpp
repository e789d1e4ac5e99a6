// SPDX-License-Identifier: Apache-2.0
// What status says: the facts, and the proposal's sentence. At rest it does not move, so that nothing is written.
#pragma once

#include "operators/mongodb/replica_set/proposal.hpp"

namespace mongodb {

MongoReplicaSetStatus report(const View& view, const Proposal& proposal);

}  // namespace mongodb
