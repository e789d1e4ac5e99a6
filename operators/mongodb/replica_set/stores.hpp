// SPDX-License-Identifier: Apache-2.0
// What the controller believes of the cluster: one store per kind it reads, found by the set that an object's labels
// name.
#pragma once

#include <memory>
#include <vector>

#include "libk8s/api/core/namespace.hpp"
#include "libk8s/api/core/persistent_volume_claim.hpp"
#include "libk8s/api/core/pod.hpp"
#include "libk8s/api/owned_object.hpp"
#include "libk8s/cache/reflector.hpp"
#include "libk8s/cache/store.hpp"
#include "operators/mongodb/api/mongo_replica_set.hpp"

namespace mongodb {

// The index of every store but `sets` and `namespaces`: "namespace/set".
inline constexpr const char* kBySet = "set";

struct Stores {
  Stores();

  k8s::Store<MongoReplicaSet> sets;
  k8s::Store<k8s::Pod> pods;
  k8s::Store<k8s::PersistentVolumeClaim> claims;
  k8s::Store<k8s::OwnedObject> stateful_sets;
  k8s::Store<k8s::OwnedObject> services;
  k8s::Store<k8s::OwnedObject> config_maps;
  k8s::Store<k8s::OwnedObject> budgets;
  k8s::Store<k8s::NamespaceObject> namespaces;

  // Those that hold objects of sets, all with the index kBySet.
  std::vector<k8s::StoreBase*> owned();
};

// One reflector per store, of this namespace and of what carries our label.
std::vector<std::unique_ptr<k8s::Reflector>> make_reflectors(const k8s::Reflector::World& world, Stores& stores,
                                                             const k8s::Namespace& ns);

}  // namespace mongodb
