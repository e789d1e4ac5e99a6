// SPDX-License-Identifier: Apache-2.0
// What is to happen later? Actions by time; equal times in the order they were set.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "libk8s/base/clock.hpp"

namespace simmongod {

struct Member;

using Action = std::function<void(Member&)>;
using TimerId = std::uint64_t;

class Timers {
 public:
  TimerId at(k8s::Monotonic when, Action action) {
    const TimerId id = ++last_;
    times_.emplace(id, when);
    due_.emplace(std::pair(when, id), std::move(action));
    return id;
  }
  // Harmless for one that is over, and for 0.
  void cancel(TimerId id) {
    const auto found = times_.find(id);
    if (found == times_.end()) return;
    due_.erase(std::pair(found->second, id));
    times_.erase(found);
  }
  std::optional<k8s::Monotonic> next() const {
    return due_.empty() ? std::nullopt : std::optional(due_.begin()->first.first);
  }
  // The first action that is due, removed; nothing when none is.
  std::optional<Action> take(k8s::Monotonic now) {
    if (due_.empty() || due_.begin()->first.first > now) return {};
    Action action = std::move(due_.begin()->second);
    times_.erase(due_.begin()->first.second);
    due_.erase(due_.begin());
    return action;
  }
  void clear() {
    times_.clear();
    due_.clear();
  }

 private:
  std::map<std::pair<k8s::Monotonic, TimerId>, Action> due_;
  std::map<TimerId, k8s::Monotonic> times_;
  TimerId last_ = 0;
};

}  // namespace simmongod
