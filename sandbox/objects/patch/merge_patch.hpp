// SPDX-License-Identifier: Apache-2.0
// What does a JSON merge patch (RFC 7386) make of a document?
#pragma once

#include "sandbox/objects/schema.hpp"

namespace objects {

Value apply_merge_patch(Value document, const Value& patch);

}  // namespace objects
