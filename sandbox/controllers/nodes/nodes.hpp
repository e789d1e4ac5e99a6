// SPDX-License-Identifier: Apache-2.0
// Is a node alive, and what becomes of its pods when it is not?
//
// A node whose Lease (namespace kube-node-lease) was not renewed for the grace period gets Ready=Unknown and the taint
// node.kubernetes.io/unreachable; one that says Ready=False gets node.kubernetes.io/not-ready; both with NoSchedule and
// NoExecute, and its pods are no longer Ready. Pods that do not tolerate a NoExecute taint are deleted at once, those
// that tolerate it for some seconds after these. spec.unschedulable shows as a taint too. Pods of a node that no longer
// exists are removed without grace.
#pragma once

#include "sandbox/controllers/controller.hpp"

namespace controllers {

struct NodeSettings {
  k8s::Seconds grace{50};         // since the last renewal of the lease
  k8s::Seconds orphan_grace{40};  // before pods of an absent node are removed
};

Controller node_controller(NodeSettings settings);
Controller taint_eviction_controller();
Controller pod_collector_controller(NodeSettings settings);

}  // namespace controllers
