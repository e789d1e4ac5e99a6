// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/rollback.hpp"

#include <algorithm>

#include "sandbox/simmongod/initial_sync.hpp"
#include "sandbox/simmongod/sync.hpp"

namespace simmongod {
namespace {

constexpr std::size_t kMaxCandidates = 100'000;

void finish(Member& member) {
  member.sync.phase = Phase::idle;
  set_following(member, MemberState::recovering);
  set_following(member, MemberState::secondary);
  start_syncing(member);
}

void too_stale(Member& member) {
  log(member, {"REPL", 21271, "We are too stale to use any sync source. Initial sync is needed"},
      bson::Document{{"lastOpTimeFetched", member.oplog.last()}});
  member.sync.phase = Phase::idle;
  set_following(member, MemberState::recovering);
  after(member, k8s::Seconds(60), [](Member& later) {
    if (later.following != MemberState::recovering) return;
    set_following(later, MemberState::secondary);
    start_syncing(later);
  });
}

}  // namespace

void roll_back_to(Member& member, const OpTime& common) {
  std::int64_t count = 0;
  while (!member.oplog.empty() && member.oplog.last() != common) {
    const OplogEntry entry = member.oplog.pop();
    member.store.undo(entry.undo);
    ++count;
  }
  member.durable = member.oplog.last();
  record(member, bson::Document{{"rollback", common}}, output::Durability::synced);
  log(member, {"ROLLBACK", 21612, "Rollback summary"},
      bson::Document{{"commonPoint", common}, {"numOperations", count}});
}

void start_rollback(Member& member, const bson::Document& refusal) {
  const OpTime theirs_first = refusal.op_time("first").value_or(OpTime{});
  if (theirs_first.ts > member.oplog.last().ts) return too_stale(member);
  log(member, {"ROLLBACK", 21593, "Rollback - starting, our last entry is not in the sync source's oplog"},
      bson::Document{{"syncSource", member.sync.source}, {"last", member.oplog.last()}});
  member.sync.phase = Phase::rollback;
  set_following(member, MemberState::rollback);
  bson::Array optimes;
  for (std::size_t i = member.oplog.size(); i > 0 && optimes.size() < kMaxCandidates; --i) {
    optimes.append(member.oplog.at(i - 1).optime);
    if (member.oplog.at(i - 1).optime <= member.committed) break;
  }
  const std::uint64_t round = member.sync.round;
  ask_peer(member, member.sync.source, Channel::fetch, bson::Document{{"simCommon", 1}, {"optimes", optimes}},
           k8s::Millis(10000), [round](Member& later, const PeerAnswer& reply) {
             if (round != later.sync.round || later.sync.phase != Phase::rollback) return;
             if (reply && reply->real("ok") != 0.0) {
               roll_back_to(later, reply->op_time("optime").value_or(OpTime{}));
               return finish(later);
             }
             const bool diverged = reply && reply->number("code") == static_cast<int>(Err::oplog_start_missing);
             if (!diverged) return finish(later);  // the source went away; the next one decides
             log(later, {"ROLLBACK", 21609, "Rollback is not possible past the commit point; starting over"});
             later.sync.phase = Phase::idle;
             begin_again(later);
           });
}

}  // namespace simmongod
