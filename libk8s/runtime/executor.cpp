// SPDX-License-Identifier: Apache-2.0
#include "libk8s/runtime/executor.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace k8s {
namespace {

Error refused(std::string why) {
  return {.code = Code::conflict, .message = "refused: " + std::move(why)};
}

}  // namespace

// One plan's steps on their way. Whatever a step's `done` comes to late is ignored by its turn number.
class Executor::Run final : public Pending {
 public:
  Run(Executor& executor, std::string controller, ObjectKey key, std::vector<Step> steps, Done done)
      : executor_(executor),
        controller_(std::move(controller)),
        key_(std::move(key)),
        steps_(std::move(steps)),
        done_(std::move(done)),
        life_(std::make_shared<char>()) {
    later([this] { begin(); });
  }

 private:
  void later(std::function<void()> task) { soon_ = executor_.loop_.after(Millis{0}, std::move(task)); }

  void begin() {
    if (turn_ == steps_.size()) return finish();
    const Step& step = steps_[turn_];
    number_ = ++executor_.count_;
    began_ = executor_.loop_.now();
    if (const std::optional<Error> refusal = executor_.refusal(step))
      return conclude(*refusal, "refused", Attempted::no);
    if (executor_.options_.mode == RunMode::dry_run) return conclude({}, "dry_run", Attempted::no);

    fault_ = executor_.options_.hook ? executor_.options_.hook->before(number_, step) : Fault::none;
    if (fault_ == Fault::crash_before) return crash();
    if (fault_ == Fault::error)
      return conclude(Error{.code = Code::unavailable, .message = "injected fault"}, {}, Attempted::yes);
    perform(step);
  }

  void perform(const Step& step) {
    deadline_ = executor_.loop_.after(allowed(step), [this] {
      deadline_.reset();
      conclude(Error{.code = Code::unknown_outcome, .message = "no answer in time"}, {}, Attempted::yes);
    });
    // Some effects answer at once, from inside perform; all answers are taken up on a later turn of the loop.
    pending_ = step.perform([this, life = std::weak_ptr<char>{life_}, turn = turn_](Result<void> result) {
      if (life.expired() || turn != turn_ || answered_) return;
      answered_ = true;
      deadline_.reset();
      later([this, result = std::move(result)] { conclude(result, {}, Attempted::yes); });
    });
  }

  // A destructive step must be over before the lease may be another's.
  Millis allowed(const Step& step) const {
    if (step.nature == Nature::safe || !executor_.options_.remaining_lease) return step.deadline;
    return std::min(step.deadline, executor_.options_.remaining_lease(executor_.loop_.now()).value_or(Millis{0}));
  }

  enum class Attempted { no, yes };
  void conclude(Result<void> result, std::string_view word, Attempted attempted) {
    if (fault_ == Fault::crash_after) return crash();
    if (fault_ == Fault::reply_lost)
      result = Error{.code = Code::unknown_outcome, .message = "injected fault: reply lost"};
    fault_ = Fault::none;
    pending_.reset();
    deadline_.reset();
    answered_ = false;

    const Step& step = steps_[turn_];
    Outcome outcome{.effect = step.effect,
                    .target = step.target,
                    .because = step.because,
                    .result = std::move(result),
                    .attempted = attempted == Attempted::yes,
                    .nature = step.nature,
                    .number = number_,
                    .at = executor_.loop_.clock().wall()};
    if (word.empty())
      word = outcome.result ? "ok" : outcome.is_unknown() ? "unknown" : name(outcome.result.error().code);
    if (outcome.attempted && step.learn) step.learn(outcome.result);
    executor_.report(controller_, key_, outcome, word, executor_.loop_.now() - began_);
    const bool go_on = outcome.result.has_value();
    outcomes_.push_back(std::move(outcome));
    ++turn_;
    if (!go_on) return finish();
    later([this] { begin(); });
  }

  void finish() {
    pending_.reset();
    const Done done = std::exchange(done_, nullptr);
    if (done) done(std::move(outcomes_));
  }

  void crash() {
    pending_.reset();
    deadline_.reset();
    done_ = nullptr;
    executor_.log_.warning("injected crash", {{"n", std::to_string(number_)}, {"effect", steps_[turn_].effect}});
    if (executor_.options_.crash) executor_.options_.crash();
  }

  Executor& executor_;
  std::string controller_;
  ObjectKey key_;
  std::vector<Step> steps_;
  Done done_;
  std::shared_ptr<char> life_;
  std::vector<Outcome> outcomes_;
  std::size_t turn_ = 0;
  std::uint64_t number_ = 0;
  Monotonic began_{};
  Fault fault_ = Fault::none;
  bool answered_ = false;
  std::unique_ptr<Pending> pending_;
  std::unique_ptr<Loop::Timer> soon_;
  std::unique_ptr<Loop::Timer> deadline_;
};

Executor::Executor(Loop& loop, Log& log, Options options) : loop_(loop), log_(log), options_(std::move(options)) {}

std::unique_ptr<Pending> Executor::run(std::string controller, const ObjectKey& key, std::vector<Step> steps,
                                       Done done) {
  return std::make_unique<Run>(*this, std::move(controller), key, std::move(steps), std::move(done));
}

std::optional<Error> Executor::refusal(const Step& step) const {
  const Monotonic now = loop_.now();
  std::optional<Millis> lease;
  if (options_.remaining_lease) {
    lease = options_.remaining_lease(now);
    if (!lease) return refused("this process does not lead");
  }
  if (step.nature == Nature::safe) return std::nullopt;
  Millis acts_for = step.deadline;
  if (step.grounds) {
    acts_for = step.grounds->observed_at + step.grounds->valid_for - now;
    if (acts_for < Millis{0}) {
      return refused(fmt::format("its grounds are {} ms old, good for {} ms only",
                                 (now - step.grounds->observed_at).count(), step.grounds->valid_for.count()));
    }
  }
  if (lease && acts_for > *lease) {
    return refused(fmt::format("it may act for {} ms more, the lease is certain for {} ms only", acts_for.count(),
                               lease->count()));
  }
  return std::nullopt;
}

void Executor::report(const std::string& controller, const ObjectKey& key, const Outcome& outcome,
                      std::string_view result, Millis took) {
  // One line per effect; why it failed is its last field.
  log_.info("effect", {{"n", std::to_string(outcome.number)},
                       {"controller", controller},
                       {"key", to_string(key)},
                       {"effect", outcome.effect},
                       {"target", outcome.target},
                       {"because", outcome.because},
                       {"result", std::string{result}},
                       {"error", outcome.result ? "none" : outcome.result.error().message}});
  if (options_.meter) options_.meter->effect(controller, outcome.effect, result, took);
  if (options_.hook) options_.hook->after(outcome);
}

}  // namespace k8s
