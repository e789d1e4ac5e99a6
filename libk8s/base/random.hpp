// SPDX-License-Identifier: Apache-2.0
// Chance, as a port: jitter and name suffixes in production, a seed in tests. Never used for secrets (those are drawn
// in apply).
#pragma once

#include <cstdint>

namespace k8s {

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;

  // Uniform in [0, 1). The same on every standard library, unlike std::uniform_real_distribution.
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
};

}  // namespace k8s
