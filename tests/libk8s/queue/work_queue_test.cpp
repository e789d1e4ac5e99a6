// SPDX-License-Identifier: Apache-2.0
// Is every key looked at again, never twice at once, and never sooner than asked?
#include "libk8s/queue/work_queue.hpp"

#include <gtest/gtest.h>

#include "libk8s/queue/queue_driver.hpp"
#include "tests/libk8s/support/virtual_loop.hpp"

namespace k8s {
namespace {

ObjectKey key(const char* name) {
  return {.ns = Namespace{"n"}, .name = Name{name}};
}
Monotonic at(int millis) {
  return Monotonic{Millis{millis}};
}

TEST(WorkQueue, is_first_in_first_out_and_a_key_added_twice_is_popped_once) {
  WorkQueue queue;
  queue.add(key("b"), at(0));
  queue.add(key("a"), at(0));
  queue.add(key("b"), at(0));
  EXPECT_EQ(queue.pop(at(1)), key("b"));
  EXPECT_EQ(queue.pop(at(1)), key("a"));
  EXPECT_EQ(queue.pop(at(1)), std::nullopt);
}

TEST(WorkQueue, a_key_in_flight_is_not_popped_again_and_many_adds_meanwhile_give_one_more_run) {
  WorkQueue queue;
  queue.add(key("a"), at(0));
  ASSERT_EQ(queue.pop(at(0)), key("a"));
  for (int i = 0; i < 10; ++i) queue.add(key("a"), at(1));
  EXPECT_EQ(queue.pop(at(1)), std::nullopt);
  queue.done(key("a"), at(2));
  EXPECT_EQ(queue.pop(at(2)), key("a"));
  queue.done(key("a"), at(3));
  EXPECT_EQ(queue.pop(at(3)), std::nullopt);
}

TEST(WorkQueue, of_several_delays_the_earliest_wins) {
  WorkQueue queue;
  queue.add_after(key("a"), Millis{100}, at(0));
  queue.add_after(key("a"), Millis{50}, at(0));
  queue.add_after(key("a"), Millis{500}, at(0));
  EXPECT_EQ(queue.next_due(), at(50));
  EXPECT_EQ(queue.pop(at(49)), std::nullopt);
  EXPECT_EQ(queue.pop(at(50)), key("a"));
  queue.done(key("a"), at(50));
  EXPECT_EQ(queue.pop(at(1'000)), std::nullopt) << "the later ones are gone";
}

TEST(WorkQueue, keys_that_fall_due_together_come_in_order_of_time_then_key) {
  WorkQueue queue;
  queue.add_after(key("c"), Millis{20}, at(0));
  queue.add_after(key("b"), Millis{20}, at(0));
  queue.add_after(key("z"), Millis{10}, at(0));
  EXPECT_EQ(queue.pop(at(30)), key("z"));
  EXPECT_EQ(queue.pop(at(30)), key("b"));
  EXPECT_EQ(queue.pop(at(30)), key("c"));
}

TEST(WorkQueue, a_delay_that_ends_while_the_key_is_in_flight_runs_it_once_more_afterwards) {
  WorkQueue queue;
  queue.add(key("a"), at(0));
  ASSERT_TRUE(queue.pop(at(0)));
  queue.add_after(key("a"), Millis{5}, at(0));
  EXPECT_EQ(queue.pop(at(10)), std::nullopt);
  queue.done(key("a"), at(11));
  EXPECT_EQ(queue.pop(at(11)), key("a"));
}

TEST(WorkQueue, failures_wait_five_milliseconds_doubling_up_to_a_thousand_seconds) {
  WorkQueue queue;
  Millis expected{5};
  Monotonic now = at(0);
  for (int i = 0; i < 30; ++i) {
    queue.add_rate_limited(key("a"), Millis{0}, now);
    EXPECT_EQ(*queue.next_due() - now, expected) << i;
    expected = std::min(expected * 2, Millis{1'000'000});
    now = *queue.next_due();
    ASSERT_TRUE(queue.pop(now));
    queue.done(key("a"), now);
  }
}

TEST(WorkQueue, a_key_that_did_well_fails_as_if_for_the_first_time) {
  WorkQueue queue;
  for (int i = 0; i < 5; ++i) queue.add_rate_limited(key("a"), Millis{0}, at(0));
  EXPECT_EQ(queue.failures(key("a")), 5);
  queue.forget(key("a"));
  EXPECT_EQ(queue.failures(key("a")), 0);
  queue.add_rate_limited(key("b"), Millis{0}, at(0));
  EXPECT_EQ(queue.failures(key("b")), 1) << "each key by itself";
}

TEST(WorkQueue, waits_at_least_as_long_as_the_other_side_asked) {
  WorkQueue queue;
  queue.add_rate_limited(key("a"), Millis{10'000}, at(0));
  EXPECT_EQ(queue.next_due(), at(10'000));
}

TEST(WorkQueue, tells_how_it_fares) {
  WorkQueue queue;
  queue.add(key("a"), at(0));
  queue.add(key("b"), at(0));
  queue.add_after(key("c"), Millis{500}, at(0));
  queue.add_rate_limited(key("d"), Millis{0}, at(0));
  ASSERT_TRUE(queue.pop(at(3)));
  const QueueStats stats = queue.stats(at(10));
  EXPECT_EQ(stats.processing, 1u);
  EXPECT_EQ(stats.depth, 1u);
  EXPECT_EQ(stats.delayed, 2u);
  EXPECT_EQ(stats.retries, 1u);
  EXPECT_EQ(stats.longest_running, Millis{7});
  EXPECT_EQ(stats.last_wait, Millis{3});
}

TEST(WorkQueueDeathTest, done_for_a_key_that_nobody_popped_is_a_bug) {
  WorkQueue queue;
  EXPECT_DEATH(queue.done(key("a"), at(0)), "not popped");
}

// ---- the driver

class Driven {
 public:
  Driven()
      : driver(std::make_unique<QueueDriver>(loop, [this] {
          ++calls;
          while (const auto next = driver->pop()) {
            popped.push_back(next->name.str());
            driver->done(*next);
          }
        })) {}

  test::VirtualLoop loop;
  int calls = 0;
  std::vector<std::string> popped;
  std::unique_ptr<QueueDriver> driver;
};

TEST(QueueDriver, tells_of_ready_keys_on_the_loop_and_of_delayed_ones_in_time) {
  Driven d;
  d.driver->add(key("now"));
  d.driver->add_after(key("later"), Millis{100});
  EXPECT_TRUE(d.popped.empty()) << "never from inside a call";
  d.loop.run_for(Millis{99});
  EXPECT_EQ(d.popped, (std::vector<std::string>{"now"}));
  d.loop.run_for(Millis{1});
  EXPECT_EQ(d.popped, (std::vector<std::string>{"now", "later"}));
  d.loop.run_for(Millis{10'000});
  EXPECT_LE(d.calls, 3);
}

TEST(QueueDriver, an_earlier_delay_moves_the_timer_forward) {
  Driven d;
  d.driver->add_after(key("a"), Millis{1'000});
  d.driver->add_after(key("b"), Millis{10});
  d.loop.run_for(Millis{10});
  EXPECT_EQ(d.popped, (std::vector<std::string>{"b"}));
  d.loop.run_for(Millis{990});
  EXPECT_EQ(d.popped, (std::vector<std::string>{"b", "a"}));
}

TEST(QueueDriver, leaves_nothing_on_the_loop_when_it_is_destroyed) {
  Driven d;
  d.driver->add(key("a"));
  d.driver->add_after(key("b"), Millis{5});
  d.driver.reset();
  EXPECT_EQ(d.loop.pending(), 0u);
}

}  // namespace
}  // namespace k8s
