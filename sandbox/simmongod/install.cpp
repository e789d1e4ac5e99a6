// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/install.hpp"

#include "sandbox/simmongod/commit.hpp"
#include "sandbox/simmongod/elections.hpp"
#include "sandbox/simmongod/heartbeats.hpp"
#include "sandbox/simmongod/initial_sync.hpp"
#include "sandbox/simmongod/stepdown.hpp"
#include "sandbox/simmongod/sync.hpp"

namespace simmongod {
namespace {

std::vector<Peer> carried_over(Member& member, const SetConfig& config) {
  std::vector<Peer> peers;
  for (const MemberConfig& one : config.members) {
    const int old = member.config ? index_of_id(member, one.id) : -1;
    const bool same = old >= 0 && static_cast<std::size_t>(old) < member.peers.size() &&
                      member.config->members[static_cast<std::size_t>(old)].host == one.host;
    Peer peer;
    if (same) peer = member.peers[static_cast<std::size_t>(old)];
    peer.heartbeat = 0;
    peer.last_alive = member.now.monotonic;
    peers.push_back(std::move(peer));
  }
  return peers;
}

// From outside the set into it: an empty member copies everything first.
void join(Member& member) {
  if (own_config(member)->arbiter) return set_following(member, MemberState::arbiter);
  if (member.oplog.empty() || member.sync.phase == Phase::initial_sync) {
    set_following(member, MemberState::startup2);
    return start_initial_sync(member);
  }
  if (member.following == MemberState::startup) {
    set_following(member, MemberState::startup2);
    set_following(member, MemberState::recovering);
  }
  set_following(member, MemberState::secondary);
  start_syncing(member);
}

bool is_working(const Member& member) {
  return is_primary(member) || member.following == MemberState::secondary ||
         member.following == MemberState::startup2 || member.following == MemberState::rollback ||
         member.following == MemberState::arbiter;
}

void log_install(Member& member) {
  log(member, {"REPL", 21392, "New replica set config in use"},
      bson::Document{{"config", to_document(*member.config, member.options.flavor, NewlyAdded::show)}});
  if (member.self < 0) {
    log(member, {"REPL", 21394, "This node is not a member of the config"});
  } else {
    log(member, {"REPL", 21393, "Found self in config"}, bson::Document{{"hostAndPort", own_config(member)->host}});
  }
}

}  // namespace

void install_config(Member& member, SetConfig config, int self) {
  const MemberState before = state_of(member);
  const std::string primary = host_of(member, member.primary_id);
  const bool was_in = member.config && member.self >= 0;
  stop_heartbeats(member);
  member.peers = carried_over(member, config);
  member.config = std::move(config);
  member.self = self;
  if (member.config->stamp.term > member.election.term) member.election.term = member.config->stamp.term;
  record(member, bson::Document{{"config", to_document(*member.config, member.options.flavor, NewlyAdded::show)}},
         output::Durability::synced);
  log_install(member);
  const int primary_at = member.config->index_of_host(primary);
  if (!is_primary(member)) {
    member.primary_id = primary_at < 0 ? -1 : member.config->members[static_cast<std::size_t>(primary_at)].id;
  }
  if (self < 0) {
    stop_syncing(member);
    if (is_primary(member)) step_down_now(member, "removed from the set");
    // A removed member starts as a stranger when it comes back.
    member.primary_id = -1;
  }
  state_may_have_changed(member, before);
  topology_changed(member);
  if (self < 0) return;
  if (is_primary(member) && !own_config(member)->is_electable()) step_down_now(member, "no longer electable");
  heartbeat_everybody(member);
  if (!was_in || !is_working(member)) join(member);
  if (!is_primary(member)) arm_election_timeout(member);
  reconsider_sync_source(member);
  elect_if_alone(member);
  advance_commit_point(member);
}

void install_from_heartbeat(Member& member, bson::View document) {
  auto parsed = parse_config(document, member.options.flavor);
  auto* config = std::get_if<SetConfig>(&parsed);
  if (config == nullptr || member.reconfiguring || config->set_name != member.options.set_name) return;
  if (member.config && config->stamp <= member.config->stamp) return;
  member.reconfiguring = true;
  SetConfig copy = *config;
  find_self(member, copy, [copy](Member& later, int self) {
    later.reconfiguring = false;
    if (later.config && copy.stamp <= later.config->stamp) return;
    install_config(later, copy, self);
  });
}

void install_stored(Member& member, SetConfig config) {
  member.reconfiguring = true;
  SetConfig copy = std::move(config);
  find_self(member, copy, [copy](Member& later, int self) {
    later.reconfiguring = false;
    if (self < 0) {
      log(later,
          {"REPL", 21405,
           "Locally stored replica set configuration does not have a valid entry for the current node; waiting for "
           "reconfig or remote heartbeat"});
    }
    install_config(later, copy, self);
  });
}

void retry_finding_self(Member& member) {
  if (member.reconfiguring || !member.config) return;
  member.reconfiguring = true;
  find_self(member, *member.config, [](Member& later, int self) {
    later.reconfiguring = false;
    if (self < 0 || later.self >= 0) return;
    const SetConfig again = *later.config;
    install_config(later, again, self);
  });
}

}  // namespace simmongod
