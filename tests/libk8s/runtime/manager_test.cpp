// SPDX-License-Identifier: Apache-2.0
// Does a process start in order, stop in order, and end at once when it must?
#include "libk8s/runtime/manager.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include "libk8s/base/system_clock.hpp"
#include "libk8s/cache/asio_loop.hpp"
#include "libk8s/runtime/metrics_adapter.hpp"
#include "tests/libk8s/support/house.hpp"

namespace k8s::test {
namespace {

Plan make_service(const Observed& observed) {
  if (!observed.exists || !observed.services.empty()) return {};
  return {.effects = {ClusterEffect{effect::Create{.manifest = House::service(observed.key), .because = "b"}}},
          .requeue_after = {}};
}

const ObjectKey kLease{.ns = Namespace{"operators"}, .name = Name{"test"}};

class Process {
 public:
  enum class Elect { no, yes };
  explicit Process(Elect elect = Elect::yes) : house(make_service) {
    manager = std::make_unique<Manager>(house.loop, house.log, [this](int code) { exits.push_back(code); });
    house.executor_options.remaining_lease = [this](Monotonic now) { return manager->remaining_lease(now); };
    house.controller.reset();
    house.build();
    manager->serve([this] { order.push_back("serve"); });
    for (Reflector* one : {house.configs.get(), house.services_reflector.get(), house.pods_reflector.get()})
      manager->add(*one);
    if (elect == Elect::yes) {
      elector = std::make_unique<Elector>(Elector::World{house.loop, house.api, house.random, house.log},
                                          ElectionConfig{.lease = kLease, .identity = "me"});
      manager->elect(*elector);
    }
    manager->on_leading([this] { order.push_back(house.pods.synced() ? "leading, synced" : "leading, not synced"); });
    manager->add(*house.controller);
    house.add("a");
  }
  Process& run(Millis time) {
    house.run(time);
    return *this;
  }
  std::string holder() {
    const Value* lease = house.api.find(kLeases, kLease);
    return lease ? (*lease)["spec"]["holderIdentity"].get<std::string>() : "no lease";
  }

