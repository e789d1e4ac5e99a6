// SPDX-License-Identifier: Apache-2.0
// Which key is looked at next? client-go's work queue (dirty and processing sets, delays, per-key backoff), pure and
// single-threaded.
//
// A key added while it is being processed is processed once more afterwards; a key added twice is processed once. Of
// several delays the earliest wins. Order: first added, first out; delayed keys by due time, then by key.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "libk8s/api/object_key.hpp"
#include "libk8s/base/backoff.hpp"

namespace k8s {

struct QueueStats {
  std::size_t depth = 0;  // ready
  std::size_t delayed = 0;
  std::size_t processing = 0;
  std::uint64_t adds = 0;
  std::uint64_t retries = 0;
  Millis longest_running{0};
  Millis unfinished_work{0};  // sum over what is being processed
  // Of the key that was popped last: how long it had waited.
  Millis last_wait{0};
};

class WorkQueue {
 public:
  explicit WorkQueue(Backoff backoff = {.initial = Millis{5}, .max = Millis{1'000'000}, .jitter = 0})
      : backoff_(backoff) {}

  void add(const ObjectKey& key, Monotonic now);
  void add_after(const ObjectKey& key, Millis delay, Monotonic now);
  // After a failure: 5 ms·2ⁿ, n being the failures since forget(); never sooner than `at_least`.
  void add_rate_limited(const ObjectKey& key, Millis at_least, Monotonic now);
  // The key did well: its next failure counts as the first.
  void forget(const ObjectKey& key);
  int failures(const ObjectKey& key) const;

  // Takes the next ready key; nothing when none is due. It is in flight until done().
  std::optional<ObjectKey> pop(Monotonic now);
  void done(const ObjectKey& key, Monotonic now);

  // When the earliest delayed key falls due; nothing when none is delayed.
  std::optional<Monotonic> next_due() const;
  bool has_ready(Monotonic now) const;
  bool is_processing(const ObjectKey& key) const { return processing_.contains(key); }
  QueueStats stats(Monotonic now) const;

 private:
  void ripen(Monotonic now);
  void push(const ObjectKey& key, Monotonic now);

  Backoff backoff_;
  std::deque<std::pair<ObjectKey, Monotonic>> ready_;
  std::set<ObjectKey> dirty_;
  std::map<ObjectKey, Monotonic> processing_;
  std::map<ObjectKey, Monotonic> due_;
  std::set<std::pair<Monotonic, ObjectKey>> by_due_;
  std::map<ObjectKey, int> failures_;
  std::uint64_t adds_ = 0;
  std::uint64_t retries_ = 0;
  Millis last_wait_{0};
};

}  // namespace k8s
