// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/deployment/progress.hpp"

#include <fmt/format.h>

#include "sandbox/controllers/status.hpp"

namespace controllers::deployment {
namespace {

// A Deployment's conditions also say when they were last written; Progressing counts from there.
void set_timed(Value& conditions, const ConditionWords& words, const Now& now, bool renew) {
  const bool changed = set_condition(conditions, words, now);
  for (Value& one : conditions) {
    if (text(one, {"type"}) == words.type && (changed || renew)) one["lastUpdateTime"] = stamp(now.wall);
  }
}

void put_count(Value& status, const char* member, std::int64_t count) {
  if (count == 0) {
    status.erase(member);
  } else {
    status[member] = count;
  }
}

Value counts(const Value& deployment, const Sets& sets) {
  const Objects all = sets.all();
  Value status = members(deployment, {"status"});
  status["observedGeneration"] = generation_of(deployment);
  put_count(status, "replicas", total(all, "replicas"));
  put_count(status, "updatedReplicas", sets.newest ? number(*sets.newest, {"status", "replicas"}, 0) : 0);
  put_count(status, "readyReplicas", total(all, "readyReplicas"));
  put_count(status, "availableReplicas", total(all, "availableReplicas"));
  put_count(status, "unavailableReplicas",
            std::max<std::int64_t>(0, total_wanted(all) - total(all, "availableReplicas")));
  put_count(status, "collisionCount", sets.collisions);
  return status;
}

bool moved(const Value& deployment, const Value& status) {
  const Value& before = members(deployment, {"status"});
  const auto old_ones = [](const Value& one) {
    return number(one, {"replicas"}, 0) - number(one, {"updatedReplicas"}, 0);
  };
  return number(status, {"updatedReplicas"}, 0) > number(before, {"updatedReplicas"}, 0) ||
         number(status, {"readyReplicas"}, 0) > number(before, {"readyReplicas"}, 0) ||
         number(status, {"availableReplicas"}, 0) > number(before, {"availableReplicas"}, 0) ||
         old_ones(status) < old_ones(before);
}

struct Progressing {
  const Value& deployment;
  const Sets& sets;
  const Now& now;
  Value& status;
  Value& conditions;

  std::string whose() const {
    return sets.newest ? fmt::format("ReplicaSet \"{}\"", name_of(*sets.newest))
                       : fmt::format("Deployment \"{}\"", name_of(deployment));
  }
  const Value* present() const {
    for (const Value& one : conditions) {
      if (text(one, {"type"}) == "Progressing") return &one;
    }
    return nullptr;
  }

  std::optional<k8s::Millis> judge() {
    const std::int64_t seconds = number(deployment, {"spec", "progressDeadlineSeconds"}, 600);
    if (seconds >= 2'147'483'647) {  // "no deadline": no condition
      drop_condition(conditions, "Progressing");
      return std::nullopt;
    }
    if (flag(deployment, {"spec", "paused"}, false)) return paused();
    const Value* before = present();
    const std::string reason = before ? text(*before, {"reason"}) : "";
    const bool complete = is_complete(deployment, status);
    const bool settled =
        number(status, {"replicas"}, 0) == number(status, {"updatedReplicas"}, 0) && reason == "NewReplicaSetAvailable";
    if (settled) return std::nullopt;  // only scaled: it has got there once
    if (complete) {
      set_timed(conditions,
                {"Progressing", "True", "NewReplicaSetAvailable", whose() + " has successfully progressed."}, now,
                false);
      return std::nullopt;
    }
    if (!before || moved(deployment, status) || reason == "DeploymentPaused" || reason == "DeploymentResumed" ||
        text(*before, {"lastUpdateTime"}).empty() || is_new_rollout(reason)) {
      set_timed(conditions, {"Progressing", "True", "ReplicaSetUpdated", whose() + " is progressing."}, now, true);
      return k8s::Millis{seconds * 1000};
    }
    if (reason == "ProgressDeadlineExceeded") return std::nullopt;
    const k8s::Wall end = time(*before, {"lastUpdateTime"}).value_or(now.wall) + k8s::Seconds{seconds};
    if (end > now.wall) return until(end, now);
    set_timed(conditions, {"Progressing", "False", "ProgressDeadlineExceeded", whose() + " has timed out progressing."},
              now, false);
    return std::nullopt;
  }

  bool is_new_rollout(const std::string& reason) const {
    return (reason == "NewReplicaSetAvailable" || reason == "ProgressDeadlineExceeded") &&
           number(deployment, {"status", "observedGeneration"}, 0) < generation_of(deployment);
  }

  std::optional<k8s::Millis> paused() {
    const Value* before = present();
    if (!before || text(*before, {"reason"}) != "DeploymentPaused") {
      set_timed(conditions, {"Progressing", "Unknown", "DeploymentPaused", "Deployment is paused"}, now, true);
    }
    return std::nullopt;
  }
};

}  // namespace

Progress progress_of(const Value& deployment, const Sets& sets, const Now& now) {
  Progress progress{.status = counts(deployment, sets)};
  Value conditions = elements(progress.status, {"conditions"});
  const std::int64_t least = wanted(deployment) - max_unavailable(deployment);
  if (number(progress.status, {"availableReplicas"}, 0) >= least) {
    set_timed(conditions, {"Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability."},
              now, false);
  } else {
    set_timed(conditions,
              {"Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability."},
              now, false);
  }
  Progressing progressing{deployment, sets, now, progress.status, conditions};
  progress.deadline_in = progressing.judge();
  const Value* failure = nullptr;
  const Objects all = sets.all();
  for (const ObjectRef& set : all) {
    if (const Value* one = find_condition(*set, "ReplicaFailure")) failure = one;
  }
  if (failure) {
    set_timed(conditions,
              {"ReplicaFailure", text(*failure, {"status"}), text(*failure, {"reason"}), text(*failure, {"message"})},
              now, false);
  } else {
    drop_condition(conditions, "ReplicaFailure");
  }
  progress.status["conditions"] = std::move(conditions);
  return progress;
}

}  // namespace controllers::deployment
