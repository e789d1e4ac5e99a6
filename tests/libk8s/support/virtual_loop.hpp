// SPDX-License-Identifier: Apache-2.0
// A Loop on a virtual clock: time passes only when the test says so.
#pragma once

#include <map>
#include <memory>
#include <utility>

#include "libk8s/cache/loop.hpp"

namespace k8s::test {

class VirtualClock final : public Clock {
 public:
  Monotonic monotonic() const override { return now; }
  Wall wall() const override { return wall_start + (now.time_since_epoch() + wall_skew); }

  Monotonic now{Millis{1'000'000}};
  Wall wall_start{std::chrono::seconds{1'790'000'000}};
  Millis wall_skew{0};
};

class VirtualLoop final : public Loop {
 public:
  const Clock& clock() const override { return clock_; }
  VirtualClock& virtual_clock() { return clock_; }

  std::unique_ptr<Timer> after(Millis delay, std::function<void()> task) override {
    const Slot slot{clock_.now + std::max(delay, Millis{0}), next_++};
    (*tasks_)[slot] = std::move(task);
    return std::make_unique<Handle>(tasks_, slot);
  }

  // Runs the next task, moving the clock to it; false when there is none due by `until`.
  bool step(Monotonic until) {
    if (tasks_->empty() || tasks_->begin()->first.first > until) return false;
    const auto at = tasks_->begin();
    clock_.now = std::max(clock_.now, at->first.first);
    const std::function<void()> task = std::move(at->second);
    tasks_->erase(at);
    ++steps_;
    task();
    return true;
  }
  void run_for(Millis time) {
    const Monotonic until = clock_.now + time;
    while (step(until)) {
    }
    clock_.now = until;
  }
  // Runs at most that many tasks of the given time.
  void run_steps(std::size_t most, Millis time) {
    const Monotonic until = clock_.now + time;
    for (std::size_t i = 0; i < most && step(until); ++i) {
    }
  }
  // The process was stopped for that long: what was due meanwhile runs late, all at once.
  void pause(Millis time) { clock_.now += time; }
  std::size_t steps() const { return steps_; }
  std::size_t pending() const { return tasks_->size(); }

 private:
  using Slot = std::pair<Monotonic, std::uint64_t>;
  using Tasks = std::map<Slot, std::function<void()>>;

  class Handle final : public Timer {
   public:
    Handle(std::shared_ptr<Tasks> tasks, Slot slot) : tasks_(std::move(tasks)), slot_(slot) {}
    ~Handle() override { tasks_->erase(slot_); }

   private:
    std::shared_ptr<Tasks> tasks_;
    Slot slot_;
  };

  VirtualClock clock_;
  std::shared_ptr<Tasks> tasks_ = std::make_shared<Tasks>();
  std::uint64_t next_ = 0;
  std::size_t steps_ = 0;
};

}  // namespace k8s::test
