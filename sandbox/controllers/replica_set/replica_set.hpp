// SPDX-License-Identifier: Apache-2.0
// ReplicaSet: as many pods of one template as it says, none of them special.
//
// Pods that have ended do not count and are not removed. One too many goes in the order of DeletionRank (pods.hpp).
#pragma once

#include "sandbox/controllers/controller.hpp"

namespace controllers {

Controller replica_set_controller();

}  // namespace controllers
