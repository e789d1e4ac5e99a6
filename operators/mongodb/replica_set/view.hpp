// SPDX-License-Identifier: Apache-2.0
// The same facts, laid out by member: what the policies read. Derived from Observed alone; holds pointers into it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "operators/mongodb/manifests/member.hpp"
#include "operators/mongodb/replica_set/observed.hpp"

namespace mongodb {

// One member: wanted by the spec, or still there. Pointers are null where the thing is missing.
struct Member {
  std::int64_t ordinal = 0;
  bool wanted = false;  // ordinal < spec.members
  std::string name = {};
  std::string host = {};
  const k8s::OwnedObject* stateful_set = nullptr;
  const k8s::OwnedObject* service = nullptr;
  const k8s::PersistentVolumeClaim* claim = nullptr;
  const k8s::Pod* pod = nullptr;
  // Only facts about the pod above: what another process of that name said means nothing.
  const MemberFacts* facts = nullptr;
  const ConfigMember* config = nullptr;  // its entry in the set's configuration

  bool is_going() const { return pod != nullptr && pod->metadata.deletion_timestamp.has_value(); }
  bool answers() const { return facts != nullptr && facts->reach == Reach::member; }
  bool votes() const { return config != nullptr && config->votes > 0; }
  bool electable() const { return config != nullptr && config->votes > 0 && config->priority > 0 && !config->hidden; }
  std::string template_revision() const;  // empty: no StatefulSet
  std::string pod_revision() const;       // empty: no pod
};

struct View {
  explicit View(const Observed& observed);

  const Observed& observed;
  const MongoReplicaSetSpec& spec;
  const MongoReplicaSetStatus& status;
  Names names;
  std::vector<Member> members;  // by ordinal
  // The newest configuration, by (term, version), that any answering member has; null before initialisation.
  const ReplicaSetConfig* config = nullptr;
  // The member that says it is a writable primary, in the highest term said; null when nobody does.
  const Member* primary = nullptr;
  // mongod's configuration file for the spec, or why there can be none; and the revision it makes.
  k8s::Result<k8s::json::Value> mongod_config;
  std::string target_revision;  // empty when mongod_config is an error

  Build build() const { return {.set = observed.set, .names = names, .helper_image = observed.helper_image}; }
  const Member* member(std::int64_t ordinal) const;
  std::int64_t voters() const;
  std::int64_t majority() const { return voters() / 2 + 1; }
  // PRIMARY or SECONDARY by its own status, of the set's newest configuration, not in initial sync, its pod not going
  // away. Says nothing about lag; pod readiness is no evidence.
  bool is_healthy(const Member& member) const;
  std::int64_t healthy_voters() const;
  // At most so many seconds behind the primary; nothing when there is no primary or no optime.
  std::optional<std::int64_t> lag_seconds(const Member& member) const;
  // The same where it is lag for sure, else 0. An idle primary writes a no-op every ten seconds, and knows the others
  // by heartbeats two seconds old: a member that keeps up seems that far behind for a moment.
  std::int64_t sure_lag_seconds(const Member& member) const;
  // All facts are of the refresh for this purpose, gathered no longer than `within` ago, and every member with a pod
  // answered.
  bool is_fresh(const std::string& purpose) const;
  // What a disruptive effect carries once is_fresh(purpose).
  k8s::Grounds grounds(const std::string& purpose) const;
};

}  // namespace mongodb
