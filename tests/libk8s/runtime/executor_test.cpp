// SPDX-License-Identifier: Apache-2.0
// Are effects numbered, fenced, performed in order, and never performed when they must not be?
#include "libk8s/runtime/executor.hpp"

#include <gtest/gtest.h>

#include "libk8s/runtime/fault_plan.hpp"
#include "tests/libk8s/support/small_fakes.hpp"
#include "tests/libk8s/support/virtual_loop.hpp"

namespace k8s::test {
namespace {

const ObjectKey kKey{.ns = Namespace{"databases"}, .name = Name{"orders"}};

class Meter final : public EffectMeter {
 public:
  void effect(const std::string& controller, const std::string& effect, std::string_view result, Millis) override {
    lines.push_back(controller + " " + effect + " " + std::string{result});
  }
  std::vector<std::string> lines;
};

class Bench {
 public:
  explicit Bench(RunMode mode = RunMode::real, std::optional<std::string> fault = {}) {
    if (fault) plan = FaultPlan::parse(*fault);
    executor = std::make_unique<Executor>(loop, log,
                                          Executor::Options{.mode = mode,
                                                            .remaining_lease = [this](Monotonic) { return lease; },
                                                            .hook = plan ? &*plan : nullptr,
                                                            .meter = &meter,
                                                            .crash = [this] { ++crashes; }});
  }

