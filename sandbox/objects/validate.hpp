// SPDX-License-Identifier: Apache-2.0
// Does an object satisfy its schema, and what exactly is wrong with it?
//
// With an old object, what did not change is not judged again (CRD validation ratcheting, on since Kubernetes 1.33).
#pragma once

#include <string>
#include <vector>

#include "sandbox/objects/schema.hpp"

namespace objects {

// x-kubernetes-validations, evaluated by the room that knows CEL.
class RuleChecker {
 public:
  virtual ~RuleChecker() = default;
  // All rules of `schema` at `self`. old_self is null when there is no old value or none that corresponds (below sets
  // and atomic lists): rules that need it are skipped then. `path` is the node's: "spec", "" for the root.
  virtual std::vector<FieldError> check(const Schema& schema, const Value& self, const Value* old_self,
                                        const std::string& path) const = 0;
};

// old_object: null on create. checker: null to skip the rules.
std::vector<FieldError> validate(const Value& object, const Value* old_object, const Schema& schema,
                                 const RuleChecker* checker);

}  // namespace objects
