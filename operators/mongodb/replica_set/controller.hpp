// SPDX-License-Identifier: Apache-2.0
// When the replica set controller runs: its stores, monitors and memory, tied to one reconcile loop.
#pragma once

#include <memory>

#include "libk8s/runtime/reconcile_loop.hpp"
#include "operators/mongodb/monitor/set_monitor.hpp"
#include "operators/mongodb/replica_set/observe.hpp"

namespace mongodb {

class ReplicaSetController {
 public:
  struct World {
    mongo::Dialer& dialer;
    k8s::Loop& loop;
    k8s::Client& client;
    k8s::Random& random;
    k8s::Log& log;
    k8s::Executor& executor;
    k8s::ClusterEffects& effects;
    k8s::PassRecord* record = nullptr;
    k8s::ReconcileMeter* meter = nullptr;
  };

  ReplicaSetController(const World& world, const Settings& settings, Stores& stores,
                       const std::vector<std::unique_ptr<k8s::Reflector>>& reflectors);

  k8s::ReconcileLoop& loop() { return *loop_; }

 private:
  std::unique_ptr<k8s::Pending> gather(const k8s::ObjectKey& set, k8s::Performed done);

  World world_;
  Settings settings_;
  Stores& stores_;
  FreezeMemory freezes_;
  SetMonitor monitor_;
  Keyfiles keyfiles_;
  MongoEffects mongo_;
  std::uint64_t epoch_ = 0;
  std::unique_ptr<k8s::ReconcileLoop> loop_;
};

}  // namespace mongodb
