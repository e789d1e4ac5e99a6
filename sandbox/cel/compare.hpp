// SPDX-License-Identifier: Apache-2.0
// When are two values equal, and which comes first?
//
// int, uint and double are one number line: 1 == 1u == 1.0, and NaN equals nothing. Values of different kinds are
// unequal, never an error. Lists that are declared as sets or maps are equal in any order, as Kubernetes has it.
#pragma once

#include <optional>

#include "sandbox/cel/budget.hpp"
#include "sandbox/cel/value.hpp"

namespace cel {

// With a budget, whatever is looked at is paid for, however deep it lies; once that is spent the answer means nothing.
bool equal(const Value& a, const Value& b, Budget* budget = nullptr);

// -1, 0 or 1; nothing where there is no order between the two (other kinds, NaN).
std::optional<int> compare(const Value& a, const Value& b);

// A total order over what can be a key: bool, numbers by value, string. Other kinds come last, all alike.
bool key_before(const Value& a, const Value& b);
// bool, int, uint and string can be keys.
bool can_be_key(const Value& value);
// What to look for in a map: the value, or the whole number that a double is. Nothing for what no map holds.
std::optional<Value> as_key(const Value& value);

bool contains(const List& list, const Value& value, Budget* budget = nullptr);

}  // namespace cel
