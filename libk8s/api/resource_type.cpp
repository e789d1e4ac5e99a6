// SPDX-License-Identifier: Apache-2.0
#include "libk8s/api/resource_type.hpp"

namespace k8s {

std::string ResourceType::api_version() const {
  return group.empty() ? std::string{version} : std::string{group} + "/" + std::string{version};
}

}  // namespace k8s
