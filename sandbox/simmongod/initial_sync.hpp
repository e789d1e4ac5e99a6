// SPDX-License-Identifier: Apache-2.0
// How does an empty member become a copy? It clones every collection from a source while that goes on changing, then
// applies the oplog from where the source stood at the beginning; applying twice is applying once.
#pragma once

#include "sandbox/simmongod/member.hpp"

namespace simmongod {

void start_initial_sync(Member& member);
// Throws away what is here first.
void begin_again(Member& member);
// replSetGetStatus.initialSyncStatus
bson::Document initial_sync_status(const Member& member);

}  // namespace simmongod
