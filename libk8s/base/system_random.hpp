// SPDX-License-Identifier: Apache-2.0
// The real Random: seeded once from the system.
#pragma once

#include <random>

#include "libk8s/base/random.hpp"

namespace k8s {

class SystemRandom final : public Random {
 public:
  SystemRandom();
  std::uint64_t next() override;

 private:
  std::mt19937_64 engine_;
};

}  // namespace k8s
