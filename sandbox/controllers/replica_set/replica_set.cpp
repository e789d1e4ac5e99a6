// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/replica_set/replica_set.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sandbox/controllers/events.hpp"
#include "sandbox/controllers/ownership.hpp"
#include "sandbox/controllers/pods.hpp"
#include "sandbox/controllers/status.hpp"

namespace controllers {
namespace {

constexpr std::string_view kComponent = "replicaset-controller";
// As many as the real one makes or removes in one pass.
constexpr std::int64_t kBurst = 500;

struct Failure {
  std::string_view reason;
  k8s::Error error;
};

std::optional<Failure> grow(Api& api, const Now& now, const Value& set, std::int64_t count) {
  for (std::int64_t i = 0; i < std::min(count, kBurst); ++i) {
    Value pod = pod_from_template(members(set, {"spec", "template"}), set);
    pod["metadata"]["generateName"] = name_of(set) + "-";
    const auto made = api.create(pod);
    if (!made) {
      say(api, now, set, {"Warning", "FailedCreate", kComponent},
          fmt::format("Error creating: {}", made.error().message));
      return Failure{"FailedCreate", made.error()};
    }
    say(api, now, set, {"Normal", "SuccessfulCreate", kComponent}, fmt::format("Created pod: {}", name_of(**made)));
  }
  return std::nullopt;
}

std::optional<Failure> shrink(Api& api, const Now& now, const Value& set, Objects active, std::int64_t count) {
  std::vector<std::pair<DeletionRank, ObjectRef>> ranked;
  for (const ObjectRef& pod : active) ranked.emplace_back(DeletionRank{*pod}, pod);
  std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < static_cast<std::size_t>(std::min(count, kBurst)); ++i) {
    const Value& pod = *ranked[i].second;
    const auto removed = unless_gone(api.remove(kPod, namespace_of(pod), name_of(pod), {.uid = uid_of(pod)}));
    if (!removed) {
      say(api, now, set, {"Warning", "FailedDelete", kComponent},
          fmt::format("Error deleting: {}", removed.error().message));
      return Failure{"FailedDelete", removed.error()};
    }
    say(api, now, set, {"Normal", "SuccessfulDelete", kComponent}, fmt::format("Deleted pod: {}", name_of(pod)));
  }
  return std::nullopt;
}

void put_count(Value& status, const char* member, std::int64_t count) {
  if (count == 0) {
    status.erase(member);
  } else {
    status[member] = count;
  }
}

Value status_of(const Value& set, const Objects& active, const std::optional<Failure>& failure, const Now& now) {
  const k8s::Seconds min_ready{number(set, {"spec", "minReadySeconds"}, 0)};
  const Selector labels = Selector::of_labels(labels_of(members(set, {"spec", "template"})));
  std::int64_t labeled = 0, ready = 0, available = 0;
  for (const ObjectRef& pod : active) {
    if (labels.matches(labels_of(*pod))) ++labeled;
    if (is_ready(*pod)) ++ready;
    if (is_available(*pod, min_ready, now)) ++available;
  }
  Value status = members(set, {"status"});
  status["replicas"] = active.size();
  put_count(status, "fullyLabeledReplicas", labeled);
  put_count(status, "readyReplicas", ready);
  put_count(status, "availableReplicas", available);
  status["observedGeneration"] = generation_of(set);
  Value conditions = elements(status, {"conditions"});
  if (failure) {
    set_condition(conditions, {"ReplicaFailure", "True", failure->reason, failure->error.message}, now);
  } else {
    drop_condition(conditions, "ReplicaFailure");
  }
  if (conditions.empty()) {
    status.erase("conditions");
  } else {
    status["conditions"] = std::move(conditions);
  }
  return status;
}

Look reconcile(Api& api, const Key& key, const Now& now) {
  const auto found = api.get(kReplicaSet, key.ns, key.name);
  if (!found) return found.error().code == k8s::Code::not_found ? done() : Look{found.error()};
  const Value& set = **found;
  const auto pods = claim(api, kPod, set);
  if (!pods) return pods.error();
  Objects active;
  std::copy_if(pods->begin(), pods->end(), std::back_inserter(active),
               [](const ObjectRef& pod) { return is_active(*pod); });
  const std::int64_t missing = number(set, {"spec", "replicas"}, 1) - static_cast<std::int64_t>(active.size());
  std::optional<Failure> failure;
  if (is_terminating(set)) {
    // Only what there is is told.
  } else if (missing > 0) {
    failure = grow(api, now, set, missing);
  } else if (missing < 0) {
    failure = shrink(api, now, set, active, -missing);
  }
  const auto written = write_status(api, set, status_of(set, active, failure, now));
  if (failure) return failure->error;
  if (!written) return written.error();
  std::optional<k8s::Millis> again;
  const k8s::Seconds min_ready{number(set, {"spec", "minReadySeconds"}, 0)};
  for (const ObjectRef& pod : active) again = earlier(again, available_in(*pod, min_ready, now));
  return again;
}

}  // namespace

Controller replica_set_controller() {
  return {.name = "replicaset",
          .wakes = {wake::self("ReplicaSet"), wake::controller_or_selector("Pod", kReplicaSet)},
          .reconcile = reconcile};
}

}  // namespace controllers
