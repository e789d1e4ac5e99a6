// SPDX-License-Identifier: Apache-2.0
// Does the live object already hold every field that we want? Fields that others or the server's defaults added do not
// count.
#pragma once

#include <string>

#include "libk8s/json/value.hpp"

namespace k8s {

// Nothing to do when the result is empty; else the first path that differs, such as
// "spec.template.spec.containers.0.image". Objects: every wanted member is covered. Arrays: same length, element by
// element (the server keeps the order of lists that have map keys). Scalars: equal, or two spellings of the same
// quantity.
std::string first_difference(const json::Value& wanted, const json::Value& live);

}  // namespace k8s
