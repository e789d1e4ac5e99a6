// SPDX-License-Identifier: Apache-2.0
// Which member will do as a sync source? The server's rules: alive and readable, ahead of us, not hidden or without a
// vote when we are not, not far behind the primary; the nearest of those that are left.

#include <fmt/format.h>

#include "sandbox/simmongod/sync.hpp"

namespace simmongod {
namespace {

constexpr std::uint32_t kMaxLagSeconds = 30;

bool lags(const Member& member, const Peer& peer) {
  const int primary = index_of_id(member, member.primary_id);
  if (primary < 0 || primary == member.self) return false;
  const Peer& leader = member.peers[static_cast<std::size_t>(primary)];
  return leader.up && peer.applied.ts.t + kMaxLagSeconds < leader.applied.ts.t;
}

}  // namespace

std::string why_not_a_source(const Member& member, int index, Need need) {
  const MemberConfig& config = member.config->members[static_cast<std::size_t>(index)];
  const MemberConfig& own = *own_config(member);
  const Peer& peer = member.peers[static_cast<std::size_t>(index)];
  if (!peer.up) return "it is down";
  if (peer.state != MemberState::primary && peer.state != MemberState::secondary) return "it cannot be read from";
  if (config.arbiter) return "it is an arbiter";
  if (!own.hidden && config.hidden) return "it is hidden and we are not";
  if (own.is_voter() && !config.is_voter()) return "it has no vote and we have";
  if (own.build_indexes && !config.build_indexes) return "it does not build indexes and we do";
  if (config.delay_seconds > own.delay_seconds) return "it has a longer delay";
  if (peer.denied_until > member.now.monotonic) return "it has just failed us";
  if (need == Need::newer_entries && peer.applied <= member.oplog.last()) return "it is not ahead of us";
  if (lags(member, peer)) return "it is too far behind";
  return {};
}

int choose_sync_source(const Member& member, Need need) {
  const auto size = static_cast<int>(member.config->members.size());
  if (!member.config->chaining_allowed) {
    const int primary = index_of_id(member, member.primary_id);
    return primary >= 0 && primary != member.self && why_not_a_source(member, primary, need).empty() ? primary : -1;
  }
  int best = -1;
  // Equally near ones in the order the recorded server took them: the one before us in the configuration first.
  for (int step = 1; step < size; ++step) {
    const int index = ((member.self - step) % size + size) % size;
    if (!why_not_a_source(member, index, need).empty()) continue;
    const bool nearer = best < 0 || member.peers[static_cast<std::size_t>(index)].ping_ms + 5 <
                                        member.peers[static_cast<std::size_t>(best)].ping_ms;
    if (nearer) best = index;
  }
  return best;
}

bson::Document sync_from_command(Member& member, bson::View command) {
  if (!member.config) return refusal_reply(Err::not_yet_initialized, "no replset config has been received");
  const std::string host = command.string("replSetSyncFrom").value_or("");
  const int index = member.config->index_of_host(host);
  if (is_primary(member)) return refusal_reply(Err::not_secondary, "primaries don't sync");
  if (member.self < 0) return refusal_reply(Err::not_secondary, "I am not a member of the set and can't sync");
  if (own_config(member)->arbiter) return refusal_reply(Err::not_secondary, "arbiters don't sync");
  if (index < 0) {
    return refusal_reply(Err::node_not_found, fmt::format("Could not find member \"{}\" in replica set", host));
  }
  if (index == member.self) return refusal_reply(Err::invalid_options, "I cannot sync from myself");
  const Peer& peer = member.peers[static_cast<std::size_t>(index)];
  if (member.config->members[static_cast<std::size_t>(index)].arbiter) {
    return refusal_reply(Err::invalid_options, fmt::format("Cannot sync from \"{}\" because it is an arbiter", host));
  }
  if (!peer.up) {
    return refusal_reply(Err::host_unreachable, fmt::format("I cannot reach the requested member: {}", host));
  }
  bson::Builder reply;
  if (peer.applied.ts.t + 10 < member.oplog.last().ts.t) {
    reply.append("warning", fmt::format("requested member \"{}\" is more than 10 seconds behind us", host));
  }
  reply.append("syncFromRequested", host);
  if (!member.sync.source.empty()) reply.append("prevSyncTarget", member.sync.source);
  member.sync.forced = host;
  reconsider_sync_source(member);
  return reply.done();
}

}  // namespace simmongod
