// SPDX-License-Identifier: Apache-2.0
// Members in order, primary last; claims by policy; then the finalizer. Bounded in time, and never in the way of a
// namespace that goes.
#include <algorithm>

#include <fmt/format.h>

#include "operators/mongodb/replica_set/policies/operation.hpp"
#include "operators/mongodb/replica_set/policies/policies.hpp"

namespace mongodb::policies {
namespace {

constexpr k8s::Seconds kDeletionPatience{600};

std::vector<std::string> without_ours(const std::vector<std::string>& finalizers) {
  std::vector<std::string> others;
  std::copy_if(finalizers.begin(), finalizers.end(), std::back_inserter(others),
               [](const std::string& one) { return one != kFinalizer; });
  return others;
}

Proposal set_finalizers(const View& view, const std::vector<std::string>& finalizers, std::string reason,
                        std::string because) {
  return propose::act(std::move(reason), k8s::ClusterEffect{k8s::effect::MergePatch{
                                             .target = {.type = kMongoReplicaSets, .key = view.names.set},
                                             .resource_version = view.observed.set.metadata.resource_version,
                                             .patch = {{"metadata", {{"finalizers", finalizers}}}},
                                             .because = std::move(because),
                                         }});
}

std::int64_t last_one(const View& view) {
  if (view.primary != nullptr) return view.primary->ordinal;
  for (const Member& member : view.members) {
    if (member.name == view.status.primary) return member.ordinal;
  }
  return 0;
}

// The StatefulSets that go now: the others before the primary, and it only when their pods are gone.
std::optional<Proposal> remove_members(const View& view) {
  const std::int64_t last = last_one(view);
  std::vector<Effect> removals;
  std::string stopping;
  const Member* final_member = nullptr;
  for (const Member& member : view.members) {
    if (member.stateful_set == nullptr && member.pod == nullptr) continue;
    if (member.ordinal == last) {
      final_member = &member;
      continue;
    }
    if (stopping.empty()) stopping = member.name;
    if (member.stateful_set == nullptr || member.stateful_set->metadata.deletion_timestamp) continue;
    removals.push_back(k8s::ClusterEffect{k8s::effect::Delete{
        .target = {.type = k8s::kStatefulSets, .key = view.names.key(member.name)},
        .uid = member.stateful_set->metadata.uid,
        .grounds = std::nullopt,
        .because = "the replica set is being deleted, the primary goes last",
    }});
  }
  if (!removals.empty()) return propose::act("Deleting", std::move(removals));
  if (!stopping.empty()) return propose::wait("Deleting", fmt::format("{} is stopping", stopping));
  if (final_member == nullptr) return std::nullopt;
  if (final_member->stateful_set != nullptr && !final_member->stateful_set->metadata.deletion_timestamp) {
    return propose::act("Deleting",
                        k8s::ClusterEffect{k8s::effect::Delete{
                            .target = {.type = k8s::kStatefulSets, .key = view.names.key(final_member->name)},
                            .uid = final_member->stateful_set->metadata.uid,
                            .grounds = std::nullopt,
                            .because = "the replica set is being deleted, and the other members are gone",
                        }});
  }
  return propose::wait("Deleting", fmt::format("{} is stopping", final_member->name));
}

std::optional<Proposal> remove_claims(const View& view) {
  if (view.spec.storage.reclaim_policy == ReclaimPolicy::retain) return std::nullopt;
  std::vector<Effect> removals;
  for (const auto& [name, claim] : view.observed.claims) {
    if (claim.metadata.deletion_timestamp) continue;
    removals.push_back(k8s::ClusterEffect{k8s::effect::Delete{
        .target = {.type = k8s::kPersistentVolumeClaims, .key = k8s::key_of(claim.metadata)},
        .uid = claim.metadata.uid,
        .grounds = std::nullopt,
        .because = "the replica set is deleted and spec.storage.reclaimPolicy is Delete",
    }});
  }
  if (removals.empty()) return std::nullopt;
  return propose::act("Deleting", std::move(removals));
}

}  // namespace

std::optional<Proposal> finalizer(const View& view) {
  const auto& present = view.observed.set.metadata.finalizers;
  if (std::find(present.begin(), present.end(), kFinalizer) != present.end()) return std::nullopt;
  // A namespace that goes takes no new finalizers, and must not wait for one.
  if (view.observed.namespace_terminating)
    return Proposal{
        .verdict = Verdict::resting, .reason = "NamespaceTerminating", .message = "the namespace is going away"};
  auto all = present;
  all.emplace_back(kFinalizer);
  return set_finalizers(view, all, "Starting", "members are to be stopped in order when the replica set is deleted");
}

std::optional<Proposal> deletion(const View& view) {
  const k8s::ObjectMeta& meta = view.observed.set.metadata;
  const bool ours = std::find(meta.finalizers.begin(), meta.finalizers.end(), kFinalizer) != meta.finalizers.end();
  if (view.observed.namespace_terminating && ours) {
    return set_finalizers(view, without_ours(meta.finalizers), "NamespaceTerminating",
                          "the namespace is going away: nothing may hold it up");
  }
  if (!meta.deletion_timestamp) return std::nullopt;
  if (!ours) return Proposal{.verdict = Verdict::resting, .reason = "Deleted", .message = "the replica set is deleted"};
  if (view.observed.wall - *meta.deletion_timestamp > kDeletionPatience) {
    return set_finalizers(
        view, without_ours(meta.finalizers), "Deleted",
        fmt::format("members did not stop in order within {} s: the rest is left to garbage collection",
                    kDeletionPatience.count()));
  }
  if (auto members = remove_members(view)) return members;
  if (auto claims = remove_claims(view)) return claims;
  return set_finalizers(view, without_ours(meta.finalizers), "Deleted", "all members are gone");
}

}  // namespace mongodb::policies
