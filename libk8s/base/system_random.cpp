// SPDX-License-Identifier: Apache-2.0
#include "libk8s/base/system_random.hpp"

namespace k8s {

SystemRandom::SystemRandom() {
  std::random_device device;
  std::seed_seq seed{device(), device(), device(), device()};
  engine_.seed(seed);
}

std::uint64_t SystemRandom::next() {
  return engine_();
}

}  // namespace k8s
