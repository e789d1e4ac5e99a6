// SPDX-License-Identifier: Apache-2.0
// The real Clock.
#pragma once

#include "libk8s/base/clock.hpp"

namespace k8s {

class SystemClock final : public Clock {
 public:
  Monotonic monotonic() const override;
  Wall wall() const override;
};

}  // namespace k8s
