// SPDX-License-Identifier: Apache-2.0
// The fields that a door does not write.
#include "sandbox/objects/managed_fields/reset_fields.hpp"

namespace objects {
namespace {

FieldSet of(std::initializer_list<FieldPath> paths) {
  FieldSet out;
  for (const FieldPath& path : paths) out.insert(path);
  return out;
}

FieldPath path(std::initializer_list<const char*> names) {
  FieldPath out;
  for (const char* name : names) out.push_back(PathElement::of_field(name));
  return out;
}

}  // namespace

FieldSet reset_fields(const Kind& kind, std::string_view subresource) {
  if (subresource.empty()) return kind.subresource("status") != nullptr ? of({path({"status"})}) : FieldSet();
  if (subresource == "approval") return of({path({"spec"}), path({"status", "certificate"})});
  if (subresource != "status") return {};
  FieldSet out = of({path({"spec"})});
  // What else a kind's status door leaves alone.
  if (kind.kind == "CustomResourceDefinition" || kind.kind == "VolumeAttachment") out.insert(path({"metadata"}));
  if (kind.kind == "Deployment") out.insert(path({"metadata", "labels"}));
  if (kind.kind == "Pod") {
    out.insert(path({"metadata", "deletionTimestamp"}));
    out.insert(path({"metadata", "ownerReferences"}));
  }
  return out;
}

FieldSet custom_resource_reset_fields(bool has_status, std::string_view subresource) {
  if (subresource == "status") return of({path({"spec"})});
  if (has_status && subresource.empty()) return of({path({"status"})});
  return {};
}

}  // namespace objects
