// SPDX-License-Identifier: Apache-2.0
// Everything that decide may know about one replica set, gathered at one moment. Printed by --record, read back by
// golden tests.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libk8s/api/core/persistent_volume_claim.hpp"
#include "libk8s/api/core/pod.hpp"
#include "libk8s/api/owned_object.hpp"
#include "libk8s/base/clock.hpp"
#include "libk8s/runtime/attempts.hpp"
#include "libk8s/runtime/refresh.hpp"
#include "operators/mongodb/api/mongo_replica_set.hpp"
#include "operators/mongodb/monitor/member_facts.hpp"

namespace mongodb {

// A Secret as decide may see it: never its bytes.
struct SecretFact {
  bool known = false;  // false: not asked yet, or the answer is not in; `problem` says why if it failed
  bool exists = false;
  k8s::Uid uid = {};
  // Of the MongoReplicaSet that owns it; empty: it belongs to nobody, or to somebody of another kind.
  k8s::Uid owner = {};
  std::string digest = {};
  std::string problem = {};

  bool operator==(const SecretFact&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("known", self.known);
    visit("exists", self.exists);
    visit("uid", self.uid);
    visit("owner", self.owner);
    visit("digest", self.digest);
    visit("problem", self.problem);
  }
};

// It belongs to a set of the same name that was deleted, and is about to go with it.
inline bool belongs_to_another(const SecretFact& secret, const k8s::Uid& set) {
  return !secret.owner.empty() && secret.owner != set;
}

struct ObservedMember {
  std::int64_t ordinal = 0;
  MemberFacts facts;

  bool operator==(const ObservedMember&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("ordinal", self.ordinal);
    visit("facts", self.facts);
  }
};

// A freeze that we asked for and that was granted. It is the process that remembers it, not the member.
struct FreezeFact {
  std::int64_t ordinal = 0;
  std::string process = {};
  k8s::Monotonic at{};
  k8s::Seconds duration{0};

  bool operator==(const FreezeFact&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("ordinal", self.ordinal);
    visit("process", self.process);
    visit("atMs", self.at);
    visit("durationSeconds", self.duration);
  }
};

struct Observed {
  k8s::Monotonic now{};
  k8s::Wall wall{};
  // How this operator was started.
  std::string helper_image;
  std::string cluster_domain = "cluster.local";

  MongoReplicaSet set;
  bool namespace_terminating = false;
  // What carries this set's label, by name.
  std::map<std::string, k8s::OwnedObject> stateful_sets;
  std::map<std::string, k8s::OwnedObject> services;
  std::map<std::string, k8s::OwnedObject> config_maps;
  std::map<std::string, k8s::OwnedObject> budgets;
  std::map<std::string, k8s::PersistentVolumeClaim> claims;
  std::map<std::string, k8s::Pod> pods;
  SecretFact keyfile;
  // From the monitors, by ordinal.
  std::vector<ObservedMember> members;
  std::vector<FreezeFact> freezes;
  // What we tried and failed to do, and which facts we asked for.
  std::vector<k8s::Attempt> attempts;
  k8s::AppliedByTarget applied;
  std::vector<k8s::RefreshState> refreshes;

  bool operator==(const Observed&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("nowMs", self.now);
    visit("wall", self.wall);
    visit("helperImage", self.helper_image);
    visit("clusterDomain", self.cluster_domain);
    visit("set", self.set);
    visit("namespaceTerminating", self.namespace_terminating);
    visit("statefulSets", self.stateful_sets);
    visit("services", self.services);
    visit("configMaps", self.config_maps);
    visit("budgets", self.budgets);
    visit("claims", self.claims);
    visit("pods", self.pods);
    visit("keyfile", self.keyfile);
    visit("members", self.members);
    visit("freezes", self.freezes);
    visit("attempts", self.attempts);
    visit("applied", self.applied);
    visit("refreshes", self.refreshes);
  }
};

}  // namespace mongodb
