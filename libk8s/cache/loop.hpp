// SPDX-License-Identifier: Apache-2.0
// When does something run? The one loop of the process, as a port: Asio in production (asio_loop.hpp), a virtual clock
// in tests and simulation.
//
// Rules that every implementation keeps: a task runs on the loop, never from inside the call that took it; tasks that
// are due at the same time run in the order they were given; destroying the Timer cancels its task, also from inside
// any task, its own included.
#pragma once

#include <functional>
#include <memory>

#include "libk8s/base/clock.hpp"

namespace k8s {

class Loop {
 public:
  class Timer {
   public:
    virtual ~Timer() = default;
  };

  virtual ~Loop() = default;
  virtual const Clock& clock() const = 0;
  // A delay of zero or less: as soon as the loop has finished what it is doing.
  [[nodiscard]] virtual std::unique_ptr<Timer> after(Millis delay, std::function<void()> task) = 0;

  Monotonic now() const { return clock().monotonic(); }
};

}  // namespace k8s
