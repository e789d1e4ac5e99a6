// SPDX-License-Identifier: Apache-2.0
#include "libk8s/runtime/metrics_adapter.hpp"

namespace k8s {

void MetricsAdapter::effect(const std::string& controller, const std::string& effect, std::string_view result,
                            Millis took) {
  metrics_.effect(controller, effect, result, took);
}

void MetricsAdapter::exists(const std::string& controller, std::size_t concurrency) {
  controllers_[controller] = metrics_.controller(controller, concurrency);
}

void MetricsAdapter::started(const std::string& controller, Millis waited) {
  controllers_.at(controller).waited(waited);
}

void MetricsAdapter::finished(const std::string& controller, ReconcileResult result, Millis took) {
  controllers_.at(controller).finished(result, took);
  controllers_.at(controller).worked(took);
}

void MetricsAdapter::load(const std::string& controller, const QueueStats& stats) {
  ControllerMetrics& of = controllers_.at(controller);
  of.set_active_workers(stats.processing);
  of.set_depth(stats.depth);
  of.set_adds(stats.adds);
  of.set_retries(stats.retries);
  of.set_unfinished_work(stats.unfinished_work);
  of.set_longest_running(stats.longest_running);
}

}  // namespace k8s
