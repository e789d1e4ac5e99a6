// SPDX-License-Identifier: Apache-2.0
// KEP-5504: resource versions of one resource are decimal numbers without leading zeros, so they can be ordered without
// parsing.
#pragma once

#include <optional>

#include "libk8s/base/strong.hpp"

namespace k8s {

// Nothing when either is not of that form (an old or foreign server): then only equality means something.
std::optional<bool> is_newer(const ResourceVersion& a, const ResourceVersion& than_b);

}  // namespace k8s
