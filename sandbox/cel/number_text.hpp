// SPDX-License-Identifier: Apache-2.0
// How is a double written? As Go's %g writes it: the shortest digits that read back, with an exponent below -4 and from
// 6 on.
#pragma once

#include <string>

namespace cel {

// "123.456", "1e+06", "-0.5", "NaN", "+Inf", "-Inf".
std::string shortest(double value);

}  // namespace cel
