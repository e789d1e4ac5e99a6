// SPDX-License-Identifier: Apache-2.0
#include <deque>

#include <gtest/gtest.h>

#include "libk8s/health/checks.hpp"
#include "libk8s/health/loop_lag.hpp"

namespace k8s {
namespace {

const HealthCheck kGood{"ping", [] { return Result<void>{}; }};
const HealthCheck kBad{"stores",
                       [] { return Result<void>{Error{.code = Code::unavailable, .message = "pods not synced"}}; }};

TEST(HealthChecks, all_well_is_one_word_unless_asked_for_more) {
  EXPECT_EQ(run_checks({kGood}, "healthz", Verbosity::terse), (HealthReport{.healthy = true, .text = "ok"}));
  EXPECT_EQ(run_checks({kGood}, "healthz", Verbosity::verbose),
            (HealthReport{.healthy = true, .text = "[+]ping ok\nhealthz check passed\n"}));
  EXPECT_EQ(run_checks({}, "healthz", Verbosity::terse).text, "ok");
}

TEST(HealthChecks, one_failure_shows_every_check_and_the_reason) {
  EXPECT_EQ(
      run_checks({kGood, kBad}, "readyz", Verbosity::terse),
      (HealthReport{.healthy = false, .text = "[+]ping ok\n[-]stores failed: pods not synced\nreadyz check failed\n"}));
}

// One timer, and a clock that stands where the test puts it.
class HandLoop final : public Loop, private Clock {
 public:
  struct Held final : Timer {
    explicit Held(std::function<void()>& slot) : task(slot) {}
    ~Held() override { task = nullptr; }
    std::function<void()>& task;
  };
  const Clock& clock() const override { return *this; }
  std::unique_ptr<Timer> after(Millis delay, std::function<void()> task) override {
    asked = delay;
    auto held = std::make_unique<Held>(tasks.emplace_back());
    held->task = std::move(task);
    return held;
  }
  void fire(Millis at) {
    time = Monotonic{at};
    const auto task = tasks.back();
    ASSERT_TRUE(task);
    task();
  }
  Monotonic monotonic() const override { return time; }
  Wall wall() const override { return {}; }

  Monotonic time{};
  Millis asked{0};
  std::deque<std::function<void()>> tasks;
};

TEST(LoopLag, lateness_is_measured_again_and_again_from_when_each_timer_was_due) {
  HandLoop loop;
  std::vector<Millis> seen;
  const LoopLag lag(loop, Millis{250}, [&](Millis late) { seen.push_back(late); });
  loop.fire(Millis{250});
  loop.fire(Millis{580});
  loop.fire(Millis{830});
  EXPECT_EQ(seen, (std::vector{Millis{0}, Millis{80}, Millis{0}}));
  EXPECT_EQ(loop.asked, Millis{250});
}

TEST(LoopLag, it_may_be_destroyed_by_what_it_tells) {
  HandLoop loop;
  std::unique_ptr<LoopLag> lag;
  lag = std::make_unique<LoopLag>(loop, Millis{250}, [&](Millis) { lag.reset(); });
  loop.fire(Millis{250});
  EXPECT_EQ(lag, nullptr);
  EXPECT_EQ(loop.tasks.back(), nullptr);
}

}  // namespace
}  // namespace k8s
