// SPDX-License-Identifier: Apache-2.0
// How long to wait before the n-th next try: initial * 2^n, at most `max`, plus up to `jitter` of itself.
#pragma once

#include "libk8s/base/clock.hpp"
#include "libk8s/base/random.hpp"

namespace k8s {

struct Backoff {
  Millis initial{5};
  Millis max{1'000'000};
  // 0: none; 1: up to twice as long (what client-go's reflector does).
  double jitter = 0;

  // failures counts from 0: the first wait is `initial`.
  Millis delay(int failures) const;
  Millis delay(int failures, Random& random) const;

  bool operator==(const Backoff&) const = default;
};

}  // namespace k8s
