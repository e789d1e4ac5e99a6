// SPDX-License-Identifier: Apache-2.0
// How many pods does each ReplicaSet of a Deployment get next?
#pragma once

#include "sandbox/controllers/deployment/sets.hpp"

namespace controllers::deployment {

// One step of RollingUpdate: the newest grows as far as maxSurge lets it; when it has, old ones give up pods as far as
// maxUnavailable lets them, those that are not available first.
Result<void> roll(Api& api, const Now& now, const Value& deployment, Sets& sets);
// Recreate: old ones to nothing, and when their last pod is gone the newest to all.
Result<void> recreate(Api& api, const Now& now, const Value& deployment, Sets& sets);

// True when the number of replicas changed since ReplicaSets were last scaled.
bool is_only_scaled(const Value& deployment, const Sets& sets);
// Grows or shrinks what there is, in proportion when more than one ReplicaSet has pods.
Result<void> rescale(Api& api, const Now& now, const Value& deployment, Sets& sets);

}  // namespace controllers::deployment
