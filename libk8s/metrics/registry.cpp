// SPDX-License-Identifier: Apache-2.0
#include "libk8s/metrics/registry.hpp"

#include <array>
#include <map>
#include <sstream>
#include <utility>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace k8s {
namespace {

using Buckets = prometheus::Histogram::BucketBoundaries;
using Labels = std::map<std::string, std::string>;

constexpr std::array kResults{ReconcileResult::success, ReconcileResult::error, ReconcileResult::requeue,
                              ReconcileResult::requeue_after};

// controller-runtime's own buckets.
const Buckets kReconcileSeconds{0.005, 0.01, 0.025, 0.05, 0.1,  0.15, 0.2,  0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6,
                                0.7,   0.8,  0.9,   1.0,  1.25, 1.5,  1.75, 2.0,  2.5, 3.0,  3.5, 4.0,  4.5, 5,
                                6,     7,    8,     9,    10,   15,   20,   25,   30,  40,   50,  60};
const Buckets kQueueSeconds{1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100, 1000};
const Buckets kLagSeconds{0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
const Buckets kEffectSeconds{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};

double seconds(Millis time) {
  return static_cast<double>(time.count()) / 1000.0;
}

// Counters only go up; a total that went down belongs to a queue that began anew.
void raise_to(prometheus::Counter& counter, std::uint64_t& last, std::uint64_t total) {
  if (total > last) counter.Increment(static_cast<double>(total - last));
  last = total;
}

}  // namespace

std::string_view name(ReconcileResult result) {
  switch (result) {
    case ReconcileResult::success: return "success";
    case ReconcileResult::error: return "error";
    case ReconcileResult::requeue: return "requeue";
    case ReconcileResult::requeue_after: return "requeue_after";
  }
  return "error";
}

struct ControllerMetrics::Series {
  std::array<prometheus::Counter*, kResults.size()> reconciles{};
  prometheus::Counter* errors = nullptr;
  prometheus::Histogram* time = nullptr;
  prometheus::Gauge* active = nullptr;
  prometheus::Gauge* depth = nullptr;
  prometheus::Counter* adds = nullptr;
  prometheus::Counter* retries = nullptr;
  prometheus::Histogram* queued = nullptr;
  prometheus::Histogram* worked = nullptr;
  prometheus::Gauge* unfinished = nullptr;
  prometheus::Gauge* longest = nullptr;
  std::uint64_t adds_so_far = 0;
  std::uint64_t retries_so_far = 0;
};

struct Metrics::Families {
  explicit Families(std::string api_host) : host(std::move(api_host)) {}

  prometheus::Counter& counter(const char* family, const char* help, const Labels& labels) {
    return prometheus::BuildCounter().Name(family).Help(help).Register(registry).Add(labels);
  }
  prometheus::Gauge& gauge(const char* family, const char* help, const Labels& labels) {
    return prometheus::BuildGauge().Name(family).Help(help).Register(registry).Add(labels);
  }
  prometheus::Histogram& histogram(const char* family, const char* help, const Labels& labels, const Buckets& buckets) {
    return prometheus::BuildHistogram().Name(family).Help(help).Register(registry).Add(labels, buckets);
  }

