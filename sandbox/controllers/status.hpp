// SPDX-License-Identifier: Apache-2.0
// How does a controller say what it sees? Status writes and conditions, written only where they differ.
#pragma once

#include <string_view>

#include "sandbox/controllers/controller.hpp"

namespace controllers {

// PUT of the status subresource when `status` is not what the object has; conflict when the object has moved on.
Result<void> write_status(Api& api, const Value& object, const Value& status);

struct ConditionWords {
  std::string_view type;
  std::string_view status;  // "True", "False", "Unknown"
  std::string_view reason;
  std::string_view message;
};
// In an array of conditions: lastTransitionTime moves only with the status. True when anything changed.
bool set_condition(Value& conditions, const ConditionWords& words, const Now& now);
bool drop_condition(Value& conditions, std::string_view type);
// Null when there is none.
const Value* find_condition(const Value& object, std::string_view type);  // in object.status.conditions
bool condition_is(const Value& object, std::string_view type, std::string_view status);

// Removes one finalizer under the object's resourceVersion; success when it is not there.
Result<void> remove_finalizer(Api& api, const Kind& kind, const Value& object, std::string_view finalizer);
Result<void> add_finalizer(Api& api, const Kind& kind, const Value& object, std::string_view finalizer);

// Success, and what was wanted to be gone is: not_found too.
Result<void> unless_gone(Result<void> result);

}  // namespace controllers
