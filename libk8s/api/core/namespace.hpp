// SPDX-License-Identifier: Apache-2.0
// Namespace, projected: only whether it is going away matters to us.
#pragma once

#include "libk8s/api/object_meta.hpp"
#include "libk8s/api/resource_type.hpp"

namespace k8s {

struct NamespaceObject {
  static constexpr const ResourceType& kType = kNamespaces;

  ObjectMeta metadata;

  bool operator==(const NamespaceObject&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("metadata", self.metadata);
  }
};

}  // namespace k8s
