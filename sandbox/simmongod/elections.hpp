// SPDX-License-Identifier: Apache-2.0
// Who becomes primary? Terms, votes, time-outs and take-overs, as replication protocol version 1 has them (Raft with
// priorities). One vote per term, written down before it is given.
#pragma once

#include "sandbox/simmongod/member.hpp"

namespace simmongod {

bson::Document request_votes_command(Member& member, bson::View command);
// replSetStepUp: of a client, or of a primary that hands over (skipDryRun).
std::optional<bson::Document> step_up_command(Member& member, ReplyTo to, bson::View command);
bson::Document freeze_command(Member& member, bson::View command);

// A newer term ends a primacy and every election of an older one.
void saw_term(Member& member, std::int64_t term);
void set_primary(Member& member, std::int64_t id);
// The time-out begins anew.
void heard_from_primary(Member& member);
void arm_election_timeout(Member& member);
void consider_priority_takeover(Member& member);
// A set of one that is at rest elects itself at once.
void elect_if_alone(Member& member);

bool is_up_to_date(const Member& member, const OpTime& candidate);

}  // namespace simmongod
