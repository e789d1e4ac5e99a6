// SPDX-License-Identifier: Apache-2.0
// How does a configuration come into force on this member, whoever sent it?
#pragma once

#include "sandbox/simmongod/member.hpp"

namespace simmongod {

// In memory and in the journal; peers that stay keep what is known of them. `self`: our place in it, -1: not in it.
void install_config(Member& member, SetConfig config, int self);
// As a heartbeat brought it: only a newer one, after finding ourselves in it.
void install_from_heartbeat(Member& member, bson::View document);
// At start: what the journal held.
void install_stored(Member& member, SetConfig config);
// A member that did not find itself (its name resolved elsewhere) looks again.
void retry_finding_self(Member& member);

}  // namespace simmongod
