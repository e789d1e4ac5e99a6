// SPDX-License-Identifier: Apache-2.0
// How far has everybody got, what does the majority have, and whose write concern is fulfilled by that?
#pragma once

#include <optional>
#include <variant>

#include "sandbox/simmongod/member.hpp"

namespace simmongod {

std::variant<WriteConcern, Refusal> parse_write_concern(const Member& member, bson::View command);

// Answers at once, or when enough members have the optime, or with a writeConcernError.
void answer_when_written(Member& member, ReplyTo to, bson::Document reply, const OpTime& optime,
                         const WriteConcern& concern);

// What another member is known to have. Never goes back, except when a new term begins.
void learn_position(Member& member, int index, const OpTime& applied, const OpTime& durable, k8s::Wall wall);
// On a primary: from what is known of the voters. Elsewhere: as told.
void advance_commit_point(Member& member);
void learn_commit_point(Member& member, const OpTime& committed);

// Everybody that waits is told: the member is no longer primary, or goes away.
void interrupt_writes(Member& member, Err code, std::string_view message);

// {replSetUpdatePosition, optimes: [{memberId, appliedOpTime, durableOpTime, …}]}: sent up the chain of sync sources.
bson::Document update_position_command(Member& member, bson::View command);
void report_position(Member& member);

}  // namespace simmongod
