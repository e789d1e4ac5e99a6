// SPDX-License-Identifier: Apache-2.0
// The one seam: every effect of every controller passes here, in order, one by one, and gets a number.
//
// Here and nowhere else: the log line per effect, metrics, dry run, fencing by grounds and lease, fault injection,
// crash sweeps.
//
// A step is refused, with Code::conflict and a message that says why, when this process does not lead; a destructive
// one also when its grounds have expired (now > observed_at + valid_for), or when the time in which it may act (its
// grounds' end, or its deadline where it has no grounds) outlives the remaining lease. A run stops at the first step
// that fails, is refused, or whose outcome is unknown.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "libk8s/base/log.hpp"
#include "libk8s/cache/loop.hpp"
#include "libk8s/runtime/step.hpp"

namespace k8s {

enum class Fault { none, crash_before, crash_after, reply_lost, error };

// Sees every effect before and after; may inject a fault. Used by crash sweeps (see fault_plan.hpp) and by tests.
class EffectHook {
 public:
  virtual ~EffectHook() = default;
  virtual Fault before(std::uint64_t number, const Step& step) = 0;
  virtual void after(const Outcome& outcome) = 0;
};

// What metrics hear of; the real one is in runtime/metrics_adapter.hpp.
class EffectMeter {
 public:
  virtual ~EffectMeter() = default;
  // result: "ok", "dry_run", "refused", "unknown", or an error code's name.
  virtual void effect(const std::string& controller, const std::string& effect, std::string_view result,
                      Millis took) = 0;
};

enum class RunMode { real, dry_run };

class Executor {
 public:
  struct Options {
    RunMode mode = RunMode::real;
    // How long this process still leads; nothing: it does not lead.
    std::function<std::optional<Millis>(Monotonic now)> remaining_lease;
    EffectHook* hook = nullptr;
    EffectMeter* meter = nullptr;
    // Called for an injected crash; the process should not survive it. In simulation it may return: the run then never
    // completes.
    std::function<void()> crash;
  };
  using Done = std::function<void(std::vector<Outcome>)>;

  Executor(Loop& loop, Log& log, Options options);

  // Performs the steps in order, on behalf of a controller and one of its keys. `done` runs once, on the loop, never
  // from inside this call, with one outcome per step that was reached. Destroying the handle cancels what is pending
  // and forgets the rest.
  [[nodiscard]] std::unique_ptr<Pending> run(std::string controller, const ObjectKey& key, std::vector<Step> steps,
                                             Done done);

  // How many effects have been numbered so far.
  std::uint64_t effects() const { return count_; }
  RunMode mode() const { return options_.mode; }

 private:
  class Run;

  std::optional<Error> refusal(const Step& step) const;
  void report(const std::string& controller, const ObjectKey& key, const Outcome& outcome, std::string_view result,
              Millis took);

  Loop& loop_;
  Log& log_;
  Options options_;
  std::uint64_t count_ = 0;
};

}  // namespace k8s
