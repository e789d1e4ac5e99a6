// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "libk8s/metrics/registry.hpp"

namespace k8s {
namespace {

::testing::AssertionResult has_line(const Metrics& metrics, const std::string& line) {
  const std::string text = metrics.text();
  if (("\n" + text).find("\n" + line + "\n") != std::string::npos) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "no line \"" << line << "\" in\n" << text;
}

TEST(Metrics, a_controller_that_has_done_nothing_shows_every_series_at_zero) {
  Metrics metrics("h");
  metrics.controller("mrs", 8);
  for (const char* result : {"success", "error", "requeue", "requeue_after"}) {
    EXPECT_TRUE(has_line(
        metrics, std::string{"controller_runtime_reconcile_total{controller=\"mrs\",result=\""} + result + "\"} 0"));
  }
  for (const char* line : {"controller_runtime_reconcile_errors_total{controller=\"mrs\"} 0",
                           "controller_runtime_reconcile_time_seconds_count{controller=\"mrs\"} 0",
                           "controller_runtime_active_workers{controller=\"mrs\"} 0",
                           "controller_runtime_max_concurrent_reconciles{controller=\"mrs\"} 8",
                           "workqueue_depth{controller=\"mrs\",name=\"mrs\",priority=\"\"} 0",
                           "workqueue_adds_total{controller=\"mrs\",name=\"mrs\"} 0",
                           "workqueue_retries_total{controller=\"mrs\",name=\"mrs\"} 0",
                           "workqueue_queue_duration_seconds_count{controller=\"mrs\",name=\"mrs\"} 0",
                           "workqueue_work_duration_seconds_count{controller=\"mrs\",name=\"mrs\"} 0",
                           "workqueue_unfinished_work_seconds{controller=\"mrs\",name=\"mrs\"} 0",
                           "workqueue_longest_running_processor_seconds{controller=\"mrs\",name=\"mrs\"} 0",
                           "sagong_loop_lag_seconds_count 0"}) {
    EXPECT_TRUE(has_line(metrics, line));
  }
}

TEST(Metrics, a_finished_reconcile_counts_by_result_and_by_time) {
  Metrics metrics("h");
  ControllerMetrics controller = metrics.controller("mrs", 1);
  controller.finished(ReconcileResult::error, Millis{20});
  controller.finished(ReconcileResult::requeue_after, Millis{20});
  EXPECT_TRUE(has_line(metrics, "controller_runtime_reconcile_total{controller=\"mrs\",result=\"error\"} 1"));
  EXPECT_TRUE(has_line(metrics, "controller_runtime_reconcile_total{controller=\"mrs\",result=\"requeue_after\"} 1"));
  EXPECT_TRUE(has_line(metrics, "controller_runtime_reconcile_errors_total{controller=\"mrs\"} 1"));
  EXPECT_TRUE(has_line(metrics, "controller_runtime_reconcile_time_seconds_bucket{controller=\"mrs\",le=\"0.01\"} 0"));
  EXPECT_TRUE(has_line(metrics, "controller_runtime_reconcile_time_seconds_bucket{controller=\"mrs\",le=\"0.025\"} 2"));
}

TEST(Metrics, totals_move_a_counter_by_their_difference_and_never_back) {
  Metrics metrics("h");
  ControllerMetrics controller = metrics.controller("mrs", 1);
  for (const std::uint64_t total : {3u, 3u, 5u, 1u, 2u}) controller.set_adds(total);
  EXPECT_TRUE(has_line(metrics, "workqueue_adds_total{controller=\"mrs\",name=\"mrs\"} 6"));
}

TEST(Metrics, the_same_controller_and_store_asked_for_twice_are_the_same_series) {
  Metrics metrics("h");
  metrics.controller("mrs", 1).set_depth(4);
  metrics.controller("mrs", 1);
  EXPECT_TRUE(has_line(metrics, "workqueue_depth{controller=\"mrs\",name=\"mrs\",priority=\"\"} 4"));
  metrics.store("pods").set_objects(7);
  metrics.store("pods").set_age(Millis{1500});
  EXPECT_TRUE(has_line(metrics, "sagong_store_objects{resource=\"pods\"} 7"));
  EXPECT_TRUE(has_line(metrics, "sagong_store_age_seconds{resource=\"pods\"} 1.5"));
}

TEST(Metrics, exchanges_count_by_code_method_and_host_and_a_lost_one_is_an_error) {
  Metrics metrics("10.96.0.1:443");
  metrics.rest_exchange(Method::get, 200);
  metrics.rest_exchange(Method::get, 200);
  metrics.rest_exchange(Method::patch, 0);
  EXPECT_TRUE(has_line(metrics, "rest_client_requests_total{code=\"200\",host=\"10.96.0.1:443\",method=\"GET\"} 2"));
  EXPECT_TRUE(
      has_line(metrics, "rest_client_requests_total{code=\"<error>\",host=\"10.96.0.1:443\",method=\"PATCH\"} 1"));
}

TEST(Metrics, leadership_lag_and_effects_have_their_series) {
  Metrics metrics("h");
  metrics.set_leader("sagong-mongodb", true);
  metrics.loop_lag(Millis{60});
  metrics.effect("mrs", "evict", "ok", Millis{30});
  EXPECT_TRUE(has_line(metrics, "leader_election_master_status{name=\"sagong-mongodb\"} 1"));
  EXPECT_TRUE(has_line(metrics, "sagong_loop_lag_seconds_bucket{le=\"0.05\"} 0"));
  EXPECT_TRUE(has_line(metrics, "sagong_loop_lag_seconds_bucket{le=\"0.1\"} 1"));
  EXPECT_TRUE(has_line(metrics, "sagong_effects_total{controller=\"mrs\",effect=\"evict\",result=\"ok\"} 1"));
}

TEST(Metrics, what_is_asked_for_at_the_last_moment_is_in_the_text) {
  Metrics metrics("h");
  StoreMetrics store = metrics.store("pods");
  metrics.before_text([store]() mutable { store.set_objects(3); });
  EXPECT_TRUE(has_line(metrics, "sagong_store_objects{resource=\"pods\"} 3"));
}

}  // namespace
}  // namespace k8s
