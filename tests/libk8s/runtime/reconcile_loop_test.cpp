// SPDX-License-Identifier: Apache-2.0
// Is every key decided on facts that include its own last write, once at a time, again when something changes, and
// slower when it fails?
#include "libk8s/runtime/reconcile_loop.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "libk8s/runtime/fault_plan.hpp"
#include "tests/libk8s/support/house.hpp"

namespace k8s::test {
namespace {

// Makes a Service for every ConfigMap.
Plan make_service(const Observed& observed) {
  if (!observed.exists || !observed.services.empty()) return {};
  return {.effects = {ClusterEffect{
              effect::Create{.manifest = House::service(observed.key), .because = "every set has a service"}}},
          .requeue_after = {}};
}

Plan evict_first(const Observed& observed) {
  if (observed.pods != std::vector<std::string>{"a-0"}) return {};
  for (const auto& state : observed.refreshes) {
    if (state.pending) return {};
    if (!state.complete) continue;
    return {.effects = {ClusterEffect{effect::Evict{.pod = House::key("a-0"),
                                                    .uid = Uid{"pod-uid"},
                                                    .grounds = *grounds_of(observed.refreshes, "evict", Millis{5'000}),
                                                    .because = "it is its turn"}}},
            .requeue_after = {}};
  }
  return {.effects = {effect::Refresh{.purpose = "evict", .because = "newer facts are needed"}}, .requeue_after = {}};
}

Value pod_of(const char* set) {
  Value one = pod("a-0");
  one["metadata"]["labels"]["set"] = set;
  one["metadata"]["uid"] = "pod-uid";
  return one;
}

TEST(ReconcileLoop, a_new_object_is_decided_and_its_plan_carried_out) {
  House h{make_service};
  h.add("a");
  h.start();
  EXPECT_EQ(h.api.count(kServices), 1u);
  h.add("b");
  h.run(Millis{1'000});
  EXPECT_EQ(h.api.count(kServices), 2u);
}

TEST(ReconcileLoop, is_at_rest_when_there_is_nothing_to_do) {
  House h{make_service};
  h.add("a");
  h.start();
  const std::size_t passes = h.seen.size();
  const std::size_t requests = h.api.seen.size();
  h.run(Millis{120'000});
  EXPECT_EQ(h.seen.size(), passes);
  EXPECT_EQ(h.api.seen.size(), requests);
}

TEST(ReconcileLoop, every_pass_sees_the_write_of_the_one_before_it_however_late_the_watch_is) {
  House h{make_service};
  h.add("a");
  h.start();
  h.api.latency = Millis{700};
  h.add("b");
  h.run(Millis{10'000});
  EXPECT_EQ(h.api.requests(Method::post, "services"), 2u) << "made once each, and never twice for want of a fact";
  for (const Observed& one : h.seen) EXPECT_TRUE(one.attempts.empty());
}

TEST(ReconcileLoop, a_key_whose_write_the_watch_does_not_show_is_not_decided_until_a_live_get) {
  House h{make_service};
  h.start();
  h.add("a");
  // The event of the Service that is made next never comes.
  h.api.events_flow = false;
  h.run(Millis{100});
  ASSERT_EQ(h.api.count(kServices), 1u);
  const std::size_t passes = h.seen.size();
  h.run(Millis{4'000});
  EXPECT_EQ(h.seen.size(), passes) << "waiting for its own write";
  h.run(Millis{2'000});
  EXPECT_EQ(h.api.requests(Method::get, "/services/a"), 1u) << "one live GET after the deadline";
  EXPECT_EQ(h.seen.size(), passes + 1);
  EXPECT_EQ(h.seen.back().services, (std::vector<std::string>{"a"}));
}

TEST(ReconcileLoop, a_live_get_that_fails_is_made_again) {
  House h{make_service};
  h.start();
  h.add("a");
  h.api.events_flow = false;
  h.api.fault({.matches = on(Method::get, "/services/a"), .fault = FakeApi::Fault::refuse, .times = 3});
  h.run(Millis{100});
  const std::size_t passes = h.seen.size();
  h.run(Millis{7'000});
  EXPECT_EQ(h.api.requests(Method::get, "/services/a"), 4u);
  EXPECT_EQ(h.seen.size(), passes + 1);
}

TEST(ReconcileLoop, a_write_in_doubt_is_looked_up_before_anything_else) {
  House h{make_service};
  h.api.fault({.matches = on(Method::post, "services"), .fault = FakeApi::Fault::apply_reset});
  h.start();
  h.add("a");
  h.api.events_flow = false;
  h.run(Millis{2'000});
  EXPECT_EQ(h.api.requests(Method::post, "services"), 1u) << "it was made; not twice";
  EXPECT_EQ(h.api.requests(Method::get, "/services/a"), 1u);
  EXPECT_EQ(h.seen.back().services, (std::vector<std::string>{"a"}));
  EXPECT_TRUE(h.seen.back().attempts.at(0).unknown) << "and decide is told that it was in doubt";
}

TEST(ReconcileLoop, a_failure_is_a_fact_of_the_next_pass_and_slows_the_key_down) {
  House h{make_service};
  h.api.fault(
      {.matches = on(Method::post, "services"), .fault = FakeApi::Fault::status, .status = 403, .times = 1'000});
  h.add("a");
  h.start();
  h.run(Millis{60'000});
  ASSERT_GE(h.seen.size(), 3u);
  EXPECT_EQ(h.seen[1].attempts.at(0).code, "forbidden");
  EXPECT_EQ(h.seen[1].attempts.at(0).effect, "create");
  EXPECT_EQ(h.seen[1].attempts.at(0).target, "Service databases/a");
  EXPECT_EQ(h.seen.back().attempts.at(0).count, static_cast<int>(h.seen.size()) - 1);
  EXPECT_LT(h.seen.size(), 20u) << "5 ms doubling";
}

TEST(ReconcileLoop, waits_as_long_as_the_server_asks) {
  House h{make_service};
  h.api.fault({.matches = on(Method::post, "services"),
               .fault = FakeApi::Fault::status,
               .status = 429,
               .retry_after = Millis{20'000}});
  h.add("a");
  h.start();
  h.run(Millis{18'000});
  EXPECT_EQ(h.api.count(kServices), 0u);
  h.run(Millis{3'000});
  EXPECT_EQ(h.api.count(kServices), 1u);
}

TEST(ReconcileLoop, what_failed_is_forgotten_when_the_object_is_changed) {
  House h{make_service};
  h.api.fault({.matches = on(Method::post, "services"), .fault = FakeApi::Fault::status, .status = 422, .times = 3});
  h.add("a");
  h.start();
  Value changed = *h.api.find(kConfigMaps, House::key("a"));
  changed["metadata"]["generation"] = 2;
  h.api.fault({.matches = on(Method::post, "services"), .fault = FakeApi::Fault::status, .status = 422, .times = 100});
  h.api.put(kConfigMaps, changed);
  const std::size_t before = h.seen.size();
  h.run(Millis{1});
  h.run(Millis{20});
  ASSERT_GT(h.seen.size(), before);
  EXPECT_TRUE(h.seen[before].attempts.empty());
}

TEST(ReconcileLoop, comes_back_when_the_plan_says_so) {
  House h{[](const Observed&) { return Plan{.effects = {}, .requeue_after = Millis{10'000}}; }};
  h.add("a");
  h.start();
  const std::size_t passes = h.seen.size();
  h.run(Millis{30'000});
  EXPECT_EQ(h.seen.size(), passes + 3);
}

TEST(ReconcileLoop, objects_wake_the_key_that_their_index_names_also_when_they_go) {
  House h{[](const Observed&) { return Plan{}; }};
  h.add("a");
  h.start();
  h.api.put(kPods, pod_of("a"));
  h.run(Millis{100});
  EXPECT_EQ(h.seen.back().pods, (std::vector<std::string>{"a-0"}));
  h.api.graceful_pods = false;
  h.api.remove(kPods, House::key("a-0"));
  h.run(Millis{100});
  EXPECT_TRUE(h.seen.back().pods.empty());
}

TEST(ReconcileLoop, a_key_is_never_in_flight_twice_and_others_go_on_meanwhile) {
  House h{make_service};
  for (const char* name : {"a", "b", "c"}) h.add(name);
  h.api.fault({.matches =
                   [](const Request& request) {
                     return request.method == Method::post && request.body.find("\"a\"") != std::string::npos;
                   },
               .fault = FakeApi::Fault::hang});
  h.start();
  EXPECT_EQ(h.api.count(kServices), 2u);
  EXPECT_EQ(h.controller->in_flight(), 1u);
  for (int i = 0; i < 5; ++i) h.controller->wake(House::key("a"));
  h.run(Millis{5'000});
  EXPECT_EQ(h.controller->in_flight(), 1u);
  h.run(Millis{60'000});
  EXPECT_EQ(h.api.count(kServices), 3u);
}

TEST(ReconcileLoop, no_more_keys_are_in_flight_than_it_may) {
  House h{make_service, 2};
  for (const char* name : {"a", "b", "c", "d", "e"}) h.add(name);
  h.api.fault({.matches = on(Method::post, "services"), .fault = FakeApi::Fault::hang, .times = 2});
  h.start();
  EXPECT_EQ(h.controller->in_flight(), 2u);
  EXPECT_EQ(h.api.count(kServices), 0u);
  h.run(Millis{120'000});
  EXPECT_EQ(h.api.count(kServices), 5u);
}

TEST(ReconcileLoop, waits_for_its_stores) {
  House h{make_service};
  h.add("a");
  h.configs->start();
  h.services_reflector->start();
  h.controller->start();
  h.run(Millis{5'000});
  EXPECT_TRUE(h.seen.empty());
  h.pods_reflector->start();
  h.run(Millis{1'000});
  EXPECT_EQ(h.api.count(kServices), 1u);
}

TEST(ReconcileLoop, a_key_that_is_gone_is_looked_at_once_and_forgotten) {
  House h{make_service};
  h.api.fault(
      {.matches = on(Method::post, "services"), .fault = FakeApi::Fault::status, .status = 403, .times = 1'000});
  h.add("a");
  h.start();
  h.api.remove(kConfigMaps, House::key("a"));
  h.run(Millis{10'000});
  EXPECT_FALSE(h.seen.back().exists);
  const std::size_t passes = h.seen.size();
  h.run(Millis{3'000'000});
  EXPECT_EQ(h.seen.size(), passes);
}

// ---- refresh and destruction

TEST(ReconcileLoop, a_destructive_step_rests_on_facts_that_were_asked_for_and_is_seen_by_the_next_pass) {
  House h{evict_first};
  h.add("a");
  h.api.put(kPods, pod_of("a"));
  h.start();
  EXPECT_EQ(h.api.requests(Method::post, "eviction"), 1u);
  EXPECT_EQ(h.log.count("effect=evict"), 1u);
  EXPECT_EQ(h.log.count("effect=refresh"), 1u);
  EXPECT_TRUE(h.seen.back().refreshes.empty()) << "the eviction has consumed the answer";
  EXPECT_EQ(h.seen.back().pods, (std::vector<std::string>{"a-0 terminating"}));
}

TEST(ReconcileLoop, an_eviction_that_the_budget_refuses_is_not_repeated_before_it_may_be) {
  House h{evict_first};
  h.api.budget_refuses = true;
  h.add("a");
  h.api.put(kPods, pod_of("a"));
  h.start();
  h.run(Millis{8'000});
  EXPECT_EQ(h.api.requests(Method::post, "eviction"), 1u);
  h.run(Millis{4'000});
  EXPECT_EQ(h.api.requests(Method::post, "eviction"), 2u) << "on facts of their own again";
  EXPECT_GE(h.log.count("effect=refresh"), 2u);
}

TEST(ReconcileLoop, a_refresh_that_fails_is_told_with_its_reason_and_counted) {
  House h{evict_first};
  h.add("a");
  h.start();
  h.api.fault({.matches = on(Method::get, "pods?limit"), .fault = FakeApi::Fault::status, .status = 403, .times = 2});
  h.api.put(kPods, pod_of("a"));
  h.run(Millis{2'000});
  EXPECT_EQ(h.api.requests(Method::post, "eviction"), 1u);
  bool told = false;
  for (const Observed& one : h.seen) {
    for (const auto& state : one.refreshes)
      told = told || (state.attempts == 2 && state.problem.find("forbidden") != std::string::npos);
  }
  EXPECT_TRUE(told);
}

TEST(ReconcileLoop, nothing_destructive_is_done_once_the_lease_is_not_certain) {
  House h{evict_first};
  h.lease = Millis{2'000};
  h.add("a");
  h.api.put(kPods, pod_of("a"));
  h.start();
  EXPECT_EQ(h.api.requests(Method::post, "eviction"), 0u);
  EXPECT_GE(h.log.count("result=refused"), 1u);
}

// ---- apply

TEST(ReconcileLoop, an_apply_that_changes_nothing_is_remembered_so_that_it_need_not_be_repeated) {
  int applies = 0;
  House h{[&](const Observed& observed) -> Plan {
    if (!observed.exists) return {};
    const Manifest wanted = House::service(observed.key);
    // A server that spells the field differently would differ for ever.
    const json::Value live{{"metadata", {{"name", "a"}}}};
    if (observed.applied.contains("Service databases/a")) return {};
    ++applies;
    return {.effects = {ClusterEffect{effect::Apply{.manifest = wanted, .uid = {}, .because = "it differs"}}},
            .requeue_after = {}};
  }};
  h.add("a");
  h.start();
  EXPECT_EQ(applies, 1);
  const Applied& applied = h.seen.back().applied.at("Service databases/a");
  EXPECT_EQ(applied.manifest, digest_of_manifest(House::service(House::key("a"))));
  EXPECT_EQ(applied.live, digest_of_object(h.services.get(House::key("a"))->body.value()));
}

// ---- record, stop, crash

TEST(ReconcileLoop, records_what_every_pass_saw_and_decided) {
  const auto folder = std::filesystem::temp_directory_path() / ("sagong-loop-" + std::to_string(::getpid()));
  std::filesystem::remove_all(folder);
  {
    House h{make_service};
    PassRecord record{folder, h.log};
    h.record = &record;
    h.build();
    h.add("a");
    h.start();
    EXPECT_GE(record.written(), 2u);
  }
  EXPECT_TRUE(std::filesystem::exists(folder / "000001-databases-a" / "plan.json"));
  std::filesystem::remove_all(folder);
}

TEST(ReconcileLoop, stopping_takes_no_more_keys_and_waits_for_what_is_in_flight) {
  House h{make_service};
  h.add("a");
  h.api.latency = Millis{300};
  h.configs->start();
  h.services_reflector->start();
  h.pods_reflector->start();
  h.run(Millis{1'000});
  h.controller->start();
  h.run(Millis{10});
  ASSERT_EQ(h.controller->in_flight(), 1u);
  bool idle = false;
  h.controller->stop([&] { idle = true; });
  h.add("b");
  h.run(Millis{200});
  EXPECT_FALSE(idle);
  h.run(Millis{5'000});
  EXPECT_TRUE(idle);
  EXPECT_EQ(h.api.count(kServices), 1u);
}

TEST(ReconcileLoop, stopping_at_rest_says_so_on_the_loop) {
  House h{make_service};
  h.start();
  bool idle = false;
  h.controller->stop([&] { idle = true; });
  EXPECT_FALSE(idle);
  h.run(Millis{1});
  EXPECT_TRUE(idle);
}

TEST(ReconcileLoop, a_crash_at_any_effect_is_made_good_by_the_next_process) {
  for (const char* how : {"before", "after", "lost", "error"}) {
    for (int n = 1; n <= 3; ++n) {
      House h{make_service};
      auto fault = FaultPlan::parse(std::to_string(n) + ":" + how);
      bool crashed = false;
      h.executor_options.hook = &*fault;
      h.executor_options.crash = [&] { crashed = true; };
      h.controller.reset();
      h.build();
      for (const char* name : {"a", "b", "c"}) h.add(name);
      h.start();
      if (crashed) {
        h.controller.reset();
        h.executor_options.hook = nullptr;
        h.build();
        for (const char* name : {"a", "b", "c"}) h.controller->wake(House::key(name));
        h.controller->start();
      }
      h.run(Millis{20'000});
      EXPECT_EQ(h.api.count(kServices), 3u) << n << ":" << how;
      EXPECT_TRUE(h.seen.back().attempts.empty() || how == std::string{"lost"});
    }
  }
}

TEST(ReconcileLoop, may_be_destroyed_at_every_pending_callback) {
  for (std::size_t steps = 0; steps < 80; steps += 1) {
    House h{evict_first};
    h.add("a");
    h.api.put(kPods, pod_of("a"));
    h.configs->start();
    h.services_reflector->start();
    h.pods_reflector->start();
    h.controller->start();
    h.loop.run_steps(steps, Millis{20'000});
    h.controller.reset();
    h.run(Millis{30'000});
    h.api.put(kPods, pod_of("b"));
    h.run(Millis{1'000});
  }
}

}  // namespace
}  // namespace k8s::test
