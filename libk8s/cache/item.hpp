// SPDX-License-Identifier: Apache-2.0
// What a store knows of any object without knowing its type.
#pragma once

#include <cstdint>
#include <memory>

#include "libk8s/api/object_meta.hpp"

namespace k8s {

struct Item {
  ObjectKey key;
  Uid uid;
  ResourceVersion resource_version;
  std::int64_t generation = 0;
  bool terminating = false;
  // The value itself, of the type that the store was made for.
  std::shared_ptr<const void> object;
};

inline Item item_of(const ObjectMeta& meta, std::shared_ptr<const void> object) {
  return {.key = key_of(meta),
          .uid = meta.uid,
          .resource_version = meta.resource_version,
          .generation = meta.generation,
          .terminating = meta.deletion_timestamp.has_value(),
          .object = std::move(object)};
}

}  // namespace k8s
