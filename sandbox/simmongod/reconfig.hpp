// SPDX-License-Identifier: Apache-2.0
// How does the configuration change while the set runs?
//
//   replSetReconfig ──> is the current one committed? (waits) ──> rules ──> quorum check ──> installed ──> committed?
//   ──> ok
//                        └ maxTimeMS: 308                       └ 103, 93     └ 74                         └ maxTimeMS:
//                        50
//
// A configuration is committed when a majority of its voters has it and what was committed before is committed in it.
// Voters that join are `newlyAdded` (no vote) until they have synced; the primary then changes the configuration
// itself.
#pragma once

#include <optional>

#include "sandbox/simmongod/member.hpp"

namespace simmongod {

std::optional<bson::Document> reconfig_command(Member& member, ReplyTo to, bson::View command);
bson::Document get_config_command(const Member& member, bson::View command);

bool is_config_committed(const Member& member);
// News about a member: whoever waits for the commitment looks again.
void config_may_be_committed(Member& member);
// A member that has synced gets its vote.
void clear_newly_added(Member& member);

}  // namespace simmongod
