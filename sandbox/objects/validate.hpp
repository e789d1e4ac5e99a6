// SPDX-License-Identifier: Apache-2.0
// Does an object satisfy its schema, and what exactly is wrong with it?
//
// For custom resources; what built-in kinds demand is code of the API server. With an old object, what did not change
// is not judged again (CRD validation ratcheting, on since Kubernetes 1.33). Errors of the object as a whole have the
// field "<nil>", as the server writes it.
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
  // and atomic lists): rules that need it are skipped then. `path` is the node's: "spec", "spec.labels[key]", "" for
  // the root.
  virtual std::vector<FieldError> check(const Schema& schema, const Value& self, const Value* old_self,
                                        const std::string& path) const = 0;
};

// old_object: null on create. checker: null to skip the rules. Rules are not evaluated where an error makes their
// result meaningless; one error says so.
std::vector<FieldError> validate(const Value& object, const Value* old_object, const Schema& schema,
                                 const RuleChecker* checker);

// The parts, in the order in which validate() puts them together. `path` of the object itself: "".
std::vector<FieldError> validate_against_schema(const Value& object, const Value* old_object, const Schema& schema);
std::vector<FieldError> validate_embedded_resources(const Value& object, const Schema& schema);
std::vector<FieldError> validate_list_sets_and_maps(const Value& object, const Schema& schema);
std::vector<FieldError> validate_rules(const Value& object, const Value* old_object, const Schema& schema,
                                       const RuleChecker& checker);

// The old item that an item of a list corresponds to: by key in a map list, otherwise none.
const Value* corresponding_item(const Value& item, const Value* old_list, const Schema& list);

}  // namespace objects
