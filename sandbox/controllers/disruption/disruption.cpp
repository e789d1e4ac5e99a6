// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/disruption/disruption.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "sandbox/controllers/events.hpp"
#include "sandbox/controllers/ownership.hpp"
#include "sandbox/controllers/pods.hpp"
#include "sandbox/controllers/status.hpp"

namespace controllers {
namespace {

constexpr std::string_view kComponent = "controllermanager";
constexpr k8s::Seconds kForgetAfter{120};

struct Expected {
  std::int64_t pods = 0;
  std::int64_t desired = 0;
};

// What wants the pod, and how many of them: the top of a chain of ReplicaSet and Deployment.
Result<ObjectRef> scale_of(const Api& api, const Value& pod) {
  const Value* reference = controller_reference(pod);
  if (!reference) return ObjectRef{};
  const auto owner_of = [&](const Value& of, const std::string& ns) {
    return api.get({text(of, {"apiVersion"}), text(of, {"kind"})}, ns, text(of, {"name"}));
  };
  auto owner = owner_of(*reference, namespace_of(pod));
  if (!owner) {
    if (owner.error().code == k8s::Code::not_found) return ObjectRef{};
    return owner;
  }
  if (uid_of(**owner) != text(*reference, {"uid"})) return ObjectRef{};
  if (text(*reference, {"kind"}) == kReplicaSet.kind) {
    if (const Value* above = controller_reference(**owner); above && text(*above, {"kind"}) == kDeployment.kind) {
      auto deployment = owner_of(*above, namespace_of(pod));
      if (deployment && uid_of(**deployment) == text(*above, {"uid"})) return deployment;
    }
  }
  if (!number(**owner, {"spec", "replicas"})) {
    return k8s::Error{
        .code = k8s::Code::invalid,
        .message = fmt::format("{} does not implement the scale subresource", text(*reference, {"kind"}))};
  }
  return owner;
}

Result<std::int64_t> scale_of_all(const Api& api, const Objects& pods) {
  std::map<std::string, std::int64_t> scales;  // by the uid of what wants them
  for (const ObjectRef& pod : pods) {
    const auto owner = scale_of(api, *pod);
    if (!owner) return owner.error();
    // Pods that nobody wants back do not count.
    if (*owner) scales[uid_of(**owner)] = number(**owner, {"spec", "replicas"}, 1);
  }
  std::int64_t sum = 0;
  for (const auto& [uid, replicas] : scales) sum += replicas;
  return sum;
}

Result<Expected> expected_of(const Api& api, const Value& budget, const Objects& pods) {
  const Value& most = at(budget, {"spec", "maxUnavailable"});
  const Value& least = at(budget, {"spec", "minAvailable"});
  const auto count = static_cast<std::int64_t>(pods.size());
  if (most.is_null() && least.is_number_integer()) return Expected{.pods = count, .desired = least.get<std::int64_t>()};
  if (most.is_null() && least.is_null()) return Expected{.pods = count, .desired = 0};
  const auto scale = scale_of_all(api, pods);
  if (!scale) return scale.error();
  const auto part = scaled(most.is_null() ? least : most, *scale, Round::up);
  if (!part) return k8s::Error{.code = k8s::Code::invalid, .message = "neither a number nor a percentage"};
  return Expected{.pods = *scale, .desired = most.is_null() ? *part : std::max<std::int64_t>(0, *scale - *part)};
}

// What is still under way of what evictions were granted for, and how long until the next is forgotten.
Value still_disrupted(const Value& budget, const Objects& pods, const Now& now, std::optional<k8s::Millis>& again) {
  Value kept = Value::object();
  const Value& granted = members(budget, {"status", "disruptedPods"});
  for (const ObjectRef& pod : pods) {
    if (is_terminating(*pod)) continue;
    const auto when = time(granted, {name_of(*pod)});
    if (!when || *when + kForgetAfter <= now.wall) continue;
    kept[name_of(*pod)] = text(granted, {name_of(*pod)});
    again = earlier(again, until(*when + kForgetAfter, now));
  }
  return kept;
}

std::int64_t healthy(const Objects& pods, const Value& disrupted) {
  return std::count_if(pods.begin(), pods.end(), [&](const ObjectRef& pod) {
    return !is_terminating(*pod) && is_ready(*pod) && !disrupted.contains(name_of(*pod));
  });
}

Look fail(Api& api, const Now& now, const Value& budget, const k8s::Error& error) {
  say(api, now, budget, {"Warning", "CalculateExpectedPodCountFailed", kComponent},
      fmt::format("Failed to calculate the number of expected pods: {}", error.message));
  Value status = members(budget, {"status"});
  status["disruptionsAllowed"] = 0;
  Value conditions = elements(status, {"conditions"});
  set_condition(conditions, {"DisruptionAllowed", "False", "SyncFailed", error.message}, now);
  status["conditions"] = std::move(conditions);
  const auto written = write_status(api, budget, status);
  return written ? done() : Look{written.error()};
}

Look reconcile(Api& api, const Key& key, const Now& now) {
  const auto found = api.get(kDisruptionBudget, key.ns, key.name);
  if (!found) return found.error().code == k8s::Code::not_found ? done() : Look{found.error()};
  const Value& budget = **found;
  const auto selected = api.list(kPod, key.ns, Selector::of(at(budget, {"spec", "selector"})));
  if (!selected) return selected.error();
  Objects pods;
  std::copy_if(selected->begin(), selected->end(), std::back_inserter(pods),
               [](const ObjectRef& pod) { return !has_ended(*pod); });
  if (pods.empty()) say(api, now, budget, {"Normal", "NoPods", kComponent}, "No matching pods found");
  const auto expected = expected_of(api, budget, pods);
  if (!expected) return fail(api, now, budget, expected.error());

  std::optional<k8s::Millis> again;
  const Value disrupted = still_disrupted(budget, pods, now, again);
  const std::int64_t current = healthy(pods, disrupted);
  const std::int64_t allowed = expected->pods > 0 ? std::max<std::int64_t>(0, current - expected->desired) : 0;
  Value status = members(budget, {"status"});
  status["currentHealthy"] = current;
  status["desiredHealthy"] = expected->desired;
  status["expectedPods"] = expected->pods;
  status["disruptionsAllowed"] = allowed;
  status["observedGeneration"] = generation_of(budget);
  if (disrupted.empty()) {
    status.erase("disruptedPods");
  } else {
    status["disruptedPods"] = disrupted;
  }
  Value conditions = elements(status, {"conditions"});
  set_condition(
      conditions,
      {"DisruptionAllowed", allowed > 0 ? "True" : "False", allowed > 0 ? "SufficientPods" : "InsufficientPods", ""},
      now);
  for (Value& one : conditions) {
    if (text(one, {"type"}) == "DisruptionAllowed") one["observedGeneration"] = generation_of(budget);
  }
  status["conditions"] = std::move(conditions);
  const auto written = write_status(api, budget, status);
  if (!written) return written.error();
  return again;
}

void add_matching(const Api& api, const std::string& ns, const Value& labels, Keys& keys) {
  const auto budgets = api.list(kDisruptionBudget, ns, Selector::everything());
  if (!budgets) return;
  for (const ObjectRef& budget : *budgets) {
    if (Selector::of(at(*budget, {"spec", "selector"})).matches(labels)) keys.insert(key_of(*budget));
  }
}

void wake_by_pod(const Api& api, const Change& change, Keys& keys) {
  if (change.before) add_matching(api, namespace_of(*change.before), labels_of(*change.before), keys);
  if (change.after) add_matching(api, namespace_of(*change.after), labels_of(*change.after), keys);
}

// How many there should be changed.
void wake_by_scale(const Api& api, const Change& change, Keys& keys) {
  if (change.before && change.after &&
      at(*change.before, {"spec", "replicas"}) == at(*change.after, {"spec", "replicas"})) {
    return;
  }
  add_matching(api, namespace_of(change.object()), labels_of(members(change.object(), {"spec", "template"})), keys);
}

}  // namespace

Controller disruption_controller() {
  return {.name = "disruption",
          .wakes = {wake::self("PodDisruptionBudget"),
                    {.kind = "Pod", .keys = wake_by_pod},
                    {.kind = "StatefulSet", .keys = wake_by_scale},
                    {.kind = "ReplicaSet", .keys = wake_by_scale},
                    {.kind = "Deployment", .keys = wake_by_scale}},
          .reconcile = reconcile};
}

}  // namespace controllers
