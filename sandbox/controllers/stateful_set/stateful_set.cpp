// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/stateful_set/stateful_set.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "sandbox/controllers/events.hpp"
#include "sandbox/controllers/ownership.hpp"
#include "sandbox/controllers/pods.hpp"
#include "sandbox/controllers/stateful_set/claims.hpp"
#include "sandbox/controllers/stateful_set/identity.hpp"
#include "sandbox/controllers/stateful_set/revisions.hpp"
#include "sandbox/controllers/status.hpp"

namespace controllers {
namespace stateful_set {
namespace {

constexpr std::string_view kComponent = "statefulset-controller";

enum class Flow { on, stop };

struct Pass {
  Api& api;
  const Now& now;
  const Value& set;
  const Revisions& revisions;
  std::map<std::int64_t, ObjectRef> living = {};                                 // of the range, rising
  std::map<std::int64_t, ObjectRef, std::greater<std::int64_t>> condemned = {};  // beyond it, falling
  std::optional<std::int64_t> first_unavailable = {};

  bool ordered() const { return text(set, {"spec", "podManagementPolicy"}) != "Parallel"; }
  k8s::Seconds min_ready() const { return k8s::Seconds{number(set, {"spec", "minReadySeconds"}, 0)}; }
};

bool is_running_and_ready(const Value& pod) {
  return text(pod, {"status", "phase"}) == "Running" && is_ready(pod);
}

bool is_running_and_available(const Pass& pass, const Value& pod) {
  return is_running_and_ready(pod) && is_available(pod, pass.min_ready(), pass.now);
}

bool is_unavailable(const Pass& pass, const Value& pod) {
  return is_terminating(pod) || !is_running_and_available(pass, pod);
}

void tell(const Pass& pass, std::string_view verb, const std::string& pod, const k8s::Error* error) {
  const std::string because = error ? fmt::format("failed error: {}", error->message) : "successful";
  const std::string reason =
      fmt::format("{}{}", error ? "Failed" : "Successful", verb == "create" ? "Create" : "Delete");
  say(pass.api, pass.now, pass.set, {error ? "Warning" : "Normal", reason, kComponent},
      fmt::format("{} Pod {} in StatefulSet {} {}", verb, pod, name_of(pass.set), because));
}

Result<void> remove_pod(const Pass& pass, const Value& pod) {
  const auto removed = unless_gone(pass.api.remove(kPod, namespace_of(pod), name_of(pod), {.uid = uid_of(pod)}));
  tell(pass, "delete", name_of(pod), removed ? nullptr : &removed.error());
  return removed;
}

Result<void> make_pod(const Pass& pass, std::int64_t ordinal) {
  const Value& rolling = at(pass.set, {"spec", "updateStrategy", "rollingUpdate"});
  const std::int64_t before =
      rolling.is_null() ? number(pass.set, {"status", "currentReplicas"}, 0) : number(rolling, {"partition"}, 0);
  const bool old =
      text(pass.set, {"spec", "updateStrategy", "type"}) != "OnDelete" && ordinal < first_ordinal(pass.set) + before;
  const auto claims = make_claims(pass.api, pass.now, pass.set, ordinal);
  if (!claims) return claims;
  const Value pod = new_pod(pass.set, old ? pass.revisions.current_template : pass.revisions.update_template, ordinal,
                            old ? pass.revisions.current : pass.revisions.update);
  const auto made = pass.api.create(pod);
  tell(pass, "create", name_of(pod), made ? nullptr : &made.error());
  if (!made) return made.error();
  return {};
}

// The labels that an identity has; a pod may have lost them.
Result<void> settle_identity(const Pass& pass, const Value& pod) {
  const std::string index = std::to_string(ordinal_of(pod));
  if (label(pod, kPodNameLabel) == name_of(pod) && label(pod, kPodIndexLabel) == index) return {};
  Value patch;
  patch["metadata"]["labels"] = {{kPodNameLabel, name_of(pod)}, {kPodIndexLabel, index}};
  const auto written = pass.api.patch(kPod, namespace_of(pod), name_of(pod), patch, Subresource::none);
  if (!written) return written.error();
  return {};
}

Result<Flow> look_at_living(const Pass& pass, std::int64_t ordinal) {
  const auto found = pass.living.find(ordinal);
  if (found == pass.living.end()) {
    if (has_stale_claim(pass.api, pass.set, ordinal)) return Flow::stop;
    const auto made = make_pod(pass, ordinal);
    if (!made) return made.error();
    return Flow::stop;
  }
  const Value& pod = *found->second;
  if (has_ended(pod)) {  // whatever its exit code: made anew once it is gone
    if (is_terminating(pod)) return Flow::stop;
    const auto removed = remove_pod(pass, pod);
    if (!removed) return removed.error();
    return Flow::stop;
  }
  if (text(pod, {"status", "phase"}) == "Pending") {
    const auto claims = make_claims(pass.api, pass.now, pass.set, ordinal);
    if (!claims) return claims.error();
  }
  if (pass.ordered() && is_unavailable(pass, pod)) return Flow::stop;
  auto settled = settle_owners(pass.api, pass.set, pod);
  if (settled) settled = settle_identity(pass, pod);
  if (!settled) return settled.error();
  return Flow::on;
}

Result<Flow> look_at_condemned(const Pass& pass, std::int64_t ordinal, const Value& pod) {
  if (is_terminating(pod)) return Flow::stop;
  if (pass.ordered() && !is_running_and_available(pass, pod) && pass.first_unavailable != ordinal) return Flow::stop;
  const auto removed = remove_pod(pass, pod);
  if (!removed) return removed.error();
  return Flow::stop;
}

Result<Flow> replace_one(const Pass& pass) {
  const std::int64_t first = first_ordinal(pass.set);
  const std::int64_t partition = number(pass.set, {"spec", "updateStrategy", "rollingUpdate", "partition"}, 0);
  for (std::int64_t ordinal = first + replicas_of(pass.set) - 1; ordinal >= first + partition; --ordinal) {
    const auto found = pass.living.find(ordinal);
    if (found == pass.living.end()) return Flow::stop;
    const Value& pod = *found->second;
    if (label(pod, kRevisionLabel) != pass.revisions.update && !is_terminating(pod)) {
      const auto removed = remove_pod(pass, pod);
      if (!removed) return removed.error();
      return Flow::stop;
    }
    if (is_unavailable(pass, pod)) return Flow::stop;
  }
  return Flow::on;
}

// The first step that stops an ordered set; of a parallel one, every step of each kind.
Result<Flow> act(const Pass& pass) {
  const std::int64_t first = first_ordinal(pass.set);
  for (std::int64_t ordinal = first; ordinal < first + replicas_of(pass.set); ++ordinal) {
    const auto flow = look_at_living(pass, ordinal);
    if (!flow || (*flow == Flow::stop && pass.ordered())) return flow;
  }
  for (const auto& [ordinal, pod] : pass.condemned) {
    const auto settled = settle_owners(pass.api, pass.set, *pod);
    if (!settled) return settled.error();
  }
  for (const auto& [ordinal, pod] : pass.condemned) {
    const auto flow = look_at_condemned(pass, ordinal, *pod);
    if (!flow || (*flow == Flow::stop && pass.ordered())) return flow;
  }
  if (text(pass.set, {"spec", "updateStrategy", "type"}) == "OnDelete") return Flow::stop;
  return replace_one(pass);
}

void put_count(Value& status, const char* member, std::int64_t count) {
  if (count == 0) {
    status.erase(member);
  } else {
    status[member] = count;
  }
}

Value status_of(const Pass& pass, const Objects& pods) {
  std::int64_t replicas = 0, ready = 0, available = 0, current = 0, updated = 0;
  for (const ObjectRef& pod : pods) {
    if (text(*pod, {"status", "phase"}).empty()) continue;
    ++replicas;
    if (is_running_and_ready(*pod)) ++ready;
    if (is_running_and_available(pass, *pod)) ++available;
    if (is_terminating(*pod)) continue;
    if (label(*pod, kRevisionLabel) == pass.revisions.current) ++current;
    if (label(*pod, kRevisionLabel) == pass.revisions.update) ++updated;
  }
  Value status = members(pass.set, {"status"});
  status["observedGeneration"] = generation_of(pass.set);
  status["collisionCount"] = pass.revisions.collisions;
  status["currentRevision"] = pass.revisions.current;
  status["updateRevision"] = pass.revisions.update;
  const std::int64_t wanted = replicas_of(pass.set);
  if (text(pass.set, {"spec", "updateStrategy", "type"}) != "OnDelete" && updated == wanted && ready == wanted &&
      replicas == wanted) {
    current = updated;
    status["currentRevision"] = pass.revisions.update;
  }
  status["replicas"] = replicas;
  status["availableReplicas"] = available;
  put_count(status, "readyReplicas", ready);
  put_count(status, "currentReplicas", current);
  put_count(status, "updatedReplicas", updated);
  return status;
}

void sort_pods(Pass& pass, const Objects& pods) {
  for (const ObjectRef& pod : pods) {
    const std::int64_t ordinal = ordinal_of(*pod);
    if (ordinal < 0) continue;
    if (in_range(pass.set, ordinal)) {
      pass.living.emplace(ordinal, pod);
    } else {
      pass.condemned.emplace(ordinal, pod);
    }
  }
  for (auto one = pass.condemned.begin(); one != pass.condemned.end(); ++one) {
    if (is_unavailable(pass, *one->second)) pass.first_unavailable = one->first;  // the lowest of them
  }
  const std::int64_t first = first_ordinal(pass.set);
  for (std::int64_t ordinal = first + replicas_of(pass.set) - 1; ordinal >= first; --ordinal) {
    const auto found = pass.living.find(ordinal);
    if (found == pass.living.end() || is_unavailable(pass, *found->second)) pass.first_unavailable = ordinal;
  }
}

Look reconcile(Api& api, const Key& key, const Now& now) {
  const auto found = api.get(kStatefulSet, key.ns, key.name);
  if (!found) return found.error().code == k8s::Code::not_found ? done() : Look{found.error()};
  const Value& set = **found;
  const auto pods = claim(api, kPod, set, is_named_after);
  if (!pods) return pods.error();
  const auto revisions = look_at_revisions(api, set);
  if (!revisions) return revisions.error();
  Pass pass{.api = api, .now = now, .set = set, .revisions = *revisions};
  sort_pods(pass, *pods);
  const Result<Flow> flow = is_terminating(set) ? Result<Flow>{Flow::stop} : act(pass);
  const auto written = write_status(api, set, status_of(pass, *pods));
  if (!flow) return flow.error();
  if (!written) return written.error();
  const auto dropped = drop_old_revisions(api, set, *revisions, *pods);
  if (!dropped) return dropped.error();
  std::optional<k8s::Millis> again;
  for (const ObjectRef& pod : *pods) again = earlier(again, available_in(*pod, pass.min_ready(), now));
  return again;
}

}  // namespace
}  // namespace stateful_set

Controller stateful_set_controller() {
  return {.name = "statefulset",
          .wakes = {wake::self("StatefulSet"),
                    wake::controller_or_selector("Pod", kStatefulSet),
                    wake::controller_of("ControllerRevision", "StatefulSet"),
                    // A claim that is gone lets its pod be made, or made anew.
                    {.kind = "PersistentVolumeClaim",
                     .keys =
                         [](const Api& api, const Change& change, Keys& keys) {
                           if (change.after && change.before) return;
                           const auto sets =
                               api.list(kStatefulSet, namespace_of(change.object()), Selector::everything());
                           if (!sets) return;
                           for (const ObjectRef& set : *sets) {
                             if (name_of(change.object()).find("-" + name_of(*set) + "-") != std::string::npos) {
                               keys.insert(key_of(*set));
                             }
                           }
                         }}},
          .reconcile = stateful_set::reconcile};
}

}  // namespace controllers
