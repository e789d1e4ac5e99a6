// SPDX-License-Identifier: Apache-2.0
// PersistentVolumeClaim, projected.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "libk8s/api/object_meta.hpp"
#include "libk8s/api/quantity.hpp"
#include "libk8s/api/resource_type.hpp"

namespace k8s {

struct VolumeResourceRequirements {
  std::map<std::string, Quantity> requests;

  bool operator==(const VolumeResourceRequirements&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("requests", self.requests);
  }
};

struct PersistentVolumeClaimSpec {
  std::optional<std::string> storage_class_name;
  std::string volume_name;
  VolumeResourceRequirements resources;

  bool operator==(const PersistentVolumeClaimSpec&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("storageClassName", self.storage_class_name);
    visit("volumeName", self.volume_name);
    visit("resources", self.resources);
  }
};

struct PersistentVolumeClaimStatus {
  std::string phase;  // "Pending", "Bound", "Lost"
  std::map<std::string, Quantity> capacity;

  bool operator==(const PersistentVolumeClaimStatus&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("phase", self.phase);
    visit("capacity", self.capacity);
  }
};

struct PersistentVolumeClaim {
  static constexpr const ResourceType& kType = kPersistentVolumeClaims;

  ObjectMeta metadata;
  PersistentVolumeClaimSpec spec;
  PersistentVolumeClaimStatus status;

  bool operator==(const PersistentVolumeClaim&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("metadata", self.metadata);
    visit("spec", self.spec);
    visit("status", self.status);
  }
};

}  // namespace k8s
