// SPDX-License-Identifier: Apache-2.0
// How does a primary stop being one: asked to, shutting down, outvoted, or without a majority?
//
//   replSetStepDown ──> attempting: no writes, those under way are interrupted ──> caught up? ──> secondary, hands over
//                                                            └─ not within the catch-up period: 262, or by force
//
// "Caught up" is what the last heartbeats and position reports said, as on the server: members that have stopped since
// still look well.
#pragma once

#include "sandbox/simmongod/member.hpp"

namespace simmongod {

std::optional<bson::Document> step_down_command(Member& member, ReplyTo to, bson::View command);
// Part of a shutdown; `then` is called once it is over. Nobody caught up within `at_most`: steps down all the same.
void step_down_for_shutdown(Member& member, k8s::Millis at_most, Action then);
// News about a member: an attempt under way looks again.
void step_down_if_possible(Member& member);
// At once and without a successor.
void step_down_now(Member& member, std::string_view why);

// True once per attempt, for a write that comes between "no more writes" and the replication state lock.
bool is_caught_in_the_middle(Member& member);

}  // namespace simmongod
