// SPDX-License-Identifier: Apache-2.0
// Which time is it for tests over real sockets? Not base/system_clock.hpp, so that these programs link no other io.
#pragma once

#include "libk8s/base/clock.hpp"
#include "libk8s/base/random.hpp"

namespace mongo::testing {

class RealTime final : public k8s::Clock {
 public:
  k8s::Monotonic monotonic() const override {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return k8s::Monotonic{std::chrono::duration_cast<k8s::Millis>(since)};
  }
  k8s::Wall wall() const override { return {}; }
};

// Always in the middle.
class Even final : public k8s::Random {
 public:
  std::uint64_t next() override { return 1ull << 63; }
};

}  // namespace mongo::testing
