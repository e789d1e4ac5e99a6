// SPDX-License-Identifier: Apache-2.0
// Where does a pod run? One pod at a time: every node is asked (filters.hpp), the best of those that said yes is taken
// (scores.hpp), claims that wait for a consumer learn the node and are bound, and then the pod is, once.
//
// Filters: unschedulable, taints, node name, nodeSelector and required node affinity, requests of cpu, memory,
// ephemeral storage, extended resources and the number of pods, host ports, required pod (anti-)affinity by topology
// key (also that of pods which are there already), topologySpreadConstraints with DoNotSchedule, node affinity of
// volumes. A pod that fits nowhere says why as the real one does, in PodScheduled and in an Event FailedScheduling.
// Left out: priorities and preemption, scheduler profiles, dynamic resource allocation, topology spread's
// nodeTaintsPolicy, matchLabelKeys and minDomains. Ties go to the first node by name.
#pragma once

#include "sandbox/controllers/controller.hpp"

namespace controllers {

Controller scheduler_controller();

}  // namespace controllers
