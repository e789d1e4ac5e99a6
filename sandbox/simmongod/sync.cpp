// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/sync.hpp"

#include <algorithm>

#include "sandbox/simmongod/changes.hpp"
#include "sandbox/simmongod/commit.hpp"
#include "sandbox/simmongod/elections.hpp"
#include "sandbox/simmongod/fetch_source.hpp"
#include "sandbox/simmongod/rollback.hpp"

namespace simmongod {
namespace {

constexpr k8s::Millis kSleep{1000};
constexpr k8s::Millis kDenied{10000};
// On top of how long the source may wait: the server's oplogNetworkTimeoutBufferSeconds.
constexpr k8s::Millis kNetworkBuffer{5000};

void choose(Member& member);
void fetch(Member& member, bool saw_primary, bool restarting);

void set_source(Member& member, const std::string& host) {
  if (member.sync.source == host) return;
  log(member, {"REPL", 21088, "Changed sync source"},
      bson::Document{{"oldSyncSource", member.sync.source}, {"newSyncSource", host}});
  member.sync.source = host;
}

void choose_later(Member& member, k8s::Millis delay) {
  member.timers.cancel(member.sync.retry);
  member.sync.retry = after(member, delay, [](Member& later) {
    later.sync.retry = 0;
    choose(later);
  });
}

bool should_sync(const Member& member) {
  return member.config && member.self >= 0 && !is_primary(member) && !own_config(member)->arbiter &&
         member.sync.phase != Phase::initial_sync && member.sync.phase != Phase::rollback && !member.oplog.empty();
}

void choose(Member& member) {
  if (!should_sync(member)) return;
  int index = -1;
  if (!member.sync.forced.empty()) {
    index = member.config->index_of_host(member.sync.forced);
    member.sync.forced.clear();
    if (index >= 0 && !member.peers[static_cast<std::size_t>(index)].up) index = -1;
  }
  if (index < 0) index = choose_sync_source(member, Need::newer_entries);
  ++member.sync.round;
  if (index < 0) {
    set_source(member, "");
    if (member.config->members.size() == 1) member.sync.message = "Could not find member to sync from";
    return choose_later(member, kSleep);
  }
  const std::string host = member.config->members[static_cast<std::size_t>(index)].host;
  set_source(member, host);
  member.sync.message = "syncing from: " + host;
  ++member.sync.changes;
  log(member, {"REPL", 21799, "Sync source candidate chosen"}, bson::Document{{"syncSource", host}});
  member.sync.restarts = 0;
  member.sync.phase = Phase::applying;
  fetch(member, true, false);
}

// Another source after the server's second of sleep; the member stays without one meanwhile.
void lose_source(Member& member, bool deny) {
  const int index = member.config ? member.config->index_of_host(member.sync.source) : -1;
  if (deny && index >= 0) member.peers[static_cast<std::size_t>(index)].denied_until = member.now.monotonic + kDenied;
  ++member.sync.round;
  member.sync.phase = Phase::idle;
  set_source(member, "");
  member.sync.message.clear();
  choose_later(member, kSleep);
}

void fetch_failed(Member& member) {
  // One restart of the fetcher against the same source, then another source.
  if (member.sync.restarts++ == 0) return fetch(member, true, true);
  log(member, {"REPL", 21273, "Error connecting to or reading from the sync source"},
      bson::Document{{"syncSource", member.sync.source}});
  lose_source(member, true);
}

// The server's rule for leaving a source that still answers.
bool is_stale(const Member& member, const bson::View metadata) {
  if (metadata.number("state") != static_cast<int>(MemberState::primary) &&
      metadata.number("state") != static_cast<int>(MemberState::secondary)) {
    return true;
  }
  const OpTime theirs = metadata.op_time("applied").value_or(OpTime{});
  const bool leads = metadata.flag("isPrimary") || !metadata.string("syncSource").value_or("").empty();
  if (!leads && theirs <= member.oplog.last()) return true;
  const std::int64_t primary = metadata.number("primaryId").value_or(-1);
  if (!member.config->chaining_allowed && !metadata.flag("isPrimary")) return true;
  // Two members must not sync from each other.
  return metadata.string("syncSource") == own_config(member)->host && theirs <= member.oplog.last() && primary < 0;
}

void applied_batch(Member& member, const bson::Document& reply) {
  bool any = false;
  for (const bson::Element& entry : reply.sub("entries")) {
    apply_entry(member, bson::Document(entry.sub()));
    any = true;
  }
  if (any) {
    sync_journal(member);
    report_position(member);
  }
  learn_commit_point(member, reply.op_time("metadata.committed").value_or(OpTime{}));
  if (any) wake_tails(member);
}

void fetched(Member& member, const bson::Document& reply) {
  member.sync.restarts = 0;
  saw_term(member, reply.number("metadata.term").value_or(-1));
  if (is_primary(member)) return;
  applied_batch(member, reply);
  const std::int64_t primary = reply.number("metadata.primaryId").value_or(-1);
  // Entries of the primary prove that it lives, also when they come through somebody else.
  if (primary >= 0 && primary == member.primary_id) heard_from_primary(member);
  if (is_stale(member, reply.sub("metadata"))) return lose_source(member, false);
  fetch(member, reply.flag("metadata.isPrimary"), false);
}

void fetch(Member& member, bool saw_primary, bool restarting) {
  const std::uint64_t round = member.sync.round;
  const std::int64_t wait = member.config->election_timeout_ms / 2;
  const bson::Document body{{"simFetch", 1},
                            {"after", member.oplog.last()},
                            {"committed", member.committed},
                            {"sawPrimary", saw_primary},
                            {"maxAwaitTimeMS", restarting ? std::int64_t{0} : wait}};
  const k8s::Millis timeout = k8s::Millis(restarting ? 2000 : wait) + kNetworkBuffer;
  ask_peer(member, member.sync.source, Channel::fetch, body, timeout, [round](Member& later, const PeerAnswer& reply) {
    if (round != later.sync.round || !should_sync(later)) return;
    if (!reply) return fetch_failed(later);
    if (reply->real("ok") != 0.0) return fetched(later, *reply);
    if (reply->number("code") == static_cast<int>(Err::oplog_start_missing)) return start_rollback(later, *reply);
    lose_source(later, true);
  });
}

void keep_alive(Member& member) {
  report_position(member);
  member.sync.keepalive = after(member, k8s::Millis(5000), [](Member& later) { keep_alive(later); });
}

}  // namespace

void start_syncing(Member& member) {
  if (!should_sync(member)) return;
  if (member.sync.keepalive == 0) keep_alive(member);
  member.sync.phase = Phase::idle;
  ++member.sync.round;
  choose_later(member, k8s::Millis(0));
}

void stop_syncing(Member& member) {
  member.timers.cancel(member.sync.retry);
  ++member.sync.round;
  member.sync.phase = Phase::idle;
  member.sync.source.clear();
  member.sync.message.clear();
}

void reconsider_sync_source(Member& member) {
  if (!should_sync(member)) return;
  if (!member.sync.forced.empty()) return start_syncing(member);
  if (member.sync.source.empty()) return;
  const int index = member.config->index_of_host(member.sync.source);
  if (index < 0) return lose_source(member, false);
  const bool primary = member.config->members[static_cast<std::size_t>(index)].id == member.primary_id;
  if (!member.config->chaining_allowed && !primary) lose_source(member, false);
}

}  // namespace simmongod
