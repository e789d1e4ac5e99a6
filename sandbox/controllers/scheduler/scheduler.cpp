// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/scheduler/scheduler.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "sandbox/controllers/events.hpp"
#include "sandbox/controllers/pods.hpp"
#include "sandbox/controllers/scheduler/filters.hpp"
#include "sandbox/controllers/scheduler/scores.hpp"
#include "sandbox/controllers/status.hpp"
#include "sandbox/controllers/volumes/binding.hpp"
#include "sandbox/controllers/volumes/volumes.hpp"

namespace controllers {
namespace scheduler {
namespace {

constexpr std::string_view kComponent = "default-scheduler";

Result<void> write_condition(Api& api, const Now& now, const Value& pod, std::string_view reason,
                             const std::string& message) {
  Value conditions = elements(pod, {"status", "conditions"});
  if (!set_condition(conditions, {"PodScheduled", "False", reason, message}, now)) return {};
  Value patch;
  patch["metadata"]["uid"] = uid_of(pod);
  patch["status"]["conditions"] = std::move(conditions);
  const auto written = api.patch(kPod, namespace_of(pod), name_of(pod), patch, Subresource::status);
  if (!written) return written.error();
  return {};
}

Look cannot(Api& api, const Now& now, const Value& pod, const std::string& why) {
  say(api, now, pod, {"Warning", "FailedScheduling", kComponent}, why);
  const auto written = write_condition(api, now, pod, "Unschedulable", why);
  return written ? done() : Look{written.error()};
}

// "2 Insufficient cpu, 1 node(s) were unschedulable", sorted as text.
std::string histogram(const std::map<std::string, int>& reasons) {
  std::vector<std::string> words;
  for (const auto& [reason, count] : reasons) words.push_back(fmt::format("{} {}", count, reason));
  std::sort(words.begin(), words.end());
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string explain(const std::vector<Refusal>& refusals) {
  if (refusals.empty()) return "no nodes available to schedule pods";
  std::map<std::string, int> reasons, preemption;
  for (const Refusal& refusal : refusals) {
    for (const std::string& reason : refusal.reasons) ++reasons[reason];
    ++preemption[refusal.for_good ? "Preemption is not helpful for scheduling"
                                  : "No preemption victims found for incoming pod"];
  }
  return fmt::format(
      "0/{0} nodes are available: {1}. no new claims to deallocate, preemption: 0/{0} nodes are available: {2}.",
      refusals.size(), histogram(reasons), histogram(preemption));
}

std::string nowhere(const Cluster& cluster, const std::string& why) {
  return fmt::format(
      "0/{0} nodes are available: {1}. no new claims to deallocate, preemption: 0/{0} nodes are available: {0} "
      "Preemption is not "
      "helpful for scheduling.",
      cluster.places.size(), why);
}

std::vector<std::string> claim_names(const Value& pod) {
  std::vector<std::string> names;
  for (const Value& volume : elements(pod, {"spec", "volumes"})) {
    if (const std::string& name = text(volume, {"persistentVolumeClaim", "claimName"}); !name.empty()) {
      names.push_back(name);
    } else if (at(volume, {"ephemeral"}).is_object()) {
      names.push_back(name_of(pod) + "-" + text(volume, {"name"}));
    }
  }
  return names;
}

struct Claims {
  std::vector<PodClaim> all = {};
  std::string problem = {};  // for which no node would do
};

Claims look_at_claims(const Api& api, const Value& pod) {
  Claims claims;
  for (const std::string& name : claim_names(pod)) {
    const auto claim = api.get(kClaim, namespace_of(pod), name);
    if (!claim) return {.problem = fmt::format("persistentvolumeclaim \"{}\" not found", name)};
    if (is_terminating(**claim)) return {.problem = fmt::format("persistentvolumeclaim \"{}\" is being deleted", name)};
    if (text(**claim, {"status", "phase"}) == "Lost") {
      return {.problem = fmt::format("persistentvolumeclaim \"{}\" bound to non-existent persistentvolume \"{}\"", name,
                                     text(**claim, {"spec", "volumeName"}))};
    }
    PodClaim one{.claim = *claim, .volume = nullptr};
    if (text(**claim, {"status", "phase"}) == "Bound") {
      const auto volume = api.get(kVolume, "", text(**claim, {"spec", "volumeName"}));
      if (volume) one.volume = *volume;
    } else {
      const auto storage_class = api.get(kStorageClass, "", text(**claim, {"spec", "storageClassName"}));
      one.waits = storage_class && text(**storage_class, {"volumeBindingMode"}) == "WaitForFirstConsumer";
      if (!one.waits) return {.problem = "pod has unbound immediate PersistentVolumeClaims"};
      one.is_made = text(**storage_class, {"provisioner"}) != "kubernetes.io/no-provisioner";
      const auto all = api.list(kVolume, "", Selector::everything());
      for (const ObjectRef& volume : all ? *all : Objects{}) {
        const bool free = at(*volume, {"spec", "claimRef"}).is_null() || volumes::is_meant_for(*volume, **claim);
        if (free && text(*volume, {"spec", "storageClassName"}) == text(**claim, {"spec", "storageClassName"}) &&
            volumes::capacity_milli(*volume) >= volumes::requested_milli(**claim)) {
          one.offers.push_back(volume);
        }
      }
    }
    claims.all.push_back(std::move(one));
  }
  return claims;
}

// The node that waiting claims were promised to already: the pod is held to it.
std::string promised_node(const std::vector<PodClaim>& claims) {
  for (const PodClaim& claim : claims) {
    if (claim.waits && !annotation(*claim.claim, kSelectedNode).empty()) return annotation(*claim.claim, kSelectedNode);
  }
  return "";
}

// True when all claims are bound.
Result<bool> promise(Api& api, const std::vector<PodClaim>& claims, const std::string& node) {
  bool bound = true;
  for (const PodClaim& one : claims) {
    if (!one.waits) continue;
    bound = false;
    if (annotation(*one.claim, kSelectedNode) == node) continue;
    Value patch;
    patch["metadata"] = {{"uid", uid_of(*one.claim)}, {"annotations", {{kSelectedNode, node}}}};
    const auto written = api.patch(kClaim, namespace_of(*one.claim), name_of(*one.claim), patch, Subresource::none);
    if (!written) return written.error();
  }
  return bound;
}

bool is_ours(const Value& pod) {
  const std::string& scheduler = text(pod, {"spec", "schedulerName"});
  return !is_scheduled(pod) && !is_terminating(pod) && !has_ended(pod) &&
         (scheduler.empty() || scheduler == kComponent);
}

Look reconcile(Api& api, const Key& key, const Now& now) {
  const auto found = api.get(kPod, key.ns, key.name);
  if (!found) return found.error().code == k8s::Code::not_found ? done() : Look{found.error()};
  const Value& pod = **found;
  if (!is_ours(pod)) return done();
  if (!elements(pod, {"spec", "schedulingGates"}).empty()) {
    const auto gated =
        write_condition(api, now, pod, "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates");
    return gated ? done() : Look{gated.error()};
  }
  const auto cluster = look_at_cluster(api);
  if (!cluster) return cluster.error();
  Claims claims = look_at_claims(api, pod);
  if (!claims.problem.empty()) return cannot(api, now, pod, nowhere(*cluster, claims.problem));
  const Wish wish{.pod = pod, .cluster = *cluster, .requests = requests_of(pod), .claims = std::move(claims.all)};
  std::vector<std::size_t> able;
  std::vector<Refusal> refusals;
  for (std::size_t i = 0; i < cluster->places.size(); ++i) {
    if (auto no = refuse(wish, cluster->places[i])) {
      refusals.push_back(std::move(*no));
    } else {
      able.push_back(i);
    }
  }
  if (able.empty()) return cannot(api, now, pod, explain(refusals));
  const std::string promised = promised_node(wish.claims);
  const auto kept = std::find_if(able.begin(), able.end(),
                                 [&](std::size_t i) { return name_of(*cluster->places[i].node) == promised; });
  const std::string node = name_of(*cluster->places[kept != able.end() ? *kept : best_of(wish, able)].node);
  const auto bound = promise(api, wish.claims, node);
  if (!bound) return bound.error();
  if (!*bound) return done();  // the claims wake us
  const auto assigned = api.bind(key.ns, key.name, uid_of(pod), node);
  if (!assigned) return assigned.error();
  say(api, now, pod, {"Normal", "Scheduled", kComponent},
      fmt::format("Successfully assigned {}/{} to {}", key.ns, key.name, node));
  return done();
}

void add_waiting(const Api& api, Keys& keys) {
  const auto pods = api.list(kPod, "", Selector::everything());
  if (!pods) return;
  for (const ObjectRef& pod : *pods) {
    if (is_ours(*pod)) keys.insert(key_of(*pod));
  }
}

void wake_by_pod(const Api& api, const Change& change, Keys& keys) {
  if (change.after && is_ours(*change.after)) keys.insert(key_of(*change.after));
  // Room, or a neighbour, that was not there before.
  const bool leaves = change.before && is_scheduled(*change.before) && (!change.after || has_ended(*change.after)) &&
                      !has_ended(*change.before);
  const bool comes = change.after && is_scheduled(*change.after) && !(change.before && is_scheduled(*change.before));
  const bool relabeled = change.before && change.after && labels_of(*change.before) != labels_of(*change.after);
  if (leaves || comes || relabeled) add_waiting(api, keys);
}

// Heartbeats change nothing.
void wake_by_node(const Api& api, const Change& change, Keys& keys) {
  if (change.before && change.after && at(*change.before, {"spec"}) == at(*change.after, {"spec"}) &&
      labels_of(*change.before) == labels_of(*change.after) &&
      at(*change.before, {"status", "allocatable"}) == at(*change.after, {"status", "allocatable"})) {
    return;
  }
  add_waiting(api, keys);
}

}  // namespace
}  // namespace scheduler

Controller scheduler_controller() {
  const auto everything = [](const Api& api, const Change&, Keys& keys) { scheduler::add_waiting(api, keys); };
  return {.name = "scheduler",
          .wakes = {{.kind = "Pod", .keys = scheduler::wake_by_pod},
                    {.kind = "Node", .keys = scheduler::wake_by_node},
                    {.kind = "PersistentVolumeClaim", .keys = everything},
                    {.kind = "PersistentVolume", .keys = everything},
                    {.kind = "StorageClass", .keys = everything}},
          .reconcile = scheduler::reconcile};
}

}  // namespace controllers
