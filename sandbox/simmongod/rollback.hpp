// SPDX-License-Identifier: Apache-2.0
// What when our newest entries are not in the source's oplog? Find the newest entry both have, take ours back to it, go
// on from there. Never past the commit point: a member that would have to must start over.
#pragma once

#include "sandbox/simmongod/member.hpp"

namespace simmongod {

// `refusal`: the source's answer 120, with the first optime it still has.
void start_rollback(Member& member, const bson::Document& refusal);
// Takes back every entry after the optime, here and in the journal.
void roll_back_to(Member& member, const OpTime& common);

}  // namespace simmongod