  // Asking for a family that is registered brings the registered one.
  mutable prometheus::Registry registry{prometheus::Registry::InsertBehavior::Merge};
  std::string host;
  std::map<std::string, ControllerMetrics::Series> controllers;
  std::vector<std::function<void()>> refreshes;
};

void ControllerMetrics::finished(ReconcileResult result, Millis took) {
  series_->reconciles.at(static_cast<std::size_t>(result))->Increment();
  if (result == ReconcileResult::error) series_->errors->Increment();
  series_->time->Observe(seconds(took));
}

void ControllerMetrics::set_active_workers(std::size_t workers) {
  series_->active->Set(static_cast<double>(workers));
}
void ControllerMetrics::set_depth(std::size_t keys) {
  series_->depth->Set(static_cast<double>(keys));
}
void ControllerMetrics::set_adds(std::uint64_t total) {
  raise_to(*series_->adds, series_->adds_so_far, total);
}
void ControllerMetrics::set_retries(std::uint64_t total) {
  raise_to(*series_->retries, series_->retries_so_far, total);
}
void ControllerMetrics::waited(Millis in_queue) {
  series_->queued->Observe(seconds(in_queue));
}
void ControllerMetrics::worked(Millis on_key) {
  series_->worked->Observe(seconds(on_key));
}
void ControllerMetrics::set_unfinished_work(Millis sum) {
  series_->unfinished->Set(seconds(sum));
}
void ControllerMetrics::set_longest_running(Millis longest) {
  series_->longest->Set(seconds(longest));
}

void StoreMetrics::set_objects(std::size_t count) {
  objects_->Set(static_cast<double>(count));
}
void StoreMetrics::set_age(Millis since_progress) {
  age_->Set(seconds(since_progress));
}

Metrics::Metrics(std::string host) : families_(std::make_unique<Families>(std::move(host))) {
  families_->histogram("sagong_loop_lag_seconds", "How late the loop ran a timer", {}, kLagSeconds);
}

Metrics::~Metrics() = default;

ControllerMetrics Metrics::controller(const std::string& controller, std::size_t max_concurrent) {
  ControllerMetrics handle;
  const auto [found, is_new] = families_->controllers.try_emplace(controller);
  handle.series_ = &found->second;
  if (!is_new) return handle;
  Families& f = *families_;
  ControllerMetrics::Series& s = found->second;
  const Labels own{{"controller", controller}};
  const Labels queue{{"name", controller}, {"controller", controller}};
  for (const ReconcileResult result : kResults) {
    s.reconciles.at(static_cast<std::size_t>(result)) =
        &f.counter("controller_runtime_reconcile_total", "Total number of reconciliations per controller",
                   {{"controller", controller}, {"result", std::string{name(result)}}});
  }
  s.errors = &f.counter("controller_runtime_reconcile_errors_total",
                        "Total number of reconciliation errors per controller", own);
  s.time = &f.histogram("controller_runtime_reconcile_time_seconds", "Length of time per reconciliation per controller",
                        own, kReconcileSeconds);
  s.active = &f.gauge("controller_runtime_active_workers", "Number of currently used workers per controller", own);
  f.gauge("controller_runtime_max_concurrent_reconciles", "Maximum number of concurrent reconciles per controller", own)
      .Set(static_cast<double>(max_concurrent));
  s.depth = &f.gauge("workqueue_depth", "Current depth of workqueue",
                     {{"name", controller}, {"controller", controller}, {"priority", ""}});
  s.adds = &f.counter("workqueue_adds_total", "Total number of adds handled by workqueue", queue);
  s.retries = &f.counter("workqueue_retries_total", "Total number of retries handled by workqueue", queue);
  s.queued =
      &f.histogram("workqueue_queue_duration_seconds",
                   "How long in seconds an item stays in workqueue before being requested", queue, kQueueSeconds);
  s.worked = &f.histogram("workqueue_work_duration_seconds",
                          "How long in seconds processing an item from workqueue takes", queue, kQueueSeconds);
  s.unfinished = &f.gauge("workqueue_unfinished_work_seconds",
                          "Seconds of work in progress that work_duration has not observed yet", queue);
  s.longest = &f.gauge("workqueue_longest_running_processor_seconds",
                       "How many seconds the longest running processor has been running", queue);
  return handle;
}

StoreMetrics Metrics::store(const std::string& resource) {
  StoreMetrics handle;
  const Labels labels{{"resource", resource}};
  handle.objects_ = &families_->gauge("sagong_store_objects", "Objects held in memory per resource", labels);
  handle.age_ =
      &families_->gauge("sagong_store_age_seconds", "Time since the store last heard from the API server", labels);
  return handle;
}

void Metrics::rest_exchange(Method method, int status) {
  families_
      ->counter("rest_client_requests_total", "Number of HTTP requests, partitioned by status code, method, and host",
                {{"code", status == 0 ? "<error>" : std::to_string(status)},
                 {"method", std::string{name(method)}},
                 {"host", families_->host}})
      .Increment();
}

void Metrics::set_leader(const std::string& lease, bool leads) {
  families_
      ->gauge(
          "leader_election_master_status",
          "Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master",
          {{"name", lease}})
      .Set(leads ? 1 : 0);
}

void Metrics::loop_lag(Millis lag) {
  families_->histogram("sagong_loop_lag_seconds", "How late the loop ran a timer", {}, kLagSeconds)
      .Observe(seconds(lag));
}

void Metrics::effect(const std::string& controller, const std::string& effect, std::string_view result, Millis took) {
  families_
      ->counter("sagong_effects_total", "Effects performed, by what they were and how they ended",
                {{"controller", controller}, {"effect", effect}, {"result", std::string{result}}})
      .Increment();
  families_
      ->histogram("sagong_effect_time_seconds", "How long an effect took",
                  {{"controller", controller}, {"effect", effect}}, kEffectSeconds)
      .Observe(seconds(took));
}

void Metrics::before_text(std::function<void()> refresh) {
  families_->refreshes.push_back(std::move(refresh));
}

std::string Metrics::text() const {
  for (const auto& refresh : families_->refreshes) refresh();
  std::ostringstream out;
  prometheus::TextSerializer{}.Serialize(out, families_->registry.Collect());
  return std::move(out).str();
}

}  // namespace k8s
