// SPDX-License-Identifier: Apache-2.0
// metadata, as far as controllers read it. managedFields are dropped at parse time.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libk8s/api/object_key.hpp"
#include "libk8s/base/clock.hpp"
#include "libk8s/base/strong.hpp"

namespace k8s {

struct OwnerReference {
  std::string api_version;
  std::string kind;
  Name name;
  Uid uid;
  std::optional<bool> controller;

  bool operator==(const OwnerReference&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("apiVersion", self.api_version);
    visit("kind", self.kind);
    visit("name", self.name);
    visit("uid", self.uid);
    visit("controller", self.controller);
  }
};

struct ObjectMeta {
  Namespace ns;
  Name name;
  Uid uid;
  ResourceVersion resource_version;
  std::int64_t generation = 0;
  std::optional<Wall> creation_timestamp;
  // Set once deletion was asked for; the object lives on until its finalizers are gone and its grace period is over.
  std::optional<Wall> deletion_timestamp;
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
  std::vector<std::string> finalizers;
  std::vector<OwnerReference> owner_references;

  bool operator==(const ObjectMeta&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("namespace", self.ns);
    visit("name", self.name);
    visit("uid", self.uid);
    visit("resourceVersion", self.resource_version);
    visit("generation", self.generation);
    visit("creationTimestamp", self.creation_timestamp);
    visit("deletionTimestamp", self.deletion_timestamp);
    visit("labels", self.labels);
    visit("annotations", self.annotations);
    visit("finalizers", self.finalizers);
    visit("ownerReferences", self.owner_references);
  }
};

inline ObjectKey key_of(const ObjectMeta& meta) {
  return {.ns = meta.ns, .name = meta.name};
}

// True when the controller owner reference is that very object (by uid, never by name).
bool is_controlled_by(const ObjectMeta& meta, const Uid& owner);

}  // namespace k8s
