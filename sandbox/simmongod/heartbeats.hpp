// SPDX-License-Identifier: Apache-2.0
// Who is there, in which state, with which configuration? One heartbeat to every other member each interval; one that
// fails is retried twice at once before the member counts as down.
//
//   replSetHeartbeat {set, configVersion, configTerm, from, fromId, term, primaryId}
//        -> {ok, term, state, v, configTerm, opTime, durableOpTime, primaryId, electionTime, syncingTo, electable,
//        config?}
//
// `config` comes when the asker's is older. A member that learns of a newer configuration asks its holder at once.
#pragma once

#include "sandbox/simmongod/member.hpp"

namespace simmongod {

bson::Document heartbeat_command(Member& member, bson::View command);
// To everybody, now; the interval begins anew.
void heartbeat_everybody(Member& member);
void stop_heartbeats(Member& member);
// The command as this member would send it.
bson::Document heartbeat_request(const Member& member);

// Every second or so while there is a configuration: a primary without a majority, members not heard of.
void check_liveness(Member& member);

}  // namespace simmongod
