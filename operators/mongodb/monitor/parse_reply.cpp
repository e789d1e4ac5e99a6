// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/monitor/parse_reply.hpp"

#include <algorithm>

namespace mongodb {
namespace {

namespace bson = mongo::bson;

OpTime op_time_at(bson::View document, std::string_view path) {
  const auto found = document.op_time(path);
  return found ? from_bson(*found) : OpTime{};
}

// Both dates are of the member's own clock.
k8s::Millis heartbeat_age(std::optional<bson::Date> now, bson::View peer) {
  const auto last = peer.date("lastHeartbeat");
  if (!now || !last || last->ms <= 0) return k8s::Millis{-1};
  return k8s::Millis{std::max<std::int64_t>(0, now->ms - last->ms)};
}

PeerView parse_peer(bson::View peer, std::optional<bson::Date> now) {
  return PeerView{.id = peer.number("_id").value_or(0),
                  .host = peer.string("name").value_or(""),
                  .healthy = peer.flag("health"),
                  .state = member_state_from_number(peer.number("state").value_or(-1)),
                  .optime = op_time_at(peer, "optime"),
                  .config_version = peer.number("configVersion").value_or(-1),
                  .config_term = peer.number("configTerm").value_or(-1),
                  .heartbeat_age = heartbeat_age(now, peer),
                  .sync_source = peer.string("syncSourceHost").value_or(""),
                  .message = peer.string("lastHeartbeatMessage").value_or("")};
}

}  // namespace

OpTime from_bson(const bson::OpTime& op_time) {
  return OpTime{.term = op_time.t, .seconds = op_time.ts.t, .increment = op_time.ts.i};
}

std::optional<TopologyVersion> parse_topology(bson::View reply) {
  const auto process = reply.object_id("topologyVersion.processId");
  const auto counter = reply.number("topologyVersion.counter");
  if (!process || !counter) return std::nullopt;
  return TopologyVersion{.process = *process, .counter = *counter};
}

Hello parse_hello(bson::View reply) {
  return Hello{.writable_primary = reply.flag("isWritablePrimary") || reply.flag("ismaster"),
               .secondary = reply.flag("secondary"),
               .set_name = reply.string("setName").value_or(""),
               .me = reply.string("me").value_or(""),
               .primary = reply.string("primary").value_or(""),
               .set_version = reply.number("setVersion"),
               .topology = parse_topology(reply)};
}

bson::Document awaiting_hello(const TopologyVersion& known, k8s::Millis wait) {
  return {{"hello", 1},
          {"topologyVersion", bson::Document{{"processId", known.process}, {"counter", known.counter}}},
          {"maxAwaitTimeMS", std::int64_t{wait.count()}}};
}

Status parse_status(bson::View reply) {
  Status status{.state = member_state_from_number(reply.number("myState").value_or(-1)),
                .term = reply.number("term").value_or(-1),
                .applied = op_time_at(reply, "optimes.appliedOpTime"),
                .durable = op_time_at(reply, "optimes.durableOpTime"),
                .committed = op_time_at(reply, "optimes.lastCommittedOpTime"),
                .sync_source = reply.string("syncSourceHost").value_or("")};
  status.initial_sync = status.state == MemberState::startup2 || reply.has("initialSyncStatus");
  const auto now = reply.date("date");
  for (const bson::Element& element : reply.sub("members")) {
    const bson::View member = element.sub();
    if (member.flag("self")) {
      status.config_version = member.number("configVersion").value_or(-1);
      status.config_term = member.number("configTerm").value_or(-1);
    } else {
      status.peers.push_back(parse_peer(member, now));
    }
  }
  return status;
}

ReplicaSetConfig parse_config(bson::View config) {
  ReplicaSetConfig parsed{.set_name = config.string("_id").value_or(""),
                          .version = config.number("version").value_or(0),
                          .term = config.number("term").value_or(-1),
                          .chaining_allowed = config.boolean("settings.chainingAllowed").value_or(true),
                          .members = {}};
  if (const auto id = config.object_id("settings.replicaSetId")) parsed.replica_set_id = id->hex();
  for (const bson::Element& element : config.sub("members")) {
    const bson::View member = element.sub();
    parsed.members.push_back({.id = member.number("_id").value_or(0),
                              .host = member.string("host").value_or(""),
                              .votes = member.number("votes").value_or(1),
                              .priority = member.real("priority").value_or(1),
                              .hidden = member.flag("hidden"),
                              .arbiter = member.flag("arbiterOnly"),
                              .newly_added = member.flag("newlyAdded")});
  }
  return parsed;
}

std::optional<bson::Timestamp> parse_oplog_entry(bson::View reply) {
  return reply.timestamp("cursor.firstBatch.0.ts");
}

}  // namespace mongodb
