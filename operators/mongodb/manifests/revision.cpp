// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/manifests/revision.hpp"

#include "libk8s/base/hash.hpp"
#include "libk8s/json/fields.hpp"

namespace mongodb {

std::string revision_of(const MongoReplicaSet& set, const k8s::json::Value& config) {
  const k8s::json::Value restart{
      {"image", image_of(set.spec)},
      {"config", config},
      {"resources", k8s::json::encode(set.spec.resources)},
      {"placement", k8s::json::encode(set.spec.placement)},
      {"restartedAt", set.spec.restarted_at.value_or("")},
  };
  return k8s::short_hash(k8s::json::print(restart));
}

}  // namespace mongodb
