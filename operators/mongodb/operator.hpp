// SPDX-License-Identifier: Apache-2.0
// Which parts make up the operator process, and who owns whom? Members are declared in the order in which they need one
// another.
#pragma once

#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>

#include "libk8s/auth/config.hpp"
#include "libk8s/base/spdlog_log.hpp"
#include "libk8s/base/system_clock.hpp"
#include "libk8s/base/system_random.hpp"
#include "libk8s/cache/asio_loop.hpp"
#include "libk8s/health/http_server.hpp"
#include "libk8s/health/loop_lag.hpp"
#include "libk8s/metrics/registry.hpp"
#include "libk8s/runtime/fault_plan.hpp"
#include "libk8s/runtime/manager.hpp"
#include "libk8s/runtime/metrics_adapter.hpp"
#include "libk8s/transport/curl_client.hpp"
#include "operators/mongodb/options.hpp"
#include "operators/mongodb/replica_set/controller.hpp"
#include "operators/mongodb/wire/connection.hpp"
#include "operators/mongodb/wire/worker_pool.hpp"

namespace mongodb {

class Operator {
 public:
  // `exit` ends the process with that code; called once.
  Operator(boost::asio::io_context& io, const Options& options, const k8s::Config& config, k8s::Files& files,
           std::function<void(int)> exit);

  // Serves /metrics, /healthz and /readyz from now on.
  k8s::Result<void> listen();
  k8s::Manager& manager() { return manager_; }

 private:
  k8s::HealthCheck ready_check();

  boost::asio::io_context& io_;
  Options options_;
  k8s::SystemClock clock_;
  k8s::SystemRandom random_;
  k8s::SpdlogLog log_;
  k8s::AsioLoop loop_;
  k8s::Metrics metrics_;
  k8s::MetricsAdapter meter_;
  k8s::LoopLag lag_;
  k8s::FileCredentials credentials_;
  k8s::CurlClient http_;
  k8s::Client client_;
  k8s::Recorder recorder_;
  k8s::Manager manager_;
  k8s::Elector elector_;
  std::optional<k8s::FaultPlan> fault_;
  k8s::Executor executor_;
  k8s::ClusterEffects effects_;
  std::optional<k8s::PassRecord> record_;
  mongo::ThreadWorkerPool pool_;
  mongo::KeyDeriver keys_;
  mongo::TcpDialer dialer_;
  Stores stores_;
  std::vector<std::unique_ptr<k8s::Reflector>> reflectors_;
  ReplicaSetController controller_;
  std::unique_ptr<k8s::HttpServer> server_;
};

}  // namespace mongodb
