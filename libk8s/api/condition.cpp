// SPDX-License-Identifier: Apache-2.0
#include "libk8s/api/condition.hpp"

#include <algorithm>

namespace k8s {

void set_condition(std::vector<Condition>& conditions, Condition wanted) {
  const auto at = std::lower_bound(conditions.begin(), conditions.end(), wanted,
                                   [](const Condition& a, const Condition& b) { return a.type < b.type; });
  if (at == conditions.end() || at->type != wanted.type) {
    conditions.insert(at, std::move(wanted));
    return;
  }
  if (at->status == wanted.status) wanted.last_transition_time = at->last_transition_time;
  *at = std::move(wanted);
}

const Condition* find_condition(const std::vector<Condition>& conditions, const std::string& type) {
  const auto at =
      std::find_if(conditions.begin(), conditions.end(), [&](const Condition& one) { return one.type == type; });
  return at == conditions.end() ? nullptr : &*at;
}

}  // namespace k8s
