// SPDX-License-Identifier: Apache-2.0
// A replica set is initiated once, ever: only if every member was asked and none has a configuration, and neither
// status nor any claim remembers a replica set. One member first; the others join by scaling up.
#include <fmt/format.h>

#include "operators/mongodb/replica_set/gates.hpp"
#include "operators/mongodb/replica_set/policies/operation.hpp"
#include "operators/mongodb/replica_set/policies/policies.hpp"

namespace mongodb::policies {
namespace {

constexpr std::int64_t kFirstMember = 0;

std::string id_on_claims(const View& view) {
  for (const auto& [name, claim] : view.observed.claims) {
    const auto at = claim.metadata.annotations.find(annotation::kReplicaSetId);
    if (at != claim.metadata.annotations.end()) return at->second;
  }
  return {};
}

Proposal remember_id(const std::string& id, const std::string& message) {
  return {.remember = Proposal::Remember{.replica_set_id = id}, .reason = "ReplicaSetRecorded", .message = message};
}

// Why not every member has been seen to be empty; nothing when all have.
std::optional<std::string> not_all_empty(const View& view) {
  for (const Member& member : view.members) {
    if (!member.wanted) continue;
    if (member.facts != nullptr && member.facts->reach == Reach::uninitialized) continue;
    const std::string problem = pod_problem(member);
    if (!problem.empty()) return fmt::format("{} cannot run: {}", member.name, problem);
    if (member.facts != nullptr && member.facts->reach == Reach::unauthenticated) {
      return fmt::format("{} refuses the keyfile: {}", member.name, member.facts->problem);
    }
    return fmt::format("{} has not answered yet", member.name);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Proposal> record_identity(const View& view) {
  const std::string on_claims = id_on_claims(view);
  if (view.status.replica_set_id.empty()) {
    if (!on_claims.empty()) {
      return remember_id(
          on_claims,
          fmt::format("the claims hold the data of replica set {}: it goes on, nothing is initiated", on_claims));
    }
    if (view.config == nullptr || view.config->replica_set_id.empty()) return std::nullopt;
    return remember_id(view.config->replica_set_id, fmt::format("the replica set is {}", view.config->replica_set_id));
  }
  if (view.config != nullptr && view.config->replica_set_id != view.status.replica_set_id) {
    return propose::stall("AnotherReplicaSet",
                          fmt::format("the members are of replica set {}, but this one was {}: find out which claims "
                                      "hold the right data before anything else; nothing is touched",
                                      view.config->replica_set_id, view.status.replica_set_id));
  }
  for (const Member& member : view.members) {
    if (member.claim == nullptr || member.config == nullptr ||
        member.claim->metadata.annotations.contains(annotation::kReplicaSetId))
      continue;
    return propose::act(
        "RecordingReplicaSet",
        k8s::ClusterEffect{k8s::effect::MergePatch{
            .target = {.type = k8s::kPersistentVolumeClaims, .key = view.names.key(member.name)},
            .resource_version = member.claim->metadata.resource_version,
            .patch = {{"metadata", {{"annotations", {{annotation::kReplicaSetId, view.status.replica_set_id}}}}}},
            .because = fmt::format("the claim of {} now holds data of replica set {}", member.name,
                                   view.status.replica_set_id),
        }});
  }
  return std::nullopt;
}

std::optional<Proposal> initialise(const View& view) {
  if (view.config != nullptr) return std::nullopt;
  const auto not_empty = not_all_empty(view);
  if (!view.status.replica_set_id.empty()) {
    if (not_empty) return propose::wait("WaitingForMembers", *not_empty);
    return propose::stall(
        "DataLost", fmt::format("replica set {} was initiated before, but no member has its data any more: restore it "
                                "from a backup, or delete this MongoReplicaSet and its claims to begin anew; a second "
                                "set is never initiated over the first",
                                view.status.replica_set_id));
  }
  if (not_empty)
    return propose::wait("WaitingForMembers",
                         "before the replica set is initiated every member must answer: " + *not_empty);
  return propose::begin(view, "InitiateBegins",
                        Operation{
                            .type = OperationType::initialise,
                            .phase = Phase::initiating,
                            .member = kFirstMember,
                            .since = now_seconds(view),
                            .because = "every member answers and none has a replica set configuration",
                        });
}

Proposal continue_initialise(const View& view, const Operation& operation) {
  if (view.config != nullptr) {
    if (view.primary == nullptr)
      return propose::wait("Initiating", "initiated: waiting for the first primary", k8s::Millis{500});
    return propose::finish("Initiated", fmt::format("{} is the first primary", view.primary->name));
  }
  const std::string purpose = "initiate";
  if (auto ask = propose::fresh(view, purpose, operation.because)) return *ask;
  if (auto not_empty = not_all_empty(view)) return propose::wait("Initiating", *not_empty, k8s::Millis{1'000});
  return propose::act("Initiating", effect::Initiate{
                                        .member = operation.member,
                                        .set_name = view.names.set.name.str(),
                                        .host = view.names.host(operation.member),
                                        .grounds = view.grounds(purpose),
                                        .because = operation.because,
                                    });
}

}  // namespace mongodb::policies
