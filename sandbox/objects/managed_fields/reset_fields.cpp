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
  const bool has_status = kind.subresource("status") != nullptr;
  if (subresource.empty()) return has_status ? of({path({"status"})}) : FieldSet();
  if (subresource != "status") return {};
  FieldSet out = of({path({"spec"})});
  // Kinds whose status door also leaves the labels and all other metadata alone.
  if (kind.group == "apiextensions.k8s.io" || kind.group == "certificates.k8s.io") out.insert(path({"metadata"}));
  if (kind.group == "apps" || kind.group == "batch" || kind.kind == "ReplicaSet") return out;
  return out;
}

FieldSet custom_resource_reset_fields(bool has_status, std::string_view subresource) {
  if (subresource == "status") return of({path({"spec"})});
  if (has_status && subresource.empty()) return of({path({"status"})});
  return {};
}

}  // namespace objects
