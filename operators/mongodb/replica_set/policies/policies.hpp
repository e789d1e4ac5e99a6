// SPDX-License-Identifier: Apache-2.0
// Every idea of what to do next, one function each. decide.cpp asks them in order; the first that proposes something
// has its way.
#pragma once

#include <optional>

#include "operators/mongodb/replica_set/proposal.hpp"

namespace mongodb::policies {

// deletion.cpp: members in order, primary last; claims by policy; then the finalizer.
std::optional<Proposal> deletion(const View& view);
std::optional<Proposal> finalizer(const View& view);

// operation.cpp: whatever status.operation says is under way.
std::optional<Proposal> operation_under_way(const View& view);

// objects.cpp
std::optional<Proposal> valid_spec(const View& view);
std::optional<Proposal> shared_objects(const View& view);
std::optional<Proposal> member_objects(const View& view);
std::optional<Proposal> primary_service(const View& view);
std::optional<Proposal> leftovers(const View& view);

// preflight.cpp: no member meets an image or a configuration that mongod itself has not accepted.
std::optional<Proposal> preflight(const View& view);

// initialise.cpp
std::optional<Proposal> record_identity(const View& view);
std::optional<Proposal> initialise(const View& view);

// scale.cpp
std::optional<Proposal> scale_down(const View& view);
std::optional<Proposal> joining_members(const View& view);
std::optional<Proposal> missing_members(const View& view);

// next_restart.cpp: pods outside the replica set take a change at once; which member comes next when it needs restarts.
std::optional<Proposal> replace_outsiders(const View& view);
std::optional<Proposal> next_restart(const View& view);
// How many restarts and elections the change still costs.
Preview preview(const View& view);

// waiting.cpp: nothing to do but the set is not as it should be.
std::optional<Proposal> paused(const View& view);
std::optional<Proposal> no_primary(const View& view);
std::optional<Proposal> unhealthy(const View& view);
std::optional<Proposal> not_ready(const View& view);

}  // namespace mongodb::policies
