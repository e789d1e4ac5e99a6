// SPDX-License-Identifier: Apache-2.0
#include "libk8s/queue/queue_driver.hpp"

namespace k8s {

QueueDriver::QueueDriver(Loop& loop, std::function<void()> ready) : loop_(loop), ready_(std::move(ready)) {}

void QueueDriver::add(const ObjectKey& key) {
  queue_.add(key, loop_.now());
  arm();
}

void QueueDriver::add_after(const ObjectKey& key, Millis delay) {
  queue_.add_after(key, delay, loop_.now());
  arm();
}

void QueueDriver::add_rate_limited(const ObjectKey& key, Millis at_least) {
  queue_.add_rate_limited(key, at_least, loop_.now());
  arm();
}

std::optional<ObjectKey> QueueDriver::pop() {
  std::optional<ObjectKey> key = queue_.pop(loop_.now());
  arm();
  return key;
}

void QueueDriver::done(const ObjectKey& key) {
  queue_.done(key, loop_.now());
  arm();
}

void QueueDriver::arm() {
  const Monotonic now = loop_.now();
  Monotonic at = now;
  if (!queue_.has_ready(now)) {
    const std::optional<Monotonic> due = queue_.next_due();
    if (!due) {
      timer_.reset();
      return;
    }
    at = *due;
  }
  if (timer_ && timer_at_ <= at) return;
  timer_at_ = at;
  timer_ = loop_.after(at - now, [this] {
    // Ready keys that the owner leaves (it is busy) are told of again at its next pop() or done().
    timer_.reset();
    ready_();
  });
}

}  // namespace k8s
