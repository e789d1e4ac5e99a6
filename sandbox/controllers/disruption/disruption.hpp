// SPDX-License-Identifier: Apache-2.0
// PodDisruptionBudget: how many of its pods may be evicted right now?
//
// status.disruptionsAllowed = healthy - desired, never below 0. Percentages, and maxUnavailable, are of what the pods'
// controllers want (spec.replicas of the StatefulSet, ReplicaSet, Deployment or custom resource above them), not of
// what there is. Pods that an eviction was granted for (status.disruptedPods, written by the API server) count as gone
// for two minutes.
#pragma once

#include "sandbox/controllers/controller.hpp"

namespace controllers {

Controller disruption_controller();

}  // namespace controllers
