// SPDX-License-Identifier: Apache-2.0
// When is the queue looked at again? One timer, for the earliest key that may be popped; the work itself is the
// owner's.
#pragma once

#include <functional>
#include <memory>

#include "libk8s/cache/loop.hpp"
#include "libk8s/queue/work_queue.hpp"

namespace k8s {

class QueueDriver {
 public:
  // `ready` runs on the loop, never from inside a call of this class, when a key may be popped. It must not destroy the
  // driver. An owner that leaves ready keys behind, being busy, is told again after its next call.
  QueueDriver(Loop& loop, std::function<void()> ready);

  void add(const ObjectKey& key);
  void add_after(const ObjectKey& key, Millis delay);
  void add_rate_limited(const ObjectKey& key, Millis at_least);
  void forget(const ObjectKey& key) { queue_.forget(key); }
  std::optional<ObjectKey> pop();
  void done(const ObjectKey& key);

  const WorkQueue& queue() const { return queue_; }

 private:
  void arm();

  Loop& loop_;
  std::function<void()> ready_;
  WorkQueue queue_;
  std::unique_ptr<Loop::Timer> timer_;
  Monotonic timer_at_{};
};

}  // namespace k8s
