// SPDX-License-Identifier: Apache-2.0
// StatefulSet: pods with an identity, made in order and replaced from the highest ordinal down.
//
// One pass looks at the revisions (revisions.hpp), then at the pods of the ordinal range in order, then at those beyond
// it from the highest, and then, under RollingUpdate, at the highest pod that is not of the update revision. Under
// OrderedReady it stops at the first pod that is not where it should be. A pod is never made while one of its name
// exists. rollingUpdate.maxUnavailable is ignored, as it is without its feature gate.
#pragma once

#include "sandbox/controllers/controller.hpp"

namespace controllers {

Controller stateful_set_controller();

}  // namespace controllers
