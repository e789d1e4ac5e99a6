// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/heartbeats.hpp"

#include <fmt/format.h>

#include "sandbox/simmongod/commit.hpp"
#include "sandbox/simmongod/elections.hpp"
#include "sandbox/simmongod/install.hpp"
#include "sandbox/simmongod/reconfig.hpp"
#include "sandbox/simmongod/stepdown.hpp"

namespace simmongod {
namespace {

constexpr int kMaxRetries = 2;

void send(Member& member, const std::string& host);

void schedule(Member& member, int index, k8s::Millis delay) {
  Peer& peer = member.peers[static_cast<std::size_t>(index)];
  member.timers.cancel(peer.heartbeat);
  const std::string host = member.config->members[static_cast<std::size_t>(index)].host;
  peer.heartbeat = after(member, delay, [host](Member& later) { send(later, host); });
}

void mark_down(Member& member, int index, const std::string& why) {
  Peer& peer = member.peers[static_cast<std::size_t>(index)];
  const MemberConfig& config = member.config->members[static_cast<std::size_t>(index)];
  if (peer.up || !peer.heard) {
    log(member, {"REPL_HB", 23974, "Heartbeat failed after max retries"},
        bson::Document{{"target", config.host}, {"error", why}});
  }
  const bool was_primary = member.primary_id == config.id;
  peer.heard = true;
  peer.up = false;
  peer.state = MemberState::down;
  peer.message = why;
  peer.sync_source.clear();
  peer.last_heartbeat = member.now.wall;
  if (was_primary) set_primary(member, -1);
}

void failed(Member& member, const std::string& host, const std::string& why) {
  const int index = member.config ? member.config->index_of_host(host) : -1;
  if (index < 0 || index == member.self) return;
  Peer& peer = member.peers[static_cast<std::size_t>(index)];
  peer.in_flight = false;
  if (++peer.failures <= kMaxRetries && peer.up) return schedule(member, index, k8s::Millis(0));
  peer.failures = 0;
  mark_down(member, index, why);
  schedule(member, index, k8s::Millis(member.config->heartbeat_interval_ms));
}

void note_state(Member& member, int index, MemberState state) {
  Peer& peer = member.peers[static_cast<std::size_t>(index)];
  if (peer.state == state && peer.up) return;
  const std::string& host = member.config->members[static_cast<std::size_t>(index)].host;
  log(member, {"REPL", 21215, "Member is in new state"},
      bson::Document{{"hostAndPort", host}, {"newState", state_name(state)}});
  if (!peer.up) peer.up_since = member.now.monotonic;
  peer.up = true;
  peer.state = state;
}

// What a heartbeat from a primary, or about one, means for us.
void note_primary(Member& member, int index, const bson::Document& reply) {
  const std::int64_t id = member.config->members[static_cast<std::size_t>(index)].id;
  const Peer& peer = member.peers[static_cast<std::size_t>(index)];
  const std::int64_t term = reply.number("term").value_or(-1);
  if (peer.state == MemberState::primary && term == member.election.term && !is_primary(member)) {
    set_primary(member, id);
    heard_from_primary(member);
  } else if (member.primary_id == id && peer.state != MemberState::primary) {
    set_primary(member, -1);
  }
}

void succeeded(Member& member, const std::string& host, const bson::Document& reply, k8s::Monotonic sent) {
  const int index = member.config ? member.config->index_of_host(host) : -1;
  if (index < 0 || index == member.self) return;
  Peer& peer = member.peers[static_cast<std::size_t>(index)];
  peer.in_flight = false;
  peer.failures = 0;
  peer.heard = true;
  peer.message = reply.string("hbmsg").value_or("");
  peer.last_heartbeat = member.now.wall;
  peer.last_alive = member.now.monotonic;
  peer.ping_ms = (member.now.monotonic - sent).count();
  peer.sync_source = reply.string("syncingTo").value_or("");
  peer.config = ConfigStamp{.version = reply.number("v").value_or(-1), .term = reply.number("configTerm").value_or(-1)};
  peer.election_time = reply.timestamp("electionTime").value_or(Timestamp{});
  peer.primary_id = reply.number("primaryId").value_or(-1);
  peer.electable = reply.boolean("electable").value_or(true);
  note_state(member, index, static_cast<MemberState>(reply.number("state").value_or(6)));
  schedule(member, index, k8s::Millis(member.config->heartbeat_interval_ms));
  const std::int64_t term = reply.number("term").value_or(-1);
  saw_term(member, term);
  note_primary(member, index, reply);
  if (const auto config = reply.document("config")) install_from_heartbeat(member, *config);
  // Installing may have changed who is at which place.
  const int now_at = member.config ? member.config->index_of_host(host) : -1;
  if (now_at < 0 || now_at == member.self) return;
  Peer& shown = member.peers[static_cast<std::size_t>(now_at)];
  shown.shown_applied = reply.op_time("opTime").value_or(OpTime{});
  shown.shown_durable = reply.op_time("durableOpTime").value_or(OpTime{});
  shown.shown_wall = k8s::Wall(k8s::Millis(reply.date("wallTime").value_or(bson::Date{}).ms));
  learn_position(member, now_at, shown.shown_applied, shown.shown_durable, shown.shown_wall);
  learn_commit_point(member, reply.op_time("committed").value_or(OpTime{}));
  config_may_be_committed(member);
  clear_newly_added(member);
  consider_priority_takeover(member);
  step_down_if_possible(member);
}

void send(Member& member, const std::string& host) {
  const int index = member.config ? member.config->index_of_host(host) : -1;
  if (index < 0 || index == member.self || member.self < 0) return;
  Peer& peer = member.peers[static_cast<std::size_t>(index)];
  peer.heartbeat = 0;
  if (peer.in_flight) return schedule(member, index, k8s::Millis(member.config->heartbeat_interval_ms));
  peer.in_flight = true;
  const k8s::Monotonic sent = member.now.monotonic;
  ask_peer(member, host, Channel::control, heartbeat_request(member),
           k8s::Millis(member.config->heartbeat_timeout_s * 1000),
           [host, sent](Member& later, const PeerAnswer& reply) {
             if (!reply) return failed(later, host, reply.error().message);
             if (reply->real("ok") == 0.0) return failed(later, host, reply->string("errmsg").value_or(""));
             succeeded(later, host, *reply, sent);
           });
}

// The asker has a newer configuration: ask it back at once, its answer carries it.
void fetch_config(Member& member, const std::string& host) {
  log(member, {"REPL", 21401, "Scheduling heartbeat to fetch a newer config"}, bson::Document{{"senderHost", host}});
  ask_peer(member, host, Channel::control, heartbeat_request(member), k8s::Millis(10000),
           [host](Member& later, const PeerAnswer& reply) {
             if (!reply || reply->real("ok") == 0.0) return;
             if (const auto config = reply->document("config")) install_from_heartbeat(later, *config);
           });
}

bool can_see_majority(const Member& member) {
  int seen = 0;
  const k8s::Millis limit(member.config->election_timeout_ms);
  for (std::size_t i = 0; i < member.config->members.size(); ++i) {
    if (!member.config->members[i].is_voter()) continue;
    // Not `up`: a member that refuses is only missed once the election timeout is over.
    const bool alive = member.now.monotonic - member.peers[i].last_alive < limit;
    seen += (static_cast<int>(i) == member.self || alive) ? 1 : 0;
  }
  return seen >= member.config->vote_majority();
}

}  // namespace

bson::Document heartbeat_request(const Member& member) {
  const ConfigStamp stamp = member.config ? member.config->stamp : ConfigStamp{.version = -2, .term = -1};
  const MemberConfig* own = own_config(member);
  return bson::Document{{"replSetHeartbeat", member.options.set_name},
                        {"configVersion", stamp.version},
                        {"configTerm", stamp.term},
                        {"hbv", 1},
                        {"from", own == nullptr ? std::string() : own->host},
                        {"fromId", own_id(member)},
                        {"term", member.election.term},
                        {"primaryId", is_primary(member) ? own_id(member) : member.primary_id}};
}

bson::Document heartbeat_command(Member& member, bson::View command) {
  if (command.string("replSetHeartbeat") != member.options.set_name) {
    return refusal_reply(Refusal{.code = 84, .message = "Our set name did not match that of this node"});
  }
  const ConfigStamp theirs{.version = command.number("configVersion").value_or(-2),
                           .term = command.number("configTerm").value_or(-1)};
  const ConfigStamp ours = member.config ? member.config->stamp : ConfigStamp{.version = -2, .term = -1};
  const std::string from = command.string("from").value_or("");
  saw_term(member, command.number("term").value_or(-1));
  if (theirs > ours && !from.empty() && !member.reconfiguring) fetch_config(member, from);
  if (member.config && member.self < 0) {
    retry_finding_self(member);
    return refusal_reply(Err::invalid_replica_set_config,
                         "Our replica set configuration is invalid or does not include us");
  }
  const int sender = index_of_id(member, command.number("fromId").value_or(-1));
  if (sender >= 0 && sender != member.self) {
    Peer& peer = member.peers[static_cast<std::size_t>(sender)];
    peer.last_heartbeat_received = member.now.wall;
    // A new primary: look at it now, not at the next interval.
    const bool news = command.number("primaryId") == command.number("fromId") &&
                      member.primary_id != command.number("fromId") && command.number("term") == member.election.term;
    if (news && !peer.in_flight) schedule(member, sender, k8s::Millis(0));
  }
  bson::Builder reply;
  reply.append("term", member.election.term).append("state", static_cast<int>(state_of(member)));
  reply.append("v", ours.version).append("configTerm", ours.term).append("set", member.options.set_name);
  reply.append("opTime", member.oplog.last()).append("durableOpTime", member.durable);
  reply.append("wallTime", date_of(member.oplog.last_wall())).append("committed", member.committed);
  reply.append("primaryId", is_primary(member) ? own_id(member) : member.primary_id);
  if (is_primary(member)) reply.append("electionTime", member.election.time);
  reply.append("syncingTo", member.sync.source).append("hbmsg", "");
  reply.append("electable", member.election.frozen_until <= member.now.monotonic);
  if (member.config && ours > theirs) {
    reply.append("config", to_document(*member.config, member.options.flavor, NewlyAdded::show));
  }
  return reply.done();
}

void heartbeat_everybody(Member& member) {
  if (!member.config || member.self < 0) return;
  for (std::size_t i = 0; i < member.peers.size(); ++i) {
    if (static_cast<int>(i) == member.self) continue;
    // A reply under way carries old knowledge: a second one goes out beside it.
    member.peers[i].in_flight = false;
    schedule(member, static_cast<int>(i), k8s::Millis(0));
  }
}

void stop_heartbeats(Member& member) {
  for (Peer& peer : member.peers) member.timers.cancel(peer.heartbeat);
}

void check_liveness(Member& member) {
  after(member, k8s::Millis(1000), [](Member& later) { check_liveness(later); });
  if (!member.config || !is_primary(member) || member.self < 0 || member.config->voters() < 2) return;
  if (can_see_majority(member)) return;
  log(member, {"REPL", 21809, "Can't see a majority of the set, relinquishing primary"});
  step_down_now(member, "can't see a majority of the set");
}

}  // namespace simmongod
