// SPDX-License-Identifier: Apache-2.0
// When does a controller look at a key? Pops keys, gates them, has Logic look, runs the plan, remembers the outcome,
// comes back in time.
//
//   woken ─> queue ─> gate ─> observe ─> decide ─> record ─> Executor ─> attempts ─> queue (requeue_after, or backoff
//   after a failure)
//                      │ stores not synced: wait for them
//                      └ own writes not seen yet: wait, with a deadline, then a live GET
//
// One key is in flight once; up to `concurrency` keys at a time. Owns its runs and timers: destroying it cancels them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "libk8s/metrics/registry.hpp"
#include "libk8s/queue/queue_driver.hpp"
#include "libk8s/runtime/cluster_effects.hpp"
#include "libk8s/runtime/executor.hpp"
#include "libk8s/runtime/pass.hpp"
#include "libk8s/runtime/pass_record.hpp"

namespace k8s {

// What metrics hear of; the real one is in runtime/metrics_adapter.hpp.
class ReconcileMeter {
 public:
  virtual ~ReconcileMeter() = default;
  virtual void exists(const std::string& controller, std::size_t concurrency) = 0;
  virtual void started(const std::string& controller, Millis waited) = 0;
  virtual void finished(const std::string& controller, ReconcileResult result, Millis took) = 0;
  virtual void load(const std::string& controller, const QueueStats& stats) = 0;
};

class ReconcileLoop {
 public:
  struct Parts {
    Loop& loop;
    Log& log;
    Executor& executor;
    ClusterEffects& effects;
    // Every store that observe reads is filled by one of these, or by a monitor that needs no gate.
    std::vector<Reflector*> reflectors;
    Gather gather;
    PassRecord* record = nullptr;
    ReconcileMeter* meter = nullptr;
  };
  struct Options {
    std::string name;
    std::size_t concurrency = 8;
  };

  ReconcileLoop(Parts parts, Options options, std::unique_ptr<Logic> logic);
  ~ReconcileLoop();
  ReconcileLoop(const ReconcileLoop&) = delete;
  ReconcileLoop& operator=(const ReconcileLoop&) = delete;

  // The store whose objects are the keys: its changes wake them, its uid and generation date their memory. Before
  // start().
  void primary(StoreBase& store);
  // Objects whose values in that index are keys, written "namespace/name". Before start().
  void wakes(StoreBase& store, const std::string& index);
  // From a monitor, or anybody else. Keys woken before start() are kept.
  void wake(const ObjectKey& key);

  void start();
  // Takes no more keys; what is in flight goes on. `idle` runs once, on the loop, when nothing is in flight.
  void stop(std::function<void()> idle);
  bool idle() const;

  const std::string& name() const { return options_.name; }
  std::size_t in_flight() const;
  const WorkQueue& queue() const;
  // Tells the meter how the queue stands; for Metrics::before_text.
  void meter() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
  Options options_;
};

}  // namespace k8s
