// SPDX-License-Identifier: Apache-2.0
// From whom does a member copy the oplog, and what happens when that one goes away?
//
//   choosing ──found──> fetching ──batch──> applied, reported ──> fetching …
//      ^  └─nobody is ahead: again in 1 s        │
//      └──── 1 s ── source gone, stale, or not allowed any more
//
// The second of waiting is the server's (bgsync sleeps when it has no source) and is what a planned hand-over costs.
#pragma once

#include "sandbox/simmongod/member.hpp"

namespace simmongod {

void start_syncing(Member& member);
void stop_syncing(Member& member);
// The configuration or somebody's role has changed: is the source still one?
void reconsider_sync_source(Member& member);

bson::Document sync_from_command(Member& member, bson::View command);

// sync_source.cpp: -1 when nobody will do. An initial sync takes anybody who has data.
enum class Need { newer_entries, any_data };
int choose_sync_source(const Member& member, Need need);
// Why the member may never be a source for us; empty: it may.
std::string why_not_a_source(const Member& member, int index, Need need);

}  // namespace simmongod
