// SPDX-License-Identifier: Apache-2.0
// Whose is it? Owner references, and taking or letting go of objects by selector.
#pragma once

#include "sandbox/controllers/api.hpp"
#include "sandbox/controllers/object.hpp"

namespace controllers {

// The owner reference with controller: true, into `object`; null when there is none.
const Value* controller_reference(const Value& object);
bool is_controlled_by(const Value& object, const Value& owner);
// {apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true}
Value controller_reference_to(const Value& owner);

// The objects of `kind` in the owner's namespace that are its: those it controls already, and unowned ones that its
// selector matches, which are adopted (unless owner or object is being deleted). Controlled ones that the selector no
// longer matches are released. Sorted by name. `adoptable` may refuse more.
using Adoptable = bool (*)(const Value& object, const Value& owner);
Result<Objects> claim(Api& api, const Kind& kind, const Value& owner, Adoptable adoptable = nullptr);

}  // namespace controllers
