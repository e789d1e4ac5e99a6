// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/pods.hpp"

#include <algorithm>
#include <charconv>

#include "sandbox/controllers/ownership.hpp"
#include "sandbox/controllers/status.hpp"

namespace controllers {
namespace {

std::optional<k8s::Wall> ready_since(const Value& pod) {
  const Value* ready = find_condition(pod, "Ready");
  if (!ready || text(*ready, {"status"}) != "True") return std::nullopt;
  return time(*ready, {"lastTransitionTime"}).value_or(k8s::Wall{});
}

int phase_rank(const std::string& phase) {
  if (phase == "Running") return 2;
  return phase == "Unknown" ? 1 : 0;
}

std::int64_t deletion_cost(const Value& pod) {
  const std::string& words = annotation(pod, "controller.kubernetes.io/pod-deletion-cost");
  std::int64_t cost = 0;
  const auto [stop, error] = std::from_chars(words.data(), words.data() + words.size(), cost);
  return error == std::errc{} && stop == words.data() + words.size() ? cost : 0;
}

}  // namespace

bool is_ready(const Value& pod) {
  return ready_since(pod).has_value();
}

bool is_available(const Value& pod, k8s::Seconds min_ready, const Now& now) {
  const auto since = ready_since(pod);
  return since && (min_ready.count() == 0 || *since + min_ready <= now.wall);
}

std::optional<k8s::Millis> available_in(const Value& pod, k8s::Seconds min_ready, const Now& now) {
  const auto since = ready_since(pod);
  if (!since || is_available(pod, min_ready, now)) return std::nullopt;
  return until(*since + min_ready, now);
}

bool has_ended(const Value& pod) {
  const std::string& phase = text(pod, {"status", "phase"});
  return phase == "Succeeded" || phase == "Failed";
}

bool is_active(const Value& pod) {
  return !has_ended(pod) && !is_terminating(pod);
}

bool is_scheduled(const Value& pod) {
  return !text(pod, {"spec", "nodeName"}).empty();
}

Value pod_from_template(const Value& pod_template, const Value& owner) {
  Value pod{{"apiVersion", kPod.api_version}, {"kind", kPod.kind}, {"metadata", {{"namespace", namespace_of(owner)}}}};
  for (const char* member : {"labels", "annotations", "finalizers"}) {
    const Value& value = at(pod_template, {"metadata", member});
    if (!value.is_null()) pod["metadata"][member] = value;
  }
  pod["metadata"]["ownerReferences"] = Value::array({controller_reference_to(owner)});
  pod["spec"] = at(pod_template, {"spec"});
  return pod;
}

DeletionRank::DeletionRank(const Value& pod)
    : assigned(is_scheduled(pod) ? 1 : 0),
      phase(phase_rank(text(pod, {"status", "phase"}))),
      ready(is_ready(pod) ? 1 : 0),
      cost(deletion_cost(pod)),
      ready_for(-ready_since(pod).value_or(k8s::Wall{}).time_since_epoch().count()),
      restarts(0),
      age(-created_at(pod).time_since_epoch().count()),
      name(name_of(pod)) {
  for (const Value& container : elements(pod, {"status", "containerStatuses"})) {
    restarts = std::min(restarts, -number(container, {"restartCount"}, 0));
  }
}

}  // namespace controllers