  House house;
  std::unique_ptr<Manager> manager;
  std::unique_ptr<Elector> elector;
  std::vector<std::string> order;
  std::vector<int> exits;
};

TEST(Manager, serves_then_syncs_then_is_elected_then_controls) {
  Process p;
  p.manager->start();
  EXPECT_EQ(p.order, (std::vector<std::string>{"serve"}));
  EXPECT_EQ(p.manager->stage(), Manager::Stage::syncing);
  EXPECT_FALSE(p.manager->ready());
  EXPECT_EQ(p.manager->remaining_lease(p.house.loop.now()), std::nullopt);
  p.run(Millis{2'000});
  EXPECT_EQ(p.order, (std::vector<std::string>{"serve", "leading, synced"}));
  EXPECT_TRUE(p.manager->ready());
  EXPECT_EQ(p.house.api.count(kServices), 1u);
  EXPECT_GT(*p.manager->remaining_lease(p.house.loop.now()), Millis{10'000});
}

TEST(Manager, without_an_elector_it_leads_as_soon_as_its_stores_are_synced) {
  Process p{Process::Elect::no};
  p.manager->start();
  p.run(Millis{1'000});
  EXPECT_EQ(p.manager->stage(), Manager::Stage::leading);
  EXPECT_EQ(p.house.api.count(kServices), 1u);
}

TEST(Manager, a_standby_is_ready_and_does_nothing) {
  Process p;
  p.house.api.put(kLeases, {{"metadata", {{"name", "test"}, {"namespace", "operators"}}},
                            {"spec", {{"holderIdentity", "other"}, {"leaseDurationSeconds", 15}}}});
  p.manager->start();
  p.run(Millis{10'000});
  EXPECT_EQ(p.manager->stage(), Manager::Stage::standing_by);
  EXPECT_TRUE(p.manager->ready());
  EXPECT_EQ(p.house.api.count(kServices), 0u);
  p.manager->stop();
  p.run(Millis{1'000});
  EXPECT_EQ(p.exits, (std::vector<int>{0}));
  EXPECT_EQ(p.holder(), "other");
}

TEST(Manager, stores_that_do_not_sync_in_two_minutes_end_it_with_the_reason) {
  Process p;
  p.house.api.fault(
      {.matches = on(Method::get, "/pods"), .fault = FakeApi::Fault::status, .status = 403, .times = 1'000});
  p.manager->start();
  p.run(Millis{119'000});
  EXPECT_TRUE(p.exits.empty());
  p.run(Millis{2'000});
  EXPECT_EQ(p.exits, (std::vector<int>{1}));
  EXPECT_EQ(p.house.log.count("did not sync in time kind=Pod"), 1u);
  EXPECT_EQ(p.house.log.count("forbidden"),
            p.house.log.count("trouble=forbidden") + p.house.log.count("list or watch failed"));
}

TEST(Manager, stops_with_effects_done_and_the_lease_given_back_last) {
  Process p;
  p.manager->start();
  p.run(Millis{2'000});
  p.house.api.latency = Millis{500};
  p.house.add("b");
  p.run(Millis{501});
  ASSERT_EQ(p.house.controller->in_flight(), 1u);
  p.manager->stop();
  p.run(Millis{400});
  EXPECT_TRUE(p.exits.empty());
  EXPECT_EQ(p.holder(), "me");
  p.run(Millis{2'000});
  EXPECT_EQ(p.exits, (std::vector<int>{0}));
  EXPECT_EQ(p.holder(), "");
  EXPECT_EQ(p.house.api.count(kServices), 2u);
}

TEST(Manager, effects_that_do_not_end_in_ten_seconds_are_left_and_the_lease_runs_out_by_itself) {
  Process p;
  p.manager->start();
  p.run(Millis{2'000});
  p.house.api.fault({.matches = on(Method::post, "services"), .fault = FakeApi::Fault::hang});
  p.house.add("b");
  p.run(Millis{100});
  p.manager->stop();
  p.run(Millis{9'900});
  EXPECT_TRUE(p.exits.empty());
  p.run(Millis{200});
  EXPECT_EQ(p.exits, (std::vector<int>{0}));
  EXPECT_EQ(p.holder(), "me") << "what is in flight may still be carried out";
}

TEST(Manager, a_second_signal_ends_the_waiting) {
  Process p;
  p.manager->start();
  p.run(Millis{2'000});
  p.house.api.fault({.matches = on(Method::post, "services"), .fault = FakeApi::Fault::hang});
  p.house.add("b");
  p.run(Millis{100});
  p.manager->stop();
  p.manager->stop();
  EXPECT_EQ(p.exits, (std::vector<int>{0}));
}

TEST(Manager, a_lost_lease_ends_it_at_once_and_nothing_is_given_back) {
  Process p;
  p.manager->start();
  p.run(Millis{2'000});
  p.house.api.fault({.matches = on(Method::put, "leases"), .fault = FakeApi::Fault::refuse, .times = 1'000});
  p.run(Millis{7'000});
  EXPECT_TRUE(p.exits.empty());
  p.run(Millis{4'000});
  EXPECT_EQ(p.exits, (std::vector<int>{1}));
  EXPECT_EQ(p.manager->remaining_lease(p.house.loop.now()), std::nullopt);
  EXPECT_EQ(p.holder(), "me");
}

TEST(Manager, a_lease_lost_while_stopping_ends_it_at_once_too) {
  Process p;
  p.manager->start();
  p.run(Millis{2'000});
  p.house.api.fault({.matches = on(Method::put, "leases"), .fault = FakeApi::Fault::refuse, .times = 1'000});
  p.house.api.fault({.matches = on(Method::post, "services"), .fault = FakeApi::Fault::hang});
  p.house.add("b");
  p.run(Millis{5'000});
  p.manager->stop();
  p.run(Millis{6'000});
  EXPECT_EQ(p.exits, (std::vector<int>{1}));
}

TEST(Manager, stopping_before_it_leads_ends_it_in_good_order) {
  Process p;
  p.manager->start();
  p.manager->stop();
  p.run(Millis{10'000});
  EXPECT_EQ(p.exits, (std::vector<int>{0}));
  EXPECT_EQ(p.house.api.count(kServices), 0u);
}

TEST(Manager, nothing_destructive_is_possible_before_it_leads_and_after_it_has_stopped) {
  Process p;
  p.manager->start();
  p.run(Millis{2'000});
  p.manager->stop();
  p.run(Millis{2'000});
  EXPECT_EQ(p.manager->remaining_lease(p.house.loop.now()), std::nullopt);
}

// ---- on the real loop

TEST(Manager, ends_on_sigterm) {
  boost::asio::io_context io{1};
  SystemClock clock;
  AsioLoop loop{io, clock};
  MemoryLog log;
  int code = 7;
  Manager manager{loop, log, [&](int exit_code) {
                    code = exit_code;
                    io.stop();
                  }};
  const auto soon = loop.after(Millis{10}, [] { std::raise(SIGTERM); });
  EXPECT_EQ(run(io, manager, code), 0);
}

TEST(AsioLoop, runs_tasks_in_order_never_from_inside_the_call_and_not_once_they_are_dropped) {
  boost::asio::io_context io{1};
  SystemClock clock;
  AsioLoop loop{io, clock};
  std::vector<std::string> ran;
  const auto one = loop.after(Millis{0}, [&] { ran.push_back("one"); });
  const auto two = loop.after(Millis{0}, [&] { ran.push_back("two"); });
  auto dropped = loop.after(Millis{0}, [&] { ran.push_back("dropped"); });
  auto late = loop.after(Millis{5}, [&] { ran.push_back("dropped late"); });
  std::unique_ptr<Loop::Timer> self;
  self = loop.after(Millis{1}, [&] {
    self.reset();
    late.reset();
    ran.push_back("self");
  });
  EXPECT_TRUE(ran.empty());
  dropped.reset();
  io.run();
  EXPECT_EQ(ran, (std::vector<std::string>{"one", "two", "self"}));
}

TEST(MetricsAdapter, speaks_with_the_names_that_dashboards_know) {
  Metrics metrics{"host"};
  MetricsAdapter adapter{metrics};
  adapter.exists("replicaset", 8);
  adapter.started("replicaset", Millis{3});
  adapter.finished("replicaset", ReconcileResult::success, Millis{20});
  adapter.load("replicaset", {.depth = 4, .adds = 9});
  adapter.effect("replicaset", "evict", "ok", Millis{5});
  const std::string text = metrics.text();
  EXPECT_NE(text.find("workqueue_depth{controller=\"replicaset\",name=\"replicaset\",priority=\"\"} 4"),
            std::string::npos);
  EXPECT_NE(text.find("sagong_effects_total{controller=\"replicaset\",effect=\"evict\",result=\"ok\"} 1"),
            std::string::npos);
}

}  // namespace
}  // namespace k8s::test
