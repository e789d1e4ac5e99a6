// SPDX-License-Identifier: Apache-2.0
// Garbage collection: an object goes when every owner it names (by uid) is gone.
//
// Who depends on whom is kept as a graph, fed by every change, so the runner must have been told of every object there
// is before it runs. What is deleted is first looked up live, with its uid as precondition. Background deletion needs
// nothing more; foreground deletion (finalizer foregroundDeletion) waits until dependents with blockOwnerDeletion are
// gone; orphaning (finalizer orphan) takes the owner out of its dependents first. An owner in another namespace counts
// as absent.
#pragma once

#include "sandbox/controllers/controller.hpp"

namespace controllers {

Controller garbage_controller();

}  // namespace controllers
