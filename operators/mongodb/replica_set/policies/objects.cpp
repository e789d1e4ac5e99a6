// SPDX-License-Identifier: Apache-2.0
// The objects a replica set needs, each as the spec wants it; what is nobody's any more goes.
#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "libk8s/apply/diff.hpp"
#include "operators/mongodb/manifests/shared.hpp"
#include "operators/mongodb/replica_set/policies/policies.hpp"

namespace mongodb::policies {
namespace {

using Objects = std::map<std::string, k8s::OwnedObject>;

// Creates what is missing and applies what differs; nothing when the live object holds every field that we want.
std::optional<Effect> ensure(const View& view, const Objects& live, k8s::Manifest wanted) {
  const std::string name = wanted.key().name.str();
  const auto at = live.find(name);
  if (at == live.end()) {
    return k8s::ClusterEffect{k8s::effect::Create{.manifest = std::move(wanted),
                                                  .because = fmt::format("{} {} is missing", wanted.type.kind, name)}};
  }
  const k8s::json::Value body = at->second.body.value();
  const std::string difference = k8s::first_difference(wanted.body, body);
  if (difference.empty() || k8s::was_applied(view.observed.applied, wanted, body)) return std::nullopt;
  const std::string because = fmt::format("{} {} differs from the spec at {}", wanted.type.kind, name, difference);
  return k8s::ClusterEffect{
      k8s::effect::Apply{.manifest = std::move(wanted), .uid = at->second.metadata.uid, .because = because}};
}

void add(std::vector<Effect>& effects, std::optional<Effect> effect) {
  if (effect) effects.push_back(std::move(*effect));
}

std::optional<Proposal> all_of(std::string reason, std::vector<Effect> effects) {
  if (effects.empty()) return std::nullopt;
  return propose::act(std::move(reason), std::move(effects));
}

std::int64_t term_on(const k8s::OwnedObject& service) {
  const auto at = service.metadata.annotations.find(annotation::kTerm);
  std::int64_t term = -1;
  if (at != service.metadata.annotations.end())
    std::from_chars(at->second.data(), at->second.data() + at->second.size(), term);
  return term;
}

// How many members there are now: the budget must neither forbid what the set can bear nor allow more.
std::int64_t members_now(const View& view) {
  return view.config == nullptr ? view.spec.members : static_cast<std::int64_t>(view.config->members.size());
}

}  // namespace

std::optional<Proposal> valid_spec(const View& view) {
  if (!view.mongod_config) return propose::stall("InvalidSpec", view.mongod_config.error().message);
  return std::nullopt;
}

std::optional<Proposal> shared_objects(const View& view) {
  if (!view.observed.keyfile.known) {
    if (view.observed.keyfile.problem.empty())
      return propose::wait("ReadingKeyfile", "the keyfile Secret is being read", k8s::Millis{1'000});
    return propose::stall("KeyfileUnreadable", fmt::format("Secret {} cannot be read: {}", view.names.keyfile(),
                                                           view.observed.keyfile.problem));
  }
  if (belongs_to_another(view.observed.keyfile, view.observed.set.metadata.uid)) {
    return propose::wait("KeyfileOfAnother",
                         fmt::format("Secret {} belongs to a replica set of this name that was deleted, and goes with "
                                     "it: a new key is made then",
                                     view.names.keyfile()),
                         k8s::Millis{1'000});
  }
  std::vector<Effect> effects;
  if (!view.observed.keyfile.exists) {
    // Not asked of the members: without the key nobody can log in and ask.
    if (!view.observed.stateful_sets.empty()) {
      return propose::stall(
          "KeyfileMissing",
          fmt::format("Secret {} is gone while the StatefulSets of members that use it exist: put it back with the "
                      "same key; members that restart without it could not join",
                      view.names.keyfile()));
    }
    effects.push_back(k8s::ClusterEffect{k8s::effect::CreateOnce{
        .manifest = keyfile_secret(view.build()),
        .data_key = kKeyfileDataKey,
        .generator = kKeyfileGenerator,
        .because = "members authenticate to one another by a keyfile",
    }});
  }
  add(effects, ensure(view, view.observed.services, headless_service(view.build())));
  add(effects, ensure(view, view.observed.budgets, disruption_budget(view.build(), members_now(view))));
  return all_of("EnsuringObjects", std::move(effects));
}

std::optional<Proposal> member_objects(const View& view) {
  std::vector<Effect> effects;
  for (const Member& member : view.members) {
    if (!member.wanted) continue;
    if (member.claim == nullptr) {
      effects.push_back(k8s::ClusterEffect{
          k8s::effect::Create{.manifest = member_claim(view.build(), member.ordinal),
                              .because = fmt::format("{} needs a claim for its data", member.name)}});
    } else if (member.claim->metadata.deletion_timestamp) {
      return propose::stall(
          "ClaimGoing",
          fmt::format("the claim {} is being deleted while its member needs it: it goes when the pod does, and "
                      "the member then copies its data anew",
                      member.name));
    }
    add(effects, ensure(view, view.observed.services, member_service(view.build(), member.ordinal)));
    if (member.stateful_set == nullptr) {
      effects.push_back(k8s::ClusterEffect{
          k8s::effect::Create{.manifest = member_stateful_set(view.build(), member.ordinal, view.target_revision),
                              .because = fmt::format("the spec asks for {} members", view.spec.members)}});
    }
  }
  return all_of("EnsuringMembers", std::move(effects));
}

std::optional<Proposal> primary_service(const View& view) {
  if (view.primary == nullptr) return std::nullopt;
  const std::int64_t term = view.primary->facts->term;
  k8s::Manifest wanted = mongodb::primary_service(view.build(), view.primary->ordinal, term);
  const auto live = view.observed.services.find(view.names.primary());
  const std::string because = fmt::format("{} is primary in term {}", view.primary->name, term);
  if (live == view.observed.services.end()) {
    return propose::act("EnsuringObjects",
                        k8s::ClusterEffect{k8s::effect::Create{.manifest = std::move(wanted), .because = because}});
  }
  if (term < term_on(live->second) || k8s::first_difference(wanted.body, live->second.body.value()).empty())
    return std::nullopt;
  return propose::act("PointingToPrimary",
                      k8s::ClusterEffect{k8s::effect::MergePatch{
                          .target = {.type = k8s::kServices, .key = view.names.key(view.names.primary())},
                          .resource_version = live->second.metadata.resource_version,
                          .patch = {{"metadata", {{"annotations", {{annotation::kTerm, std::to_string(term)}}}}},
                                    {"spec", {{"selector", wanted.body["spec"]["selector"]}}}},
                          .because = because,
                      }});
}

std::optional<Proposal> leftovers(const View& view) {
  std::vector<Effect> effects;
  const auto remove = [&](const k8s::ResourceType& type, const k8s::ObjectMeta& meta, std::string because) {
    if (meta.deletion_timestamp) return;
    effects.push_back(k8s::ClusterEffect{k8s::effect::Delete{.target = {.type = type, .key = k8s::key_of(meta)},
                                                             .uid = meta.uid,
                                                             .grounds = std::nullopt,
                                                             .because = std::move(because)}});
  };
  // A preflight pod has had its say once the verdict is remembered, or another revision is wanted.
  for (const auto& [name, pod] : view.observed.pods) {
    const auto component = pod.metadata.labels.find(label::kComponent);
    if (component == pod.metadata.labels.end() || component->second != "preflight") continue;
    const bool decided = view.status.preflight && view.status.preflight->revision == view.target_revision;
    if (decided || name != view.names.preflight_pod(view.target_revision))
      remove(k8s::kPods, pod.metadata, "the preflight is over");
  }
  for (const auto& [name, map] : view.observed.config_maps) {
    const bool used = name == view.names.config_map(view.target_revision) ||
                      std::any_of(view.members.begin(), view.members.end(), [&](const Member& one) {
                        return name == view.names.config_map(one.template_revision()) ||
                               name == view.names.config_map(one.pod_revision());
                      });
    if (!used) remove(k8s::kConfigMaps, map.metadata, "no member uses this revision any more");
  }
  for (const auto& [name, service] : view.observed.services) {
    const auto ordinal = ordinal_of(service.metadata.labels);
    if (ordinal && view.member(*ordinal) == nullptr) remove(k8s::kServices, service.metadata, "its member has left");
  }
  for (const auto& [name, claim] : view.observed.claims) {
    const auto ordinal = ordinal_of(claim.metadata.labels);
    if (!ordinal || view.member(*ordinal) != nullptr || view.spec.storage.reclaim_policy == ReclaimPolicy::retain)
      continue;
    remove(k8s::kPersistentVolumeClaims, claim.metadata,
           "its member has left and spec.storage.reclaimPolicy is Delete");
  }
  return all_of("CleaningUp", std::move(effects));
}

}  // namespace mongodb::policies
