// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/status.hpp"

#include "sandbox/simmongod/initial_sync.hpp"

namespace simmongod {
namespace {

int seconds_since(const Member& member, k8s::Monotonic since) {
  return static_cast<int>(std::chrono::duration_cast<k8s::Seconds>(member.now.monotonic - since).count());
}

void append_source(const Member& member, const std::string& host, bson::Builder& out) {
  const int index = host.empty() ? -1 : member.config->index_of_host(host);
  out.append("syncSourceHost", host);
  out.append("syncSourceId",
             index < 0 ? -1 : static_cast<int>(member.config->members[static_cast<std::size_t>(index)].id));
}

bson::Document self_document(const Member& member, const MemberConfig& config) {
  bson::Builder out;
  out.append("_id", static_cast<int>(config.id)).append("name", config.host).append("health", 1.0);
  out.append("state", static_cast<int>(state_of(member))).append("stateStr", state_name(state_of(member)));
  out.append("uptime", seconds_since(member, member.started));
  if (!config.arbiter) {
    out.append("optime", member.oplog.last()).append("optimeDate", date_of(member.oplog.last_wall()));
  }
  append_source(member, member.sync.source, out);
  out.append("infoMessage", member.sync.message);
  if (is_primary(member)) {
    out.append("electionTime", member.election.time).append("electionDate", date_of(member.election.wall));
  }
  out.append("configVersion", static_cast<int>(member.config->stamp.version));
  out.append("configTerm", static_cast<int>(member.config->stamp.term));
  out.append("self", true).append("lastHeartbeatMessage", "");
  return out.done();
}

bson::Document peer_document(const Member& member, const MemberConfig& config, const Peer& peer) {
  const MemberState state = !peer.heard ? MemberState::unknown : peer.state;
  bson::Builder out;
  out.append("_id", static_cast<int>(config.id)).append("name", config.host).append("health", peer.up ? 1.0 : 0.0);
  out.append("state", static_cast<int>(state));
  out.append("stateStr", state == MemberState::down ? "(not reachable/healthy)" : std::string(state_name(state)));
  out.append("uptime", peer.up ? seconds_since(member, peer.up_since) : 0);
  if (!config.arbiter) {
    // Of one that is down nothing is shown, although its position is remembered.
    const OpTime none;
    out.append("optime", peer.up ? peer.shown_applied : none);
    out.append("optimeDurable", peer.up ? peer.shown_durable : none);
    const bson::Date date = date_of(peer.up ? peer.shown_wall : k8s::Wall{});
    out.append("optimeDate", date).append("optimeDurableDate", date);
  }
  out.append("lastHeartbeat", date_of(peer.last_heartbeat));
  out.append("lastHeartbeatRecv", date_of(peer.last_heartbeat_received));
  out.append("pingMs", std::int64_t{peer.ping_ms}).append("lastHeartbeatMessage", peer.message);
  append_source(member, peer.sync_source, out);
  out.append("infoMessage", "");
  if (peer.up && peer.state == MemberState::primary) {
    out.append("electionTime", peer.election_time);
    out.append("electionDate", bson::Date{std::int64_t{peer.election_time.t} * 1000});
  }
  out.append("configVersion", static_cast<int>(peer.config.version));
  out.append("configTerm", static_cast<int>(peer.config.term));
  return out.done();
}

bson::Document optimes(const Member& member) {
  const bson::Date committed = date_of(member.oplog.wall_of(member.committed));
  const bson::Date last = date_of(member.oplog.last_wall());
  return bson::Document{{"lastCommittedOpTime", member.committed},
                        {"lastCommittedWallTime", committed},
                        {"readConcernMajorityOpTime", member.committed},
                        {"appliedOpTime", member.oplog.last()},
                        {"durableOpTime", member.durable},
                        {"lastAppliedWallTime", last},
                        {"lastDurableWallTime", last}};
}

}  // namespace

bson::Document status_command(const Member& member) {
  if (member.options.set_name.empty()) return refusal_reply(Err::no_replication_enabled, "not running with --replSet");
  if (!member.config) return refusal_reply(Err::not_yet_initialized, "no replset config has been received");
  if (member.self < 0) {
    return refusal_reply(Err::invalid_replica_set_config,
                         "Our replica set config is invalid or we are not a member of it");
  }
  const SetConfig& config = *member.config;
  bson::Array members;
  for (std::size_t i = 0; i < config.members.size(); ++i) {
    const bool own = static_cast<int>(i) == member.self;
    members.append(own ? self_document(member, config.members[i])
                       : peer_document(member, config.members[i], member.peers[i]));
  }
  bson::Builder out;
  out.append("set", config.set_name).append("date", date_of(member.now.wall));
  out.append("myState", static_cast<int>(state_of(member))).append("term", member.election.term);
  append_source(member, member.sync.source, out);
  out.append("heartbeatIntervalMillis", config.heartbeat_interval_ms)
      .append("majorityVoteCount", config.vote_majority());
  out.append("writeMajorityCount", config.write_majority()).append("votingMembersCount", config.voters());
  out.append("writableVotingMembersCount", config.writable_voters());
  out.append("optimes", optimes(member));
  out.append("lastStableRecoveryTimestamp", member.committed.ts);
  if (member.sync.phase == Phase::initial_sync) out.append("initialSyncStatus", initial_sync_status(member));
  if (!member.election.metrics.empty()) out.append("electionCandidateMetrics", member.election.metrics);
  return out.append("members", members).done();
}

}  // namespace simmongod
