// SPDX-License-Identifier: Apache-2.0
// May this member be taken down now? Asked before every disruption, on fresh facts.
#pragma once

#include <optional>
#include <string>

#include "operators/mongodb/replica_set/view.hpp"

namespace mongodb {

// Nothing: yes. Otherwise why not, as a sentence.
//
// A member that is healthy: a primary exists, the rest of the healthy voters is a majority, every other member is
// healthy, Ready and within spec.update.maxLagSeconds, no index is being built, and the oplog covers
// spec.update.minOplogWindowSeconds. A member that is down already (fix forward): the healthy voters are a majority
// without it; it does not matter how the rest fares, because replacing it cannot make things worse. One whose container
// does not run, by the kubelet's own word, is replaced even without that majority: nobody can miss it. The only member
// of a set is let go without a question: there is no way to restart it without downtime.
std::optional<std::string> reason_against_taking_down(const View& view, const Member& victim);

// Why the set as a whole is not healthy; nothing when it is. What only seems to lag is healthy.
std::optional<std::string> unhealthy_because(const View& view);
// Why nothing may be risked for `except`: any other member is not healthy, or may lag.
std::optional<std::string> others_unfit_because(const View& view, const Member& except);

// Who should be primary after `current`: electable, healthy, newest optime, on the target revision rather than not,
// lowest ordinal. Null when nobody can take over, with the reason in `why_not`.
const Member* choose_successor(const View& view, const Member& current, bool only_wanted, std::string& why_not);

// What keeps this member's pod from running, from its containers' states: "CrashLoopBackOff: …". Empty when nothing
// does.
std::string pod_problem(const Member& member);

}  // namespace mongodb
