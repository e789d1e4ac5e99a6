// SPDX-License-Identifier: Apache-2.0
// An object that we made: its metadata, and its whole body as text to lay beside what we want (apply/diff.hpp).
#pragma once

#include <functional>

#include "libk8s/api/object_meta.hpp"
#include "libk8s/api/resource_type.hpp"
#include "libk8s/json/fields.hpp"

namespace k8s {

// `body` is the object without metadata.managedFields and without status.
struct OwnedObject {
  ObjectMeta metadata;
  json::Compact body;

  bool operator==(const OwnedObject&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("metadata", self.metadata);
    visit("body", self.body);
  }
};

// From the API server's own form of any object.
Result<OwnedObject> decode_owned(const json::Node& node);
// The same for a store of one type: an item of a list does not say what it is, an object that a watch brings does, and
// both must come out alike.
std::function<Result<OwnedObject>(const json::Node& node)> decode_owned_as(const ResourceType& type);

}  // namespace k8s
