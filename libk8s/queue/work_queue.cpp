// SPDX-License-Identifier: Apache-2.0
#include "libk8s/queue/work_queue.hpp"

#include <algorithm>

#include "libk8s/base/check.hpp"

namespace k8s {

void WorkQueue::push(const ObjectKey& key, Monotonic now) {
  dirty_.insert(key);
  if (!processing_.contains(key)) ready_.emplace_back(key, now);
}

void WorkQueue::add(const ObjectKey& key, Monotonic now) {
  ++adds_;
  if (!dirty_.contains(key)) push(key, now);
}

void WorkQueue::add_after(const ObjectKey& key, Millis delay, Monotonic now) {
  if (delay <= Millis{0}) return add(key, now);
  const Monotonic at = now + delay;
  const auto known = due_.find(key);
  if (known != due_.end()) {
    if (known->second <= at) return;
    by_due_.erase({known->second, key});
  }
  due_[key] = at;
  by_due_.emplace(at, key);
}

void WorkQueue::add_rate_limited(const ObjectKey& key, Millis at_least, Monotonic now) {
  ++retries_;
  int& failures = failures_[key];
  const Millis delay = std::max(backoff_.delay(failures), at_least);
  // Beyond this the delay is at its maximum anyway.
  failures = std::min(failures + 1, 64);
  add_after(key, delay, now);
}

void WorkQueue::forget(const ObjectKey& key) {
  failures_.erase(key);
}

int WorkQueue::failures(const ObjectKey& key) const {
  const auto at = failures_.find(key);
  return at == failures_.end() ? 0 : at->second;
}

void WorkQueue::ripen(Monotonic now) {
  while (!by_due_.empty() && by_due_.begin()->first <= now) {
    const auto [at, key] = *by_due_.begin();
    by_due_.erase(by_due_.begin());
    due_.erase(key);
    ++adds_;
    if (!dirty_.contains(key)) push(key, at);
  }
}

std::optional<ObjectKey> WorkQueue::pop(Monotonic now) {
  ripen(now);
  if (ready_.empty()) return std::nullopt;
  auto [key, since] = std::move(ready_.front());
  ready_.pop_front();
  dirty_.erase(key);
  processing_[key] = now;
  last_wait_ = now - since;
  return key;
}

void WorkQueue::done(const ObjectKey& key, Monotonic now) {
  check(processing_.erase(key) == 1, "done() for a key that was not popped");
  if (dirty_.contains(key)) ready_.emplace_back(key, now);
}

std::optional<Monotonic> WorkQueue::next_due() const {
  if (by_due_.empty()) return std::nullopt;
  return by_due_.begin()->first;
}

bool WorkQueue::has_ready(Monotonic now) const {
  return !ready_.empty() || (!by_due_.empty() && by_due_.begin()->first <= now);
}

QueueStats WorkQueue::stats(Monotonic now) const {
  QueueStats stats{.depth = ready_.size(),
                   .delayed = due_.size(),
                   .processing = processing_.size(),
                   .adds = adds_,
                   .retries = retries_};
  stats.last_wait = last_wait_;
  for (const auto& [key, since] : processing_) {
    stats.longest_running = std::max(stats.longest_running, now - since);
    stats.unfinished_work += now - since;
  }
  return stats;
}

}  // namespace k8s
