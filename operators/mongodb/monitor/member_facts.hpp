// SPDX-License-Identifier: Apache-2.0
// What is known about one member of a replica set, as plain values: what the monitor publishes, what decide reads, what
// a record prints.
//
// Field names are the server's (hello, replSetGetStatus, replSetGetConfig). The raw configuration document is not here:
// reconfigurations edit it as BSON, so that what we do not know is kept; the monitor hands it out by (term, version).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libk8s/base/clock.hpp"
#include "libk8s/base/strong.hpp"

namespace mongodb {

// A position in the oplog. Ordered as the server orders optimes: term first. {-1, 0, 0} is "none yet".
struct OpTime {
  std::int64_t term = -1;
  std::int64_t seconds = 0;
  std::int64_t increment = 0;

  auto operator<=>(const OpTime&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("term", self.term);
    visit("seconds", self.seconds);
    visit("increment", self.increment);
  }
};

// replSetGetStatus' numbers; `unknown` before the first answer.
enum class MemberState { startup, primary, secondary, recovering, startup2, unknown, arbiter, down, rollback, removed };
std::string to_text(MemberState state);  // "PRIMARY" …, as stateStr spells it
bool from_text(std::string_view text, MemberState& out);
MemberState member_state_from_number(std::int64_t number);

// What this member believes of another one (an element of replSetGetStatus.members).
struct PeerView {
  std::int64_t id = 0;
  std::string host = {};
  bool healthy = false;
  MemberState state = MemberState::unknown;
  OpTime optime = {};
  std::int64_t config_version = -1;
  std::int64_t config_term = -1;
  // How old the last heartbeat answer was when the status was taken; -1 when there was none.
  k8s::Millis heartbeat_age{-1};
  std::string sync_source = {};  // empty: none
  std::string message = {};      // lastHeartbeatMessage

  bool operator==(const PeerView&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("id", self.id);
    visit("host", self.host);
    visit("healthy", self.healthy);
    visit("state", self.state);
    visit("optime", self.optime);
    visit("configVersion", self.config_version);
    visit("configTerm", self.config_term);
    visit("heartbeatAgeMs", self.heartbeat_age);
    visit("syncSource", self.sync_source);
    visit("message", self.message);
  }
};

struct ConfigMember {
  std::int64_t id = 0;
  std::string host = {};
  std::int64_t votes = 1;
  double priority = 1;
  bool hidden = false;
  bool arbiter = false;
  bool newly_added = false;

  bool operator==(const ConfigMember&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("id", self.id);
    visit("host", self.host);
    visit("votes", self.votes);
    visit("priority", self.priority);
    visit("hidden", self.hidden);
    visit("arbiter", self.arbiter);
    visit("newlyAdded", self.newly_added);
  }
};

struct ReplicaSetConfig {
  std::string set_name = {};
  std::string replica_set_id = {};  // hex of the ObjectId
  std::int64_t version = 0;
  std::int64_t term = -1;
  bool chaining_allowed = true;
  std::vector<ConfigMember> members = {};

  bool operator==(const ReplicaSetConfig&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("setName", self.set_name);
    visit("replicaSetId", self.replica_set_id);
    visit("version", self.version);
    visit("term", self.term);
    visit("chainingAllowed", self.chaining_allowed);
    visit("members", self.members);
  }
};

// How far a conversation with the member has come.
enum class Reach {
  connecting,       // no answer yet
  unreachable,      // refused, timed out, reset: see `problem`
  unauthenticated,  // it answers hello but refuses our credentials: see `problem`
  uninitialized,    // it answers, and has no replica set configuration (94 NotYetInitialized)
  removed,          // it has a configuration that does not name it (93 InvalidReplicaSetConfig, state REMOVED)
  shutting_down,    // 91 ShutdownInProgress: it is in quiesce mode
  member,           // it answers as a member of its set
};
std::string to_text(Reach reach);  // "connecting" …
bool from_text(std::string_view text, Reach& out);

struct MemberFacts {
  // Which process this is about: facts of another pod of the same name mean nothing.
  k8s::Uid pod_uid = {};
  std::string address = {};
  Reach reach = Reach::connecting;
  std::string problem = {};

  // From hello. A role change is here at once, before the next status.
  bool writable_primary = false;
  bool secondary = false;
  std::string me = {};       // the host name under which its configuration knows it
  std::string primary = {};  // whom it believes to be primary; empty: nobody
  // topologyVersion.processId: another process remembers no freeze. Empty while not known.
  std::string process = {};

  // From replSetGetStatus.
  MemberState state = MemberState::unknown;
  std::int64_t term = -1;
  OpTime applied = {};
  OpTime durable = {};
  OpTime committed = {};  // lastCommittedOpTime
  std::string sync_source = {};
  bool initial_sync = false;
  std::vector<PeerView> peers = {};  // the others, in configuration order

  // From replSetGetConfig; nothing before initialisation.
  std::optional<ReplicaSetConfig> config = {};

  std::string version = {};                // buildInfo
  std::string feature_compatibility = {};  // "7.0"; empty when not asked yet or not known to the member
  // Newest minus oldest entry of the oplog; nothing when not asked yet.
  std::optional<k8s::Seconds> oplog_window = {};
  // Index builds under way (currentOp); asked for with every epoch, not by ordinary polling.
  std::optional<std::int64_t> index_builds = {};

  // When status and configuration were asked for (not answered): nothing in them is older.
  k8s::Monotonic observed_at{};
  // The newest batch that asked and was answered: observed_at is its moment or later. 0: none yet.
  std::uint64_t epoch = 0;
  // The batch that this member did not answer in time, until it answers anything that was asked later.
  std::optional<std::uint64_t> failed_epoch = {};

  bool operator==(const MemberFacts&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("podUid", self.pod_uid);
    visit("address", self.address);
    visit("reach", self.reach);
    visit("problem", self.problem);
    visit("writablePrimary", self.writable_primary);
    visit("secondary", self.secondary);
    visit("me", self.me);
    visit("primary", self.primary);
    visit("process", self.process);
    visit("state", self.state);
    visit("term", self.term);
    visit("applied", self.applied);
    visit("durable", self.durable);
    visit("committed", self.committed);
    visit("syncSource", self.sync_source);
    visit("initialSync", self.initial_sync);
    visit("peers", self.peers);
    visit("config", self.config);
    visit("version", self.version);
    visit("featureCompatibility", self.feature_compatibility);
    visit("oplogWindowSeconds", self.oplog_window);
    visit("indexBuilds", self.index_builds);
    visit("observedAtMs", self.observed_at);
    visit("epoch", self.epoch);
    visit("failedEpoch", self.failed_epoch);
  }
};

}  // namespace mongodb
