// SPDX-License-Identifier: Apache-2.0
// How does an expression name a property whose JSON name is no identifier? As Kubernetes escapes it: `__namespace__`
// for the reserved word, `__dash__`, `__dot__`, `__slash__` and `__underscores__` for what an identifier cannot hold.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cel {

// "name-space" -> "name__dash__space", "namespace" -> "__namespace__". Nothing where no escape makes it an identifier
// ("a b", "1st", ""): no rule can reach that property.
std::optional<std::string> escape_property(std::string_view json_name);

// Words that the language keeps for itself: none of them can be an identifier.
bool is_reserved(std::string_view word);

}  // namespace cel
