// SPDX-License-Identifier: Apache-2.0
// How late does the loop run what is due? A timer that measures its own lateness; anything above 50 ms is a bug
// somewhere.
#pragma once

#include <functional>
#include <memory>

#include "libk8s/cache/loop.hpp"

namespace k8s {

class LoopLag {
 public:
  // Measures until destroyed. on_lag runs on the loop. A stall shorter than the interval may fall between two
  // measurements.
  LoopLag(Loop& loop, Millis interval, std::function<void(Millis lag)> on_lag);

 private:
  void arm();

  Loop& loop_;
  Millis interval_;
  std::function<void(Millis)> on_lag_;
  std::unique_ptr<Loop::Timer> timer_;
};

}  // namespace k8s
