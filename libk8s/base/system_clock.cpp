// SPDX-License-Identifier: Apache-2.0
#include "libk8s/base/system_clock.hpp"

namespace k8s {

Monotonic SystemClock::monotonic() const {
  return Monotonic{std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch())};
}

Wall SystemClock::wall() const {
  return Wall{
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())};
}

}  // namespace k8s
