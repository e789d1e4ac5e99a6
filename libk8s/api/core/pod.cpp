// SPDX-License-Identifier: Apache-2.0
#include "libk8s/api/core/pod.hpp"

#include <algorithm>

namespace k8s {

bool is_ready(const Pod& pod) {
  return !pod.metadata.deletion_timestamp &&
         std::any_of(pod.status.conditions.begin(), pod.status.conditions.end(), [](const PodCondition& condition) {
           return condition.type == "Ready" && condition.status == "True";
         });
}

}  // namespace k8s
