// SPDX-License-Identifier: Apache-2.0
// What is at a place of a list or under a key of a map?
#pragma once

#include <string>

#include "sandbox/cel/value.hpp"

namespace cel {

// container[key]: a failure "index out of bounds: 3" or "no such key: x" where there is nothing.
Value element(const Value& container, const Value& key);
// container[?key]: optional.none() where there is nothing.
Value optional_element(const Value& container, const Value& key);

// A scalar as a message shows it; the type's name for everything else.
std::string shown(const Value& value);

}  // namespace cel
