// SPDX-License-Identifier: Apache-2.0
// What is done later on the loop, in the order it was given, and not at all once its owner is gone?
//
//   Mailbox later_{loop};
//   later_.post([this] { … });     never from inside post(); not after ~Mailbox
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include "libk8s/cache/loop.hpp"

namespace k8s {

class Mailbox {
 public:
  explicit Mailbox(Loop& loop) : loop_(loop) {}

  void post(std::function<void()> task) {
    tasks_.push_back(std::move(task));
    arm();
  }

 private:
  void arm() {
    if (timer_ || tasks_.empty()) return;
    timer_ = loop_.after(Millis{0}, [this] { run_one(); });
  }

  void run_one() {
    timer_.reset();
    const std::function<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    arm();
    // Last: it may destroy this.
    task();
  }

  Loop& loop_;
  std::deque<std::function<void()>> tasks_;
  std::unique_ptr<Loop::Timer> timer_;
};

}  // namespace k8s
