// SPDX-License-Identifier: Apache-2.0
#include "libk8s/base/backoff.hpp"

#include <algorithm>

namespace k8s {

Millis Backoff::delay(int failures) const {
  Millis wait = initial;
  for (int i = 0; i < failures && wait < max; ++i) wait *= 2;
  return std::min(wait, max);
}

Millis Backoff::delay(int failures, Random& random) const {
  const Millis wait = delay(failures);
  return wait + Millis{static_cast<Millis::rep>(static_cast<double>(wait.count()) * jitter * random.unit())};
}

}  // namespace k8s
