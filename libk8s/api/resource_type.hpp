// SPDX-License-Identifier: Apache-2.0
// Which kinds we speak of, and where the API server serves them.
#pragma once

#include <string>
#include <string_view>

#include "libk8s/base/strong.hpp"

namespace k8s {

// One row of discovery. `plural` is the path segment; group "" is the core group.
struct ResourceType {
  std::string_view group;
  std::string_view version;
  std::string_view plural;
  std::string_view kind;

  // "v1" or "apps/v1".
  std::string api_version() const;
  bool operator==(const ResourceType&) const = default;
};

inline constexpr ResourceType kPods{"", "v1", "pods", "Pod"};
inline constexpr ResourceType kServices{"", "v1", "services", "Service"};
inline constexpr ResourceType kConfigMaps{"", "v1", "configmaps", "ConfigMap"};
inline constexpr ResourceType kSecrets{"", "v1", "secrets", "Secret"};
inline constexpr ResourceType kPersistentVolumeClaims{"", "v1", "persistentvolumeclaims", "PersistentVolumeClaim"};
inline constexpr ResourceType kNamespaces{"", "v1", "namespaces", "Namespace"};
inline constexpr ResourceType kStatefulSets{"apps", "v1", "statefulsets", "StatefulSet"};
inline constexpr ResourceType kPodDisruptionBudgets{"policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget"};
inline constexpr ResourceType kLeases{"coordination.k8s.io", "v1", "leases", "Lease"};
inline constexpr ResourceType kEvents{"events.k8s.io", "v1", "events", "Event"};

}  // namespace k8s
