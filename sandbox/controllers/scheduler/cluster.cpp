// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/scheduler/cluster.hpp"

#include <algorithm>

#include "libk8s/api/quantity.hpp"
#include "sandbox/controllers/pods.hpp"

namespace controllers::scheduler {
namespace {

void add(Amounts& sum, const Amounts& more) {
  for (const auto& [resource, amount] : more) sum[resource] += amount;
}

Amounts largest(Amounts a, const Amounts& b) {
  for (const auto& [resource, amount] : b) a[resource] = std::max(a[resource], amount);
  return a;
}

Amounts read(const Value& quantities) {
  Amounts out;
  for (const auto& [resource, quantity] : quantities.items()) {
    const std::string words = quantity.is_string() ? quantity.get<std::string>() : quantity.dump();
    if (const auto parsed = k8s::Quantity::parse(words)) out[resource] = parsed->milli();
  }
  return out;
}

Amounts of_container(const Value& container) {
  Amounts out = read(members(container, {"resources", "requests"}));
  // A limit without a request is the request.
  for (const auto& [resource, amount] : read(members(container, {"resources", "limits"}))) {
    out.try_emplace(resource, amount);
  }
  return out;
}

}  // namespace

Amounts requests_of(const Value& pod) {
  Amounts running, sidecars, initial;
  for (const Value& container : elements(pod, {"spec", "containers"})) add(running, of_container(container));
  for (const Value& container : elements(pod, {"spec", "initContainers"})) {
    if (text(container, {"restartPolicy"}) == "Always") {
      add(sidecars, of_container(container));
      initial = largest(initial, sidecars);
    } else {
      Amounts with = sidecars;
      add(with, of_container(container));
      initial = largest(initial, with);
    }
  }
  add(running, sidecars);
  Amounts out = largest(running, initial);
  add(out, read(members(pod, {"spec", "overhead"})));
  return out;
}

Result<Cluster> look_at_cluster(const Api& api) {
  const auto nodes = api.list(kNode, "", Selector::everything());
  if (!nodes) return nodes.error();
  const auto pods = api.list(kPod, "", Selector::everything());
  if (!pods) return pods.error();
  const auto namespaces = api.list(kNamespace, "", Selector::everything());
  if (!namespaces) return namespaces.error();
  Cluster cluster;
  std::map<std::string, std::size_t> where;
  for (const ObjectRef& node : *nodes) {
    where[name_of(*node)] = cluster.places.size();
    cluster.places.push_back({.node = node});
  }
  for (const ObjectRef& pod : *pods) {
    const auto found = where.find(text(*pod, {"spec", "nodeName"}));
    if (found == where.end() || has_ended(*pod)) continue;
    Place& place = cluster.places[found->second];
    place.pods.push_back(pod);
    add(place.used, requests_of(*pod));
    place.used["pods"] += 1000;
  }
  for (const ObjectRef& ns : *namespaces) cluster.namespace_labels[name_of(*ns)] = labels_of(*ns);
  return cluster;
}

bool term_selects(const Value& term, const Value& pod, const Value& other, const Cluster& cluster) {
  const Value& names = elements(term, {"namespaces"});
  const Value& selector = at(term, {"namespaceSelector"});
  bool in_namespace = contains(names, namespace_of(other));
  if (names.empty() && selector.is_null()) in_namespace = namespace_of(other) == namespace_of(pod);
  if (!in_namespace && selector.is_object()) {
    const auto labels = cluster.namespace_labels.find(namespace_of(other));
    in_namespace =
        Selector::of(selector).matches(labels == cluster.namespace_labels.end() ? Value::object() : labels->second);
  }
  return in_namespace && Selector::of(at(term, {"labelSelector"})).matches(labels_of(other));
}

}  // namespace controllers::scheduler
