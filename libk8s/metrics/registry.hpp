// SPDX-License-Identifier: Apache-2.0
// What do we count about ourselves? Under the names that controller-runtime and client-go use, so that their dashboards
// and alerts work.
//
//   Metrics metrics("10.96.0.1:443");
//   ControllerMetrics controller = metrics.controller("replica-set", 8);
//   controller.finished(ReconcileResult::success, took);
//   … metrics.text()   // for GET /metrics
//
// Every series of a controller is there from the start, at 0: a rate over a series that appears with its first failure
// misses that failure. The handles (ControllerMetrics and so on) are small, may be copied, and are valid for as long as
// the Metrics.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libk8s/base/clock.hpp"
#include "libk8s/transport/request.hpp"

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace k8s {

enum class ReconcileResult { success, error, requeue, requeue_after };
std::string_view name(ReconcileResult result);

// controller_runtime_* and workqueue_* of one controller.
class ControllerMetrics {
 public:
  // controller_runtime_reconcile_total, _reconcile_errors_total, _reconcile_time_seconds.
  void finished(ReconcileResult result, Millis took);
  void set_active_workers(std::size_t workers);

  void set_depth(std::size_t keys);
  // Totals since the process began: the counters move by the difference.
  void set_adds(std::uint64_t total);
  void set_retries(std::uint64_t total);
  void waited(Millis in_queue);
  void worked(Millis on_key);
  void set_unfinished_work(Millis sum);
  void set_longest_running(Millis longest);

 private:
  friend class Metrics;
  struct Series;
  Series* series_ = nullptr;
};

// sagong_store_*: what one store holds and how long ago it last heard from the server.
class StoreMetrics {
 public:
  void set_objects(std::size_t count);
  void set_age(Millis since_progress);

 private:
  friend class Metrics;
  prometheus::Gauge* objects_ = nullptr;
  prometheus::Gauge* age_ = nullptr;
};

class Metrics {
 public:
  // host: of the API server, the label of rest_client_requests_total.
  explicit Metrics(std::string host);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Asked for twice, the same series come back.
  ControllerMetrics controller(const std::string& name, std::size_t max_concurrent);
  StoreMetrics store(const std::string& resource);

  // Shape of CurlClientOptions::on_exchange. status 0, no reply, is code "<error>" as in client-go.
  void rest_exchange(Method method, int status);
  // leader_election_master_status{name}
  void set_leader(const std::string& lease, bool leads);
  // sagong_loop_lag_seconds
  void loop_lag(Millis lag);
  // sagong_effects_total{controller,effect,result} and sagong_effect_time_seconds{controller,effect}
  void effect(const std::string& controller, const std::string& effect, std::string_view result, Millis took);

  // Runs before every text(): for gauges that are cheaper to ask for than to keep.
  void before_text(std::function<void()> refresh);
  // The Prometheus text format, version 0.0.4.
  std::string text() const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace k8s