  // Performs after 10 ms by remembering its name.
  Step step(const std::string& name, Result<void> result = {}) {
    return {.effect = name,
            .target = "Pod a/b",
            .because = "a test wants it",
            .perform =
                [this, name, result](Performed done) {
                  performed.push_back(name);
                  auto timer = loop.after(Millis{10}, [done, result] { done(result); });
                  return std::make_unique<Timed>(std::move(timer));
                },
            .learn =
                [this, name](const Result<void>& r) {
                  learned.push_back(name + (r ? " ok" : " " + std::string{k8s::name(r.error().code)}));
                }};
  }
  Step destructive(const std::string& name, std::optional<Grounds> grounds, Millis deadline = Millis{5'000}) {
    Step one = step(name);
    one.nature = Nature::destructive;
    one.grounds = grounds;
    one.deadline = deadline;
    return one;
  }
  Grounds grounds(Millis age, Millis valid_for = Millis{5'000}) const {
    return {.epoch = 1, .observed_at = loop.now() - age, .valid_for = valid_for};
  }
  Bench& run(std::vector<Step> steps) {
    handle = executor->run("replicaset", kKey, std::move(steps), [this](std::vector<Outcome> all) {
      ++completions;
      outcomes = std::move(all);
    });
    return *this;
  }
  Bench& wait(Millis time = Millis{60'000}) {
    loop.run_for(time);
    return *this;
  }

  struct Timed final : Pending {
    explicit Timed(std::unique_ptr<Loop::Timer> t) : timer(std::move(t)) {}
    std::unique_ptr<Loop::Timer> timer;
  };

  VirtualLoop loop;
  MemoryLog log;
  Meter meter;
  std::optional<FaultPlan> plan;
  std::optional<Millis> lease = Millis{15'000};
  std::unique_ptr<Executor> executor;
  std::unique_ptr<Pending> handle;
  std::vector<std::string> performed;
  std::vector<std::string> learned;
  std::vector<Outcome> outcomes;
  int completions = 0;
  int crashes = 0;
};

using Names = std::vector<std::string>;

TEST(Executor, performs_in_order_one_after_the_other_and_numbers_every_effect) {
  Bench b;
  b.run({b.step("one"), b.step("two")});
  EXPECT_TRUE(b.performed.empty()) << "never from inside the call";
  b.wait(Millis{5});
  EXPECT_EQ(b.performed, (Names{"one"}));
  b.wait();
  EXPECT_EQ(b.performed, (Names{"one", "two"}));
  ASSERT_EQ(b.outcomes.size(), 2u);
  EXPECT_EQ(b.outcomes[0].number, 1u);
  EXPECT_EQ(b.outcomes[1].number, 2u);
  b.run({b.step("three")}).wait();
  EXPECT_EQ(b.outcomes[0].number, 3u) << "the process counts, not the plan";
  EXPECT_EQ(b.completions, 2);
}

TEST(Executor, says_one_line_per_effect_with_what_on_what_why_and_how_it_went) {
  Bench b;
  b.run({b.step("evict"), b.step("apply", Error{.code = Code::forbidden, .message = "RBAC says no"})}).wait();
  ASSERT_EQ(b.log.lines.size(), 2u);
  EXPECT_EQ(b.log.lines[0],
            "effect n=1 controller=replicaset key=databases/orders effect=evict target=Pod a/b because=a test wants it "
            "result=ok error=none");
  EXPECT_NE(b.log.lines[1].find("result=forbidden error=RBAC says no"), std::string::npos);
  EXPECT_EQ(b.meter.lines, (Names{"replicaset evict ok", "replicaset apply forbidden"}));
}

TEST(Executor, stops_at_the_first_step_that_fails) {
  Bench b;
  b.run({b.step("one"), b.step("two", Error{.code = Code::conflict, .message = "x"}), b.step("three")}).wait();
  EXPECT_EQ(b.performed, (Names{"one", "two"}));
  EXPECT_EQ(b.outcomes.size(), 2u);
  EXPECT_EQ(b.learned, (Names{"one ok", "two conflict"}));
}

TEST(Executor, an_unknown_outcome_stops_the_plan_too) {
  Bench b;
  b.run({b.step("one", Error{.code = Code::unknown_outcome, .message = "reset"}), b.step("two")}).wait();
  ASSERT_EQ(b.outcomes.size(), 1u);
  EXPECT_TRUE(b.outcomes[0].is_unknown());
  EXPECT_EQ(b.meter.lines, (Names{"replicaset one unknown"}));
}

TEST(Executor, a_step_that_answers_at_once_is_as_good_as_one_that_takes_its_time) {
  Bench b;
  Step at_once = b.step("event");
  at_once.perform = [](const Performed& done) -> std::unique_ptr<Pending> {
    done({});
    return nullptr;
  };
  b.run({at_once, at_once, b.step("last")}).wait();
  EXPECT_EQ(b.outcomes.size(), 3u);
}

TEST(Executor, a_plan_without_effects_completes) {
  Bench b;
  b.run({}).wait();
  EXPECT_EQ(b.completions, 1);
  EXPECT_TRUE(b.outcomes.empty());
}

TEST(Executor, a_step_that_never_answers_ends_unknown_at_its_deadline) {
  Bench b;
  Step silent = b.step("silent");
  silent.perform = [](const Performed&) -> std::unique_ptr<Pending> { return std::make_unique<Bench::Timed>(nullptr); };
  silent.deadline = Millis{1'000};
  b.run({silent, b.step("next")}).wait(Millis{999});
  EXPECT_EQ(b.completions, 0);
  b.wait(Millis{1});
  b.wait(Millis{1});
  ASSERT_EQ(b.outcomes.size(), 1u);
  EXPECT_TRUE(b.outcomes[0].is_unknown());
}

TEST(Executor, an_answer_after_the_deadline_is_not_taken_for_the_next_steps) {
  Bench b;
  Performed kept;
  Step late = b.step("late");
  late.perform = [&kept](const Performed& done) -> std::unique_ptr<Pending> {
    kept = done;
    return nullptr;
  };
  late.deadline = Millis{100};
  b.run({late}).wait(Millis{200});
  EXPECT_EQ(b.completions, 1);
  kept({});
  b.wait();
  EXPECT_EQ(b.completions, 1);
}

TEST(Executor, a_dry_run_performs_nothing_and_says_what_it_would_do) {
  Bench b{RunMode::dry_run};
  b.run({b.step("one"), b.destructive("two", b.grounds(Millis{0}))}).wait();
  EXPECT_TRUE(b.performed.empty());
  EXPECT_TRUE(b.learned.empty());
  ASSERT_EQ(b.outcomes.size(), 2u);
  EXPECT_FALSE(b.outcomes[0].attempted);
  EXPECT_EQ(b.meter.lines, (Names{"replicaset one dry_run", "replicaset two dry_run"}));
}

// ---- fencing

void expect_refused(const Bench& b, const char* why) {
  ASSERT_EQ(b.outcomes.size(), 1u);
  ASSERT_FALSE(b.outcomes[0].result);
  EXPECT_EQ(b.outcomes[0].result.error().code, Code::conflict);
  EXPECT_NE(b.outcomes[0].result.error().message.find(why), std::string::npos) << b.outcomes[0].result.error().message;
  EXPECT_FALSE(b.outcomes[0].attempted);
  EXPECT_TRUE(b.performed.empty());
}

TEST(Executor, performs_a_destructive_step_on_fresh_grounds_well_within_the_lease) {
  Bench b;
  b.run({b.destructive("evict", b.grounds(Millis{1'000}))}).wait();
  EXPECT_EQ(b.performed, (Names{"evict"}));
}

TEST(Executor, refuses_everything_when_this_process_does_not_lead) {
  Bench b;
  b.lease.reset();
  b.run({b.step("apply")}).wait();
  expect_refused(b, "does not lead");
}

TEST(Executor, refuses_a_destructive_step_whose_grounds_have_expired) {
  Bench b;
  b.run({b.destructive("evict", b.grounds(Millis{5'001}))}).wait();
  expect_refused(b, "its grounds are 5001 ms old, good for 5000 ms only");
}

TEST(Executor, grounds_are_good_up_to_their_last_millisecond) {
  Bench b;
  b.run({b.destructive("evict", b.grounds(Millis{5'000}))}).wait();
  EXPECT_EQ(b.performed, (Names{"evict"}));
}

TEST(Executor, grounds_that_expire_while_the_plan_runs_are_refused_when_their_turn_comes) {
  Bench b;
  Step slow = b.step("slow");
  slow.perform = [&b](Performed done) {
    return std::make_unique<Bench::Timed>(b.loop.after(Millis{6'000}, [done] { done({}); }));
  };
  b.run({slow, b.destructive("evict", b.grounds(Millis{0}))}).wait();
  ASSERT_EQ(b.outcomes.size(), 2u);
  EXPECT_FALSE(b.outcomes[1].result);
  EXPECT_TRUE(b.performed.empty());
}

TEST(Executor, refuses_a_destructive_step_that_may_act_longer_than_the_lease_is_certain) {
  Bench b;
  b.lease = Millis{3'000};
  b.run({b.destructive("evict", b.grounds(Millis{0}))}).wait();
  expect_refused(b, "the lease is certain for 3000 ms only");
}

TEST(Executor, without_grounds_the_deadline_is_what_must_fit_into_the_lease) {
  Bench b;
  b.lease = Millis{10'000};
  b.run({b.destructive("delete", {}, Millis{9'000})}).wait();
  EXPECT_EQ(b.performed, (Names{"delete"}));
  b.performed.clear();
  b.run({b.destructive("delete", {}, Millis{11'000})}).wait();
  expect_refused(b, "may act for 11000 ms more");
}

TEST(Executor, a_destructive_step_is_given_up_before_the_lease_may_be_anothers) {
  Bench b;
  b.lease = Millis{6'000};
  Step silent = b.destructive("evict", b.grounds(Millis{0}), Millis{30'000});
  silent.perform = [](const Performed&) -> std::unique_ptr<Pending> { return std::make_unique<Bench::Timed>(nullptr); };
  b.run({silent}).wait(Millis{6'001});
  ASSERT_EQ(b.outcomes.size(), 1u);
  EXPECT_TRUE(b.outcomes[0].is_unknown());
}

// ---- injected faults

TEST(Executor, a_crash_before_leaves_the_effect_undone_and_the_plan_unfinished) {
  Bench b{RunMode::real, "2:before"};
  b.run({b.step("one"), b.step("two")}).wait();
  EXPECT_EQ(b.performed, (Names{"one"}));
  EXPECT_EQ(b.crashes, 1);
  EXPECT_EQ(b.completions, 0);
}

TEST(Executor, a_crash_after_leaves_the_effect_done_and_nobody_told) {
  Bench b{RunMode::real, "1:after"};
  b.run({b.step("one"), b.step("two")}).wait();
  EXPECT_EQ(b.performed, (Names{"one"}));
  EXPECT_EQ(b.crashes, 1);
  EXPECT_TRUE(b.learned.empty());
  EXPECT_EQ(b.completions, 0);
}

TEST(Executor, a_lost_reply_leaves_the_effect_done_and_unknown) {
  Bench b{RunMode::real, "1:lost"};
  b.run({b.step("one"), b.step("two")}).wait();
  EXPECT_EQ(b.performed, (Names{"one"}));
  ASSERT_EQ(b.outcomes.size(), 1u);
  EXPECT_TRUE(b.outcomes[0].is_unknown());
  EXPECT_EQ(b.learned, (Names{"one unknown_outcome"}));
}

TEST(Executor, an_injected_error_leaves_the_effect_undone) {
  Bench b{RunMode::real, "1:error"};
  b.run({b.step("one")}).wait();
  EXPECT_TRUE(b.performed.empty());
  EXPECT_EQ(b.outcomes.at(0).result.error().code, Code::unavailable);
}

TEST(Executor, a_run_may_be_destroyed_at_every_pending_callback) {
  for (std::size_t steps = 0; steps < 12; ++steps) {
    Bench b;
    b.run({b.step("one"), b.step("two"), b.step("three")});
    b.loop.run_steps(steps, Millis{1'000});
    const int before = b.completions;
    b.handle.reset();
    b.wait();
    EXPECT_EQ(b.completions, before);
    EXPECT_EQ(b.loop.pending(), 0u);
  }
}

}  // namespace
}  // namespace k8s::test
