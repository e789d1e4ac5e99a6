// SPDX-License-Identifier: Apache-2.0
// How a plan is carried out: one step per effect, in order. It never chooses.
#pragma once

#include "libk8s/runtime/pass.hpp"
#include "operators/mongodb/replica_set/mongo_effects.hpp"
#include "operators/mongodb/replica_set/plan.hpp"

namespace mongodb {

void apply(const k8s::ObjectKey& set, const Plan& plan, MongoEffects& mongo, k8s::Steps& steps);

// Draws a new keyfile: 756 random bytes as base64, the most that mongod takes.
k8s::Result<k8s::SecretBytes> generate_keyfile();

}  // namespace mongodb
