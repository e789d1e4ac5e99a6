// SPDX-License-Identifier: Apache-2.0
#include "libk8s/health/loop_lag.hpp"

#include <utility>

namespace k8s {

LoopLag::LoopLag(Loop& loop, Millis interval, std::function<void(Millis)> on_lag)
    : loop_(loop), interval_(interval), on_lag_(std::move(on_lag)) {
  arm();
}

void LoopLag::arm() {
  const Monotonic due = loop_.now() + interval_;
  timer_ = loop_.after(interval_, [this, due] {
    const Millis late = loop_.now() - due;
    const auto report = on_lag_;  // it may destroy us
    arm();
    report(late > Millis{0} ? late : Millis{0});
  });
}

}  // namespace k8s
