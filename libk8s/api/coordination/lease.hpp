// SPDX-License-Identifier: Apache-2.0
// Lease: who may act. Written whole by PUT, so every field we must keep is here.
#pragma once

#include <cstdint>
#include <optional>

#include "libk8s/api/object_meta.hpp"
#include "libk8s/api/resource_type.hpp"

namespace k8s {

struct LeaseSpec {
  std::optional<std::string> holder_identity;
  std::optional<std::int64_t> lease_duration_seconds;
  std::optional<Wall> acquire_time;
  std::optional<Wall> renew_time;
  std::optional<std::int64_t> lease_transitions;

  bool operator==(const LeaseSpec&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("holderIdentity", self.holder_identity);
    visit("leaseDurationSeconds", self.lease_duration_seconds);
    visit("acquireTime", self.acquire_time);
    visit("renewTime", self.renew_time);
    visit("leaseTransitions", self.lease_transitions);
  }
};

struct Lease {
  static constexpr const ResourceType& kType = kLeases;

  ObjectMeta metadata;
  LeaseSpec spec;

  bool operator==(const Lease&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("metadata", self.metadata);
    visit("spec", self.spec);
  }
};

}  // namespace k8s
