// SPDX-License-Identifier: Apache-2.0
// What we report on a replica set, and what we remember across our own restarts: every operation is a phase here, never
// in memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libk8s/api/condition.hpp"
#include "libk8s/base/clock.hpp"
#include "libk8s/base/strong.hpp"
#include "operators/mongodb/monitor/member_facts.hpp"

namespace mongodb {

enum class OperationType { initialise, restart_member, scale_up, scale_down };
std::string to_text(OperationType type);  // "Initialise", "RestartMember", "ScaleUp", "ScaleDown"
bool from_text(std::string_view text, OperationType& out);

// The steps of all operations; which belong to which is drawn in operators/mongodb/README.md.
enum class Phase {
  initiating,    // Initialise: replSetInitiate may have been sent to `member`
  handing_over,  // RestartMember, ScaleDown: the primary gives way to `successor`
  taking_down,   // RestartMember: the new template is in place; the pod `podUid` is evicted
  coming_back,   // RestartMember: another pod runs; wait until the member is caught up beyond `commitPoint`
  adding,        // ScaleUp: joins without a vote
  promoting,     // ScaleUp: gets its vote
  demoting,      // ScaleDown: loses priority, then its vote
  removing,      // ScaleDown: leaves the configuration
  shrinking,     // ScaleDown: its StatefulSet goes, its claim by policy
};
std::string to_text(Phase phase);  // "Initiating" …
bool from_text(std::string_view text, Phase& out);

struct Operation {
  OperationType type = OperationType::restart_member;
  Phase phase = Phase::taking_down;
  std::int64_t member = 0;                     // ordinal
  std::optional<std::int64_t> successor = {};  // ordinal: who is to become primary
  std::optional<std::int64_t> term = {};       // the term that the hand-over started from
  std::optional<k8s::Uid> pod_uid = {};        // the pod that goes down
  std::optional<std::string> revision = {};    // what the member comes back as
  std::optional<OpTime> commit_point = {};     // the member is back when it has applied this
  k8s::WallSeconds since{};                    // when this phase began
  std::string because = {};

  bool operator==(const Operation&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("type", self.type);
    visit("phase", self.phase);
    visit("member", self.member);
    visit("successor", self.successor);
    visit("term", self.term);
    visit("podUID", self.pod_uid);
    visit("revision", self.revision);
    visit("commitPoint", self.commit_point);
    visit("since", self.since);
    visit("because", self.because);
  }
};

struct MemberStatus {
  std::string name = {};  // the pod's host name in the set: "orders-0"
  std::string state =
      {};  // PRIMARY, SECONDARY, …; "Pending" while there is no pod, "Unreachable" while it does not answer
  std::int64_t lag_seconds = 0;  // coarse on purpose, so that it moves only when it matters
  std::string revision = {};
  std::string node = {};
  bool ready = false;
  std::string message = {};  // what is wrong, if anything

  bool operator==(const MemberStatus&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("name", self.name);
    visit("state", self.state);
    visit("lagSeconds", self.lag_seconds);
    visit("revision", self.revision);
    visit("node", self.node);
    visit("ready", self.ready);
    visit("message", self.message);
  }
};

// The answer of mongod itself to an image and a configuration, before any running member meets them.
struct Preflight {
  std::string revision = {};
  bool passed = false;
  std::string message = {};

  bool operator==(const Preflight&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("revision", self.revision);
    visit("passed", self.passed);
    visit("message", self.message);
  }
};

// What the present change still costs.
struct Preview {
  std::int64_t restarts = 0;
  std::int64_t elections = 0;
  std::int64_t added = 0;
  std::int64_t removed = 0;
  std::string message = {};

  bool operator==(const Preview&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("restarts", self.restarts);
    visit("elections", self.elections);
    visit("added", self.added);
    visit("removed", self.removed);
    visit("message", self.message);
  }
};

struct MongoReplicaSetStatus {
  std::int64_t observed_generation = 0;
  std::vector<k8s::Condition> conditions = {};  // Ready, Reconciling, Stalled
  std::int64_t replicas =
      0;  // members in the replica set configuration; with `selector`, what `kubectl scale` and autoscalers read
  std::int64_t ready_replicas = 0;
  std::string selector = {};
  std::string version = {};   // the oldest server version among the members
  std::string revision = {};  // the target
  std::string primary = {};   // empty: none
  std::int64_t term = -1;
  std::int64_t config_version = 0;
  // Recorded once, before anything else is done with an initiated set; never cleared. A second set is never initiated
  // over it.
  std::string replica_set_id = {};
  std::vector<MemberStatus> members = {};
  std::optional<Operation> operation = {};
  std::optional<Preflight> preflight = {};
  std::optional<Preview> preview = {};

  bool operator==(const MongoReplicaSetStatus&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("observedGeneration", self.observed_generation);
    visit("conditions", self.conditions);
    visit("replicas", self.replicas);
    visit("readyReplicas", self.ready_replicas);
    visit("selector", self.selector);
    visit("version", self.version);
    visit("revision", self.revision);
    visit("primary", self.primary);
    visit("term", self.term);
    visit("configVersion", self.config_version);
    visit("replicaSetId", self.replica_set_id);
    visit("members", self.members);
    visit("operation", self.operation);
    visit("preflight", self.preflight);
    visit("preview", self.preview);
  }
};

}  // namespace mongodb
