// SPDX-License-Identifier: Apache-2.0
// How each operation goes on from the phase that status remembers. One function per type; operation.cpp picks.
#pragma once

#include "operators/mongodb/replica_set/proposal.hpp"

namespace mongodb::policies {

// Nothing: the operation can only go on when a later policy has had its say (a new spec must pass its preflight first).
Proposal continue_initialise(const View& view, const Operation& operation);
std::optional<Proposal> continue_restart(const View& view, const Operation& operation);
Proposal continue_scale_up(const View& view, const Operation& operation);
Proposal continue_scale_down(const View& view, const Operation& operation);

// Phase HandingOver, shared by restarts and scale-down: makes `operation.successor` primary in the place of
// `operation.member`, then goes on with `next`. Never forces: if nobody can take over it waits, then stalls with the
// reason.
Proposal hand_over(const View& view, const Operation& operation, Phase next);

// The next phase of the same operation, as an intent.
Proposal advance(const View& view, const Operation& operation, Phase phase, std::string reason);
// A change of the configuration as compare-and-set, on fresh facts.
Proposal reconfigure(const View& view, decltype(effect::Reconfigure::change) change, std::string because);
// Every healthy member has the configuration (term, version) of the view.
bool is_committed(const View& view);

// How long a phase has lasted.
k8s::Seconds age(const View& view, const Operation& operation);
k8s::WallSeconds now_seconds(const View& view);

}  // namespace mongodb::policies
