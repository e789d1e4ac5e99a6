// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/scheduler/affinity.hpp"

#include <algorithm>

#include "sandbox/controllers/node_selector.hpp"

namespace controllers::scheduler {
namespace {

const Value& required(const Value& pod, std::string_view which) {
  return elements(pod, {"spec", "affinity", which, "requiredDuringSchedulingIgnoredDuringExecution"});
}

bool same_domain(const Place& a, const Place& b, const Value& term) {
  const auto left = domain_of(a, term), right = domain_of(b, term);
  return left && right && *left == *right;
}

// The first of a group has nobody to be near: it may go where the topology key is, if it means itself.
bool is_first(const Value& pod, const Cluster& cluster) {
  const Value& terms = required(pod, "podAffinity");
  for (const Value& term : terms) {
    if (!term_selects(term, pod, pod, cluster)) return false;
    for (const Place& place : cluster.places) {
      if (domain_of(place, term) && count_in_domain(term, pod, place, cluster) > 0) return false;
    }
  }
  return true;
}

bool counts_for_spread(const Value& pod, const Place& place) {
  for (const auto& [key, value] : members(pod, {"spec", "nodeSelector"}).items()) {
    if (label(*place.node, key) != text(value, {})) return false;
  }
  const Value& affinity =
      at(pod, {"spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"});
  return affinity.is_null() || matches_node(affinity, *place.node);
}

}  // namespace

std::optional<std::string> domain_of(const Place& place, const Value& term) {
  const Value& found = at(labels_of(*place.node), {text(term, {"topologyKey"})});
  return found.is_string() ? std::optional{found.get<std::string>()} : std::nullopt;
}

int count_in_domain(const Value& term, const Value& pod, const Place& place, const Cluster& cluster) {
  int count = 0;
  for (const Place& other : cluster.places) {
    if (!same_domain(place, other, term)) continue;
    count += static_cast<int>(std::count_if(other.pods.begin(), other.pods.end(), [&](const ObjectRef& one) {
      return term_selects(term, pod, *one, cluster);
    }));
  }
  return count;
}

bool satisfies_affinity(const Value& pod, const Place& place, const Cluster& cluster) {
  const Value& terms = required(pod, "podAffinity");
  const bool here = std::all_of(terms.begin(), terms.end(), [&](const Value& term) { return domain_of(place, term); });
  if (!here) return false;
  const bool near = std::all_of(terms.begin(), terms.end(),
                                [&](const Value& term) { return count_in_domain(term, pod, place, cluster) > 0; });
  return near || is_first(pod, cluster);
}

bool satisfies_anti_affinity(const Value& pod, const Place& place, const Cluster& cluster) {
  const Value& terms = required(pod, "podAntiAffinity");
  return std::none_of(terms.begin(), terms.end(), [&](const Value& term) {
    return domain_of(place, term) && count_in_domain(term, pod, place, cluster) > 0;
  });
}

bool is_welcome(const Value& pod, const Place& place, const Cluster& cluster) {
  for (const Place& other : cluster.places) {
    for (const ObjectRef& resident : other.pods) {
      for (const Value& term : required(*resident, "podAntiAffinity")) {
        if (same_domain(place, other, term) && term_selects(term, *resident, pod, cluster)) return false;
      }
    }
  }
  return true;
}

bool spreads_well(const Value& pod, const Place& place, const Cluster& cluster) {
  for (const Value& constraint : elements(pod, {"spec", "topologySpreadConstraints"})) {
    if (text(constraint, {"whenUnsatisfiable"}) == "ScheduleAnyway") continue;
    if (!domain_of(place, constraint)) return false;
    const Value term{{"topologyKey", text(constraint, {"topologyKey"})},
                     {"labelSelector", at(constraint, {"labelSelector"})}};
    std::map<std::string, int> counts;
    for (const Place& other : cluster.places) {
      const auto domain = domain_of(other, term);
      if (!domain || !counts_for_spread(pod, other)) continue;
      counts[*domain] +=
          static_cast<int>(std::count_if(other.pods.begin(), other.pods.end(), [&](const ObjectRef& one) {
            return !is_terminating(*one) && term_selects(term, pod, *one, cluster);
          }));
    }
    int least = counts.empty() ? 0 : counts.begin()->second;
    for (const auto& [domain, count] : counts) least = std::min(least, count);
    const int itself = term_selects(term, pod, pod, cluster) ? 1 : 0;
    if (counts[*domain_of(place, term)] + itself - least > number(constraint, {"maxSkew"}, 1)) return false;
  }
  return true;
}

}  // namespace controllers::scheduler
