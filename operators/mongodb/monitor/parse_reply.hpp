// SPDX-License-Identifier: Apache-2.0
// What do a member's replies say? From BSON to the values of member_facts.hpp; recorded replies of a real mongod are
// the test data.
//
// Lenient: a field that is missing or of another type leaves its default, for versions differ. Only whether the server
// refused is strict.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "operators/mongodb/monitor/member_facts.hpp"
#include "operators/mongodb/wire/bson.hpp"

namespace mongodb {

// hello.topologyVersion: changes with everything that hello tells, and with the server process.
struct TopologyVersion {
  mongo::bson::ObjectId process;
  std::int64_t counter = 0;

  bool operator==(const TopologyVersion&) const = default;
};

struct Hello {
  bool writable_primary = false;
  bool secondary = false;
  std::string set_name;
  std::string me;
  std::string primary;
  std::optional<std::int64_t> set_version;
  std::optional<TopologyVersion> topology;

  bool operator==(const Hello&) const = default;
};
Hello parse_hello(mongo::bson::View reply);
std::optional<TopologyVersion> parse_topology(mongo::bson::View reply);
// For the next hello: answers when the topology is another, or when `wait` is over.
mongo::bson::Document awaiting_hello(const TopologyVersion& known, k8s::Millis wait);

struct Status {
  MemberState state = MemberState::unknown;
  std::int64_t term = -1;
  OpTime applied;
  OpTime durable;
  OpTime committed;
  std::string sync_source = {};
  bool initial_sync = false;
  // The configuration that the member itself runs with.
  std::int64_t config_version = -1;
  std::int64_t config_term = -1;
  std::vector<PeerView> peers = {};

  bool operator==(const Status&) const = default;
};
Status parse_status(mongo::bson::View reply);
// A data member that is not being seeded.
inline bool has_oplog(MemberState state) {
  return state == MemberState::primary || state == MemberState::secondary;
}

// Of replSetGetConfig's `config`, or of any configuration document.
ReplicaSetConfig parse_config(mongo::bson::View config);

// The timestamp of the one entry that a find on the oplog returned.
std::optional<mongo::bson::Timestamp> parse_oplog_entry(mongo::bson::View reply);

OpTime from_bson(const mongo::bson::OpTime& op_time);

}  // namespace mongodb
