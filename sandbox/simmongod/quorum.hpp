// SPDX-License-Identifier: Apache-2.0
// Before a configuration is installed: do enough of its members answer?
#pragma once

#include "sandbox/simmongod/member.hpp"

namespace simmongod {

enum class QuorumOf { all_members, majority_of_voters };
// Nothing: enough of them do. Else the refusal with its code 74 (or 103: a member that has another set's
// configuration).
using QuorumDone = std::function<void(Member&, const std::optional<Refusal>&)>;
void check_quorum(Member& member, const SetConfig& config, QuorumOf of, QuorumDone done);

}  // namespace simmongod
