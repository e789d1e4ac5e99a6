// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/replica_set/observe.hpp"

#include <set>

#include "operators/mongodb/manifests/names.hpp"

namespace mongodb {
namespace {

template <class T>
std::map<std::string, T> of_set(const k8s::Store<T>& store, const std::string& set) {
  std::map<std::string, T> all;
  for (const auto& object : store.by_index(kBySet, set)) all.emplace(object->metadata.name.str(), *object);
  return all;
}

// A member that kept silent when it was asked says nothing about now, whatever it said before.
MemberFacts present(const MemberFacts& facts, k8s::Monotonic now) {
  if (!facts.failed_epoch || *facts.failed_epoch <= facts.epoch) return facts;
  MemberFacts silent = facts;
  silent.reach = Reach::unreachable;
  silent.problem = "it did not answer when it was asked for its state";
  silent.writable_primary = false;
  silent.observed_at = now;
  return silent;
}

}  // namespace

Observed observe(const Sources& sources, const k8s::ObjectKey& key, const k8s::PassFacts& facts) {
  Observed observed;
  observed.now = facts.now;
  observed.wall = facts.wall;
  observed.helper_image = sources.settings.helper_image;
  observed.cluster_domain = sources.settings.cluster_domain;
  const auto set = sources.stores.sets.get(key);
  if (!set) return observed;
  observed.set = *set;
  const auto ns = sources.stores.namespaces.get({.ns = {}, .name = k8s::Name{key.ns.str()}});
  observed.namespace_terminating = ns && ns->metadata.deletion_timestamp;

  const std::string name = k8s::to_string(key);
  observed.stateful_sets = of_set(sources.stores.stateful_sets, name);
  observed.services = of_set(sources.stores.services, name);
  observed.config_maps = of_set(sources.stores.config_maps, name);
  observed.budgets = of_set(sources.stores.budgets, name);
  observed.claims = of_set(sources.stores.claims, name);
  observed.pods = of_set(sources.stores.pods, name);
  observed.keyfile = sources.keyfiles.fact(key);
  for (const auto& [ordinal, member] : sources.members.facts(key)) {
    observed.members.push_back({.ordinal = ordinal, .facts = present(*member, facts.now)});
  }
  observed.freezes = sources.freezes.of(key);
  observed.attempts = facts.attempts;
  observed.applied = facts.applied;
  observed.refreshes = facts.refreshes;
  return observed;
}

void watch_members(const Stores& stores, Keyfiles& keyfiles, Members& members, const k8s::ObjectKey& key) {
  const auto set = stores.sets.get(key);
  if (!set) {
    members.forget(key);
    keyfiles.forget(key);
    return;
  }
  keyfiles.ensure(key);
  // It goes with the set that it belongs to: any moment now.
  if (belongs_to_another(keyfiles.fact(key), set->metadata.uid)) keyfiles.look_again(key);
  const auto identity = keyfiles.identity(key);
  std::set<std::int64_t> watched;
  for (const auto& pod : stores.pods.by_index(kBySet, k8s::to_string(key))) {
    const auto ordinal = ordinal_of(pod->metadata.labels);
    if (!ordinal || !identity || pod->status.pod_ip.empty()) continue;
    watched.insert(*ordinal);
    members.ensure(
        key, *ordinal,
        {.pod_uid = pod->metadata.uid, .address = pod->status.pod_ip, .port = kMongodPort, .identity = *identity});
  }
  for (const auto& [ordinal, facts] : members.facts(key)) {
    if (!watched.contains(ordinal)) members.forget(key, ordinal);
  }
}

}  // namespace mongodb
