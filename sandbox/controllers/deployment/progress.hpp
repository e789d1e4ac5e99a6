// SPDX-License-Identifier: Apache-2.0
// How far is a Deployment, and is it still getting there? Its status with the conditions Available, Progressing and
// ReplicaFailure, which `kubectl rollout status` and `kubectl wait` read.
#pragma once

#include "sandbox/controllers/deployment/sets.hpp"

namespace controllers::deployment {

struct Progress {
  Value status;
  std::optional<k8s::Millis> deadline_in = {};  // until Progressing turns False unless something moves
};

Progress progress_of(const Value& deployment, const Sets& sets, const Now& now);

}  // namespace controllers::deployment
