// SPDX-License-Identifier: Apache-2.0
// Under which names do effects and reconciliations appear on /metrics? The meters of this room, on the registry.
#pragma once

#include <map>
#include <string>

#include "libk8s/metrics/registry.hpp"
#include "libk8s/runtime/executor.hpp"
#include "libk8s/runtime/reconcile_loop.hpp"

namespace k8s {

class MetricsAdapter final : public EffectMeter, public ReconcileMeter {
 public:
  explicit MetricsAdapter(Metrics& metrics) : metrics_(metrics) {}

  void effect(const std::string& controller, const std::string& effect, std::string_view result, Millis took) override;

  void exists(const std::string& controller, std::size_t concurrency) override;
  void started(const std::string& controller, Millis waited) override;
  void finished(const std::string& controller, ReconcileResult result, Millis took) override;
  void load(const std::string& controller, const QueueStats& stats) override;

 private:
  Metrics& metrics_;
  std::map<std::string, ControllerMetrics> controllers_;
};

}  // namespace k8s
