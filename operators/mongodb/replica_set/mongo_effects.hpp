// SPDX-License-Identifier: Apache-2.0
// How mongod's verbs are carried out: each effect becomes one command to one member.
//
// A command only starts something, or says that it was installed; that it took effect is seen in later facts. Never
// forced.
#pragma once

#include <map>
#include <vector>

#include "libk8s/runtime/step.hpp"
#include "operators/mongodb/monitor/members.hpp"
#include "operators/mongodb/replica_set/observed.hpp"
#include "operators/mongodb/replica_set/plan.hpp"

namespace mongodb {

// Which freezes were granted: facts for the next passes. Lost with the process, which then freezes again.
class FreezeMemory {
 public:
  void note(const k8s::ObjectKey& set, const FreezeFact& freeze);
  std::vector<FreezeFact> of(const k8s::ObjectKey& set) const;
  void forget(const k8s::ObjectKey& set) { sets_.erase(set); }

 private:
  std::map<k8s::ObjectKey, std::map<std::int64_t, FreezeFact>> sets_;
};

class MongoEffects {
 public:
  MongoEffects(Members& members, const k8s::Clock& clock, FreezeMemory& freezes)
      : members_(members), clock_(clock), freezes_(freezes) {}

  k8s::Step step(const k8s::ObjectKey& set, const effect::Initiate& initiate);
  k8s::Step step(const k8s::ObjectKey& set, const effect::Reconfigure& reconfigure);
  k8s::Step step(const k8s::ObjectKey& set, const effect::StepDown& step_down);
  k8s::Step step(const k8s::ObjectKey& set, const effect::Freeze& freeze);
  k8s::Step step(const k8s::ObjectKey& set, const effect::SyncFrom& sync_from);

 private:
  void run(const k8s::ObjectKey& set, std::int64_t member, mongo::bson::Document body, k8s::Millis within,
           Members::Reply reply);

  Members& members_;
  const k8s::Clock& clock_;
  FreezeMemory& freezes_;
};

// The next configuration: the raw document with one change, its version one higher. Everything else is kept as it is.
k8s::Result<mongo::bson::Document> edited(const mongo::bson::Document& config,
                                          const decltype(effect::Reconfigure::change)& change);

}  // namespace mongodb
