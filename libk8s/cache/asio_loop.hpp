// SPDX-License-Identifier: Apache-2.0
// The real Loop: tasks and timers on one Asio io_context.
#pragma once

#include <boost/asio/io_context.hpp>

#include "libk8s/cache/loop.hpp"

namespace k8s {

class AsioLoop final : public Loop {
 public:
  // Both must outlive the loop and every Timer of it.
  AsioLoop(boost::asio::io_context& io, const Clock& clock) : io_(io), clock_(clock) {}

  const Clock& clock() const override { return clock_; }
  std::unique_ptr<Timer> after(Millis delay, std::function<void()> task) override;

 private:
  boost::asio::io_context& io_;
  const Clock& clock_;
};

}  // namespace k8s
