// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/replica_set/stores.hpp"

#include <fmt/format.h>

#include "operators/mongodb/manifests/names.hpp"

namespace mongodb {
namespace {

std::vector<std::string> set_key(const k8s::ObjectMeta& meta) {
  const auto set = set_of(meta.labels);
  if (!set) return {};
  return {k8s::to_string(k8s::ObjectKey{.ns = meta.ns, .name = k8s::Name{*set}})};
}

template <class T>
void index_by_set(k8s::Store<T>& store) {
  store.index(kBySet, [](const T& object) { return set_key(object.metadata); });
}

}  // namespace

Stores::Stores()
    : stateful_sets(k8s::kStatefulSets, k8s::decode_owned_as(k8s::kStatefulSets)),
      services(k8s::kServices, k8s::decode_owned_as(k8s::kServices)),
      config_maps(k8s::kConfigMaps, k8s::decode_owned_as(k8s::kConfigMaps)),
      budgets(k8s::kPodDisruptionBudgets, k8s::decode_owned_as(k8s::kPodDisruptionBudgets)) {
  index_by_set(pods);
  index_by_set(claims);
  index_by_set(stateful_sets);
  index_by_set(services);
  index_by_set(config_maps);
  index_by_set(budgets);
}

std::vector<k8s::StoreBase*> Stores::owned() {
  return {&pods, &claims, &stateful_sets, &services, &config_maps, &budgets};
}

std::vector<std::unique_ptr<k8s::Reflector>> make_reflectors(const k8s::Reflector::World& world, Stores& stores,
                                                             const k8s::Namespace& ns) {
  const k8s::WatchScope all{.ns = ns, .single = {}, .label_selector = {}, .field_selector = {}};
  k8s::WatchScope ours = all;
  ours.label_selector = fmt::format("{}={}", label::kManagedBy, kManagedBy);
  const k8s::WatchScope own_namespace{
      .ns = {}, .single = k8s::Name{ns.str()}, .label_selector = {}, .field_selector = {}};

  std::vector<std::unique_ptr<k8s::Reflector>> reflectors;
  reflectors.push_back(std::make_unique<k8s::Reflector>(world, stores.sets, all));
  for (k8s::StoreBase* store : stores.owned())
    reflectors.push_back(std::make_unique<k8s::Reflector>(world, *store, ours));
  reflectors.push_back(std::make_unique<k8s::Reflector>(world, stores.namespaces, own_namespace));
  return reflectors;
}

}  // namespace mongodb
