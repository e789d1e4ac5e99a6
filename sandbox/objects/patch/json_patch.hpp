// SPDX-License-Identifier: Apache-2.0
// What does a JSON patch (RFC 6902) make of a document?
#pragma once

#include "libk8s/base/result.hpp"
#include "sandbox/objects/schema.hpp"

namespace objects {

// Code::invalid; remote_code is the HTTP status the API server would answer: 400 for a patch that is no patch, 422 for
// one that does not fit the document (a failed test, a path that is not there).
k8s::Result<Value> apply_json_patch(const Value& document, const Value& patch);

}  // namespace objects
