// SPDX-License-Identifier: Apache-2.0
#include "libk8s/api/object_meta.hpp"

#include <algorithm>

namespace k8s {

bool is_controlled_by(const ObjectMeta& meta, const Uid& owner) {
  return std::any_of(meta.owner_references.begin(), meta.owner_references.end(), [&](const OwnerReference& reference) {
    return reference.controller.value_or(false) && reference.uid == owner;
  });
}

}  // namespace k8s
