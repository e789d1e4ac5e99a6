// SPDX-License-Identifier: Apache-2.0
// What does a strategic merge patch make of a built-in object?
//
// Lists with a merge key merge by it, primitive lists with the merge strategy unite, other lists are replaced.
// Directives: $patch (replace, delete, merge), $setElementOrder/<list>, $deleteFromPrimitiveList/<list>, $retainKeys.
#pragma once

#include "libk8s/base/result.hpp"
#include "sandbox/objects/schema.hpp"

namespace objects {

// Code::invalid, remote_code the HTTP status the API server would answer.
k8s::Result<Value> apply_strategic_merge_patch(const Value& document, const Value& patch, const Schema& schema);

}  // namespace objects
