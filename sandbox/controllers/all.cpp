// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/all.hpp"

#include "sandbox/controllers/cron_job/cron_job.hpp"
#include "sandbox/controllers/deployment/deployment.hpp"
#include "sandbox/controllers/disruption/disruption.hpp"
#include "sandbox/controllers/endpoints/endpoints.hpp"
#include "sandbox/controllers/garbage/garbage.hpp"
#include "sandbox/controllers/job/job.hpp"
#include "sandbox/controllers/namespaces/namespaces.hpp"
#include "sandbox/controllers/replica_set/replica_set.hpp"
#include "sandbox/controllers/scheduler/scheduler.hpp"
#include "sandbox/controllers/stateful_set/stateful_set.hpp"

namespace controllers {

std::vector<Controller> all_controllers(Settings settings) {
  return {
      garbage_controller(),
      namespace_controller(),
      service_account_controller(),
      root_ca_controller(std::move(settings.root_ca)),
      stateful_set_controller(),
      deployment_controller(),
      replica_set_controller(),
      cron_job_controller(),
      job_controller(),
      job_ttl_controller(),
      claim_controller(std::move(settings.volumes)),
      volume_controller(),
      claim_protection_controller(),
      disruption_controller(),
      endpoint_slice_controller(),
      endpoints_controller(),
      scheduler_controller(),
      node_controller(settings.nodes),
      taint_eviction_controller(),
      pod_collector_controller(settings.nodes),
  };
}

}  // namespace controllers
