// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/scheduler/filters.hpp"

#include <algorithm>

#include "libk8s/api/quantity.hpp"
#include "sandbox/controllers/node_selector.hpp"
#include "sandbox/controllers/scheduler/affinity.hpp"

namespace controllers::scheduler {
namespace {

Refusal because(std::string reason, bool for_good) {
  return {.reasons = {std::move(reason)}, .for_good = for_good};
}

std::optional<Refusal> by_node_itself(const Value& pod, const Value& node) {
  const Value unschedulable{{"key", "node.kubernetes.io/unschedulable"}, {"effect", "NoSchedule"}};
  if (flag(node, {"spec", "unschedulable"}, false) && !toleration_of(pod, unschedulable)) {
    return because("node(s) were unschedulable", true);
  }
  for (const Value& taint : elements(node, {"spec", "taints"})) {
    if (text(taint, {"effect"}) == "PreferNoSchedule" || toleration_of(pod, taint)) continue;
    return because("node(s) had untolerated taint(s)", true);
  }
  bool fits = true;
  for (const auto& [key, value] : members(pod, {"spec", "nodeSelector"}).items()) {
    fits = fits && at(labels_of(node), {key}) == value;
  }
  const Value& affinity =
      at(pod, {"spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"});
  if (!fits || (!affinity.is_null() && !matches_node(affinity, node))) {
    return because("node(s) didn't match Pod's node affinity/selector", true);
  }
  return std::nullopt;
}

struct HostPort {
  std::string address;
  std::string protocol;
  std::int64_t port;
};

std::vector<HostPort> host_ports(const Value& pod) {
  std::vector<HostPort> out;
  for (const Value& container : elements(pod, {"spec", "containers"})) {
    for (const Value& port : elements(container, {"ports"})) {
      const std::int64_t number_of_port = number(port, {"hostPort"}, 0);
      if (number_of_port == 0) continue;
      const std::string& protocol = text(port, {"protocol"});
      const std::string& address = text(port, {"hostIP"});
      out.push_back({address.empty() ? "0.0.0.0" : address, protocol.empty() ? "TCP" : protocol, number_of_port});
    }
  }
  return out;
}

bool clash(const HostPort& a, const HostPort& b) {
  return a.port == b.port && a.protocol == b.protocol &&
         (a.address == b.address || a.address == "0.0.0.0" || b.address == "0.0.0.0");
}

std::optional<Refusal> by_ports(const Value& pod, const Place& place) {
  for (const HostPort& wanted : host_ports(pod)) {
    for (const ObjectRef& other : place.pods) {
      for (const HostPort& taken : host_ports(*other)) {
        if (clash(wanted, taken)) return because("node(s) didn't have free ports for the requested pod ports", false);
      }
    }
  }
  return std::nullopt;
}

std::optional<Refusal> by_resources(const Wish& wish, const Place& place) {
  Amounts offered;
  for (const auto& [resource, quantity] : members(*place.node, {"status", "allocatable"}).items()) {
    const auto parsed = k8s::Quantity::parse(quantity.is_string() ? quantity.get<std::string>() : quantity.dump());
    if (parsed) offered[resource] = parsed->milli();
  }
  const auto used = [&](const std::string& resource) {
    const auto found = place.used.find(resource);
    return found == place.used.end() ? std::int64_t{0} : found->second;
  };
  Refusal refusal{.reasons = {}, .for_good = false};
  if (offered.contains("pods") && used("pods") + 1000 > offered["pods"]) refusal.reasons.emplace_back("Too many pods");
  for (const auto& [resource, amount] : wish.requests) {
    if (amount == 0 || used(resource) + amount <= offered[resource]) continue;
    refusal.reasons.push_back("Insufficient " + resource);
    refusal.for_good = refusal.for_good || amount > offered[resource];
  }
  if (refusal.reasons.empty()) return std::nullopt;
  return refusal;
}

bool reaches(const Value& volume, const Value& node) {
  const Value& where = at(volume, {"spec", "nodeAffinity", "required"});
  return where.is_null() || matches_node(where, node);
}

std::optional<Refusal> by_volumes(const Wish& wish, const Value& node) {
  for (const PodClaim& claim : wish.claims) {
    if (claim.volume && !reaches(*claim.volume, node)) {
      return because("node(s) didn't match PersistentVolume's node affinity", true);
    }
    if (!claim.waits || claim.is_made) continue;
    const bool offered = std::any_of(claim.offers.begin(), claim.offers.end(),
                                     [&](const ObjectRef& volume) { return reaches(*volume, node); });
    if (!offered) return because("node(s) didn't find available persistent volumes to bind", true);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> refuse(const Wish& wish, const Place& place) {
  if (auto no = by_node_itself(wish.pod, *place.node)) return no;
  if (auto no = by_ports(wish.pod, place)) return no;
  if (auto no = by_resources(wish, place)) return no;
  if (auto no = by_volumes(wish, *place.node)) return no;
  if (!spreads_well(wish.pod, place, wish.cluster)) {
    return because("node(s) didn't match pod topology spread constraints", false);
  }
  if (!satisfies_affinity(wish.pod, place, wish.cluster)) {
    return because("node(s) didn't match pod affinity rules", true);
  }
  if (!satisfies_anti_affinity(wish.pod, place, wish.cluster)) {
    return because("node(s) didn't match pod anti-affinity rules", false);
  }
  if (!is_welcome(wish.pod, place, wish.cluster)) {
    return because("node(s) didn't satisfy existing pods anti-affinity rules", false);
  }
  return std::nullopt;
}

}  // namespace controllers::scheduler
