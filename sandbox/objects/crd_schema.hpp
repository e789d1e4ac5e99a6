// SPDX-License-Identifier: Apache-2.0
// Is a CRD's openAPIV3Schema structural, and what does it say?
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "sandbox/objects/kinds.hpp"
#include "sandbox/objects/schema.hpp"

namespace objects {

// Errors carry paths below `path`: "spec.validation.openAPIV3Schema" when all versions of the CRD have the same schema
// (one version included), "spec.versions[0].schema.openAPIV3Schema" otherwise, as the real server does.
std::variant<SchemaRef, std::vector<FieldError>> parse_crd_schema(const Value& open_api_v3_schema,
                                                                  const std::string& path);

// The same schema with apiVersion, kind and metadata (as the built-in ObjectMeta) at the root and in every embedded
// resource: what everything else in this room wants to be given for a custom resource.
SchemaRef with_object_meta(const SchemaRef& schema, const BuiltIns& built_ins);

}  // namespace objects
