// SPDX-License-Identifier: Apache-2.0
// Where does a Service lead? EndpointSlices (discovery.k8s.io/v1) and the older Endpoints, from the pods that its
// selector matches.
//
// An endpoint is serving when its pod is ready, terminating when the pod is being deleted, and ready when it serves and
// does not terminate, or always with publishNotReadyAddresses. Pods without an address, and pods that have ended, are
// no endpoints. Slices are per address family and set of resolved ports, at most 100 endpoints each.
#pragma once

#include "sandbox/controllers/controller.hpp"

namespace controllers {

Controller endpoint_slice_controller();
Controller endpoints_controller();

}  // namespace controllers
