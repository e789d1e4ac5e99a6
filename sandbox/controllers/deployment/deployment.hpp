// SPDX-License-Identifier: Apache-2.0
// Deployment: ReplicaSets, one per template it has had, of which the newest takes over.
//
// The newest has the label pod-template-hash and the highest deployment.kubernetes.io/revision; older ones stay, scaled
// down, so that `kubectl rollout undo` finds their templates. A pass first finds or makes the newest (sets.hpp), then
// scales when only the number changed or the rollout is paused (scaling.hpp), else takes one step of the strategy
// (rolling.hpp), and last says how far it is (progress.hpp).
#pragma once

#include "sandbox/controllers/controller.hpp"

namespace controllers {

Controller deployment_controller();

}  // namespace controllers
