// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/deployment/deployment.hpp"

#include "sandbox/controllers/deployment/progress.hpp"
#include "sandbox/controllers/deployment/rolling.hpp"
#include "sandbox/controllers/deployment/sets.hpp"
#include "sandbox/controllers/ownership.hpp"
#include "sandbox/controllers/pods.hpp"
#include "sandbox/controllers/status.hpp"

namespace controllers {
namespace deployment {
namespace {

Result<void> remark(Api& api, const Now& now, const Value& deployment, ObjectRef& set) {
  auto marked = wanted(*set) > 0 ? scale(api, now, deployment, set, wanted(*set)) : Result<ObjectRef>{set};
  if (!marked) return marked.error();
  set = *marked;
  return {};
}

Result<void> act(Api& api, const Now& now, const Value& deployment, Sets& sets) {
  if (flag(deployment, {"spec", "paused"}, false) || is_only_scaled(deployment, sets)) {
    const auto scaled_sets = rescale(api, now, deployment, sets);
    if (!scaled_sets) return scaled_sets;
    // What it was scaled for is written on every ReplicaSet with pods, also where the number stays.
    for (ObjectRef& set : sets.old) {
      const auto marked = remark(api, now, deployment, set);
      if (!marked) return marked;
    }
    return sets.newest ? remark(api, now, deployment, sets.newest) : Result<void>{};
  }
  return is_rolling(deployment) ? roll(api, now, deployment, sets) : recreate(api, now, deployment, sets);
}

Look reconcile(Api& api, const Key& key, const Now& now) {
  const auto found = api.get(kDeployment, key.ns, key.name);
  if (!found) return found.error().code == k8s::Code::not_found ? done() : Look{found.error()};
  const Value& deployment = **found;
  const bool paused = flag(deployment, {"spec", "paused"}, false);
  auto sets = look_at_sets(api, now, deployment, Make::no);
  if (!sets) return sets.error();
  if (!sets->newest && is_rolling(deployment) && !paused && !is_terminating(deployment) &&
      !is_only_scaled(deployment, *sets)) {
    sets = look_at_sets(api, now, deployment, Make::yes);
    if (!sets) return sets.error();
  }
  if (!is_terminating(deployment)) {
    const auto acted = act(api, now, deployment, *sets);
    if (!acted) return acted.error();
  }
  // The revision annotation may have moved the object on.
  const auto fresh = api.get(kDeployment, key.ns, key.name);
  if (!fresh) return fresh.error().code == k8s::Code::not_found ? done() : Look{fresh.error()};
  Progress progress = progress_of(deployment, *sets, now);
  const auto written = write_status(api, **fresh, progress.status);
  if (!written) return written.error();
  if (paused || is_complete(deployment, progress.status)) {
    const auto dropped = drop_old_sets(api, deployment, *sets);
    if (!dropped) return dropped.error();
  }
  return progress.deadline_in;
}

}  // namespace
}  // namespace deployment

Controller deployment_controller() {
  return {.name = "deployment",
          .wakes = {wake::self("Deployment"),
                    wake::controller_or_selector("ReplicaSet", kDeployment),
                    // Recreate waits for the last pod of old ReplicaSets.
                    {.kind = "Pod",
                     .keys =
                         [](const Api& api, const Change& change, Keys& keys) {
                           if (change.after && !has_ended(*change.after)) return;
                           const Value* set_reference = controller_reference(change.object());
                           if (!set_reference || text(*set_reference, {"kind"}) != kReplicaSet.kind) return;
                           const auto set =
                               api.get(kReplicaSet, namespace_of(change.object()), text(*set_reference, {"name"}));
                           if (!set) return;
                           const Value* owner = controller_reference(**set);
                           if (owner) keys.insert({.ns = namespace_of(**set), .name = text(*owner, {"name"})});
                         }}},
          .reconcile = deployment::reconcile};
}

}  // namespace controllers
