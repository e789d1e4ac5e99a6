// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/scheduler/scores.hpp"

#include <algorithm>
#include <tuple>

#include "libk8s/api/quantity.hpp"
#include "sandbox/controllers/node_selector.hpp"
#include "sandbox/controllers/ownership.hpp"
#include "sandbox/controllers/scheduler/affinity.hpp"

namespace controllers::scheduler {
namespace {

const Value& preferred(const Value& pod, std::string_view which) {
  return elements(pod, {"spec", "affinity", which, "preferredDuringSchedulingIgnoredDuringExecution"});
}

std::int64_t preference(const Wish& wish, const Place& place) {
  std::int64_t score = 0;
  for (const Value& one : preferred(wish.pod, "nodeAffinity")) {
    if (matches_node_term(at(one, {"preference"}), *place.node)) score += number(one, {"weight"}, 0);
  }
  for (const Value& one : preferred(wish.pod, "podAffinity")) {
    const Value& term = at(one, {"podAffinityTerm"});
    score += number(one, {"weight"}, 0) * count_in_domain(term, wish.pod, place, wish.cluster);
  }
  for (const Value& one : preferred(wish.pod, "podAntiAffinity")) {
    const Value& term = at(one, {"podAffinityTerm"});
    score -= number(one, {"weight"}, 0) * count_in_domain(term, wish.pod, place, wish.cluster);
  }
  for (const Value& taint : elements(*place.node, {"spec", "taints"})) {
    if (text(taint, {"effect"}) == "PreferNoSchedule" && !toleration_of(wish.pod, taint)) score -= 100;
  }
  return score;
}

std::int64_t siblings(const Value& pod, const Place& place) {
  const Value* owner = controller_reference(pod);
  if (!owner) return 0;
  return std::count_if(place.pods.begin(), place.pods.end(), [&](const ObjectRef& other) {
    const Value* theirs = controller_reference(*other);
    return theirs && text(*theirs, {"uid"}) == text(*owner, {"uid"});
  });
}

std::int64_t siblings_in_zone(const Wish& wish, const Place& place) {
  const Value zone{{"topologyKey", "topology.kubernetes.io/zone"}};
  const auto here = domain_of(place, zone);
  std::int64_t count = 0;
  for (const Place& other : wish.cluster.places) {
    if (here && domain_of(other, zone) == here) count += siblings(wish.pod, other);
  }
  return count;
}

// Thousandths of cpu and of memory that would stay free, together.
std::int64_t room(const Wish& wish, const Place& place) {
  std::int64_t sum = 0;
  for (const char* resource : {"cpu", "memory"}) {
    const auto offered = k8s::Quantity::parse(text(*place.node, {"status", "allocatable", resource}));
    if (!offered || offered->milli() <= 0) continue;
    const auto amount = [&](const Amounts& amounts) {
      const auto found = amounts.find(resource);
      return found == amounts.end() ? 0.0 : static_cast<double>(found->second);
    };
    const double used = amount(place.used) + amount(wish.requests);
    sum += static_cast<std::int64_t>(1000.0 * (1.0 - used / static_cast<double>(offered->milli())));
  }
  return sum;
}

}  // namespace

std::size_t best_of(const Wish& wish, const std::vector<std::size_t>& able) {
  std::size_t best = able.front();
  std::optional<std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t>> most;
  for (const std::size_t one : able) {
    const Place& place = wish.cluster.places[one];
    const std::tuple score{preference(wish, place), -siblings_in_zone(wish, place), -siblings(wish.pod, place),
                           room(wish, place)};
    if (most && score <= *most) continue;
    most = score;
    best = one;
  }
  return best;
}

}  // namespace controllers::scheduler
