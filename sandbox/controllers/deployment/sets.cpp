// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/deployment/sets.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "libk8s/base/hash.hpp"
#include "sandbox/controllers/events.hpp"
#include "sandbox/controllers/ownership.hpp"
#include "sandbox/controllers/status.hpp"

namespace controllers::deployment {
namespace {

std::int64_t revision_of(const Value& object) {
  const std::string& words = annotation(object, kRevision);
  std::int64_t revision = 0;
  std::from_chars(words.data(), words.data() + words.size(), revision);
  return revision;
}

// A template without the label that tells ReplicaSets apart.
Value bare(const Value& pod_template) {
  Value out = pod_template;
  if (at(out, {"metadata", "labels"}).is_object()) out["metadata"]["labels"].erase(std::string{kHashLabel});
  return out;
}

bool older(const Value& a, const Value& b) {
  return std::tuple{created_at(a), name_of(a)} < std::tuple{created_at(b), name_of(b)};
}

// Annotations of the Deployment that its ReplicaSets show too.
bool is_shown(const std::string& key) {
  return key != kRevision && key != kRevisionHistory && key != kDesired && key != kMax &&
         key != "kubectl.kubernetes.io/last-applied-configuration" && key != "deprecated.deployment.rollback.to";
}

void copy_annotations(const Value& deployment, Value& set) {
  for (const auto& [key, value] : members(deployment, {"metadata", "annotations"}).items()) {
    if (is_shown(key)) make_at(set, {"metadata", "annotations"})[key] = value;
  }
}

std::int64_t replicas_of_newest(const Value& deployment, const Objects& old) {
  if (!is_rolling(deployment)) return wanted(deployment);
  const std::int64_t room = wanted(deployment) + max_surge(deployment) - total_wanted(old);
  return std::clamp<std::int64_t>(room, 0, wanted(deployment));
}

Value new_set(const Value& deployment, const Sets& sets, std::int64_t revision) {
  Value pod_template = bare(members(deployment, {"spec", "template"}));
  const std::string hash = k8s::short_hash(k8s::json::print(pod_template) +
                                           (sets.collisions > 0 ? std::to_string(sets.collisions) : std::string{}));
  make_at(pod_template, {"metadata", "labels"})[std::string{kHashLabel}] = hash;
  Value selector = members(deployment, {"spec", "selector"});
  make_at(selector, {"matchLabels"})[std::string{kHashLabel}] = hash;
  Value set{{"apiVersion", kReplicaSet.api_version},
            {"kind", kReplicaSet.kind},
            {"metadata",
             {{"name", name_of(deployment) + "-" + hash},
              {"namespace", namespace_of(deployment)},
              {"labels", labels_of(pod_template)},
              {"annotations",
               {{kRevision, std::to_string(revision)},
                {kDesired, std::to_string(wanted(deployment))},
                {kMax, std::to_string(wanted(deployment) + max_surge(deployment))}}},
              {"ownerReferences", Value::array({controller_reference_to(deployment)})}}},
            {"spec",
             {{"replicas", replicas_of_newest(deployment, sets.old)},
              {"selector", std::move(selector)},
              {"template", std::move(pod_template)}}}};
  if (const auto min_ready = number(deployment, {"spec", "minReadySeconds"})) {
    set["spec"]["minReadySeconds"] = *min_ready;
  }
  copy_annotations(deployment, set);
  return set;
}

Result<void> make_newest(Api& api, const Now& now, const Value& deployment, Sets& sets, std::int64_t revision) {
  for (;;) {
    const Value fresh = new_set(deployment, sets, revision);
    const auto made = api.create(fresh);
    if (made) {
      sets.newest = *made;
      if (wanted(fresh) > 0) {
        say(api, now, deployment, {"Normal", "ScalingReplicaSet", kComponent},
            fmt::format("Scaled up replica set {} from 0 to {}", name_of(fresh), wanted(fresh)));
      }
      return {};
    }
    if (made.error().code != k8s::Code::already_exists) {
      say(api, now, deployment, {"Warning", "ReplicaSetCreateError", kComponent},
          fmt::format("Failed to create new replica set \"{}\": {}", name_of(fresh), made.error().message));
      return made.error();
    }
    ++sets.collisions;  // the name is somebody else's
  }
}

// The newest one's revision is the highest; what it had before is remembered.
Result<void> renew(Api& api, const Value& deployment, Sets& sets, std::int64_t revision) {
  Value next = *sets.newest;
  copy_annotations(deployment, next);
  const std::int64_t before = revision_of(next);
  if (before < revision) {
    Value& annotations = make_at(next, {"metadata", "annotations"});
    annotations[std::string{kRevision}] = std::to_string(revision);
    if (before > 0) {
      const std::string history = text(annotations, {kRevisionHistory});
      annotations[std::string{kRevisionHistory}] =
          history.empty() ? std::to_string(before) : fmt::format("{},{}", history, before);
    }
  }
  if (const auto min_ready = number(deployment, {"spec", "minReadySeconds"})) {
    next["spec"]["minReadySeconds"] = *min_ready;
  }
  if (next == *sets.newest) return {};
  const auto written = api.update(next, Subresource::none);
  if (!written) return written.error();
  sets.newest = *written;
  return {};
}

Result<void> show_revision(Api& api, const Value& deployment, const Value& newest) {
  if (annotation(deployment, kRevision) == annotation(newest, kRevision)) return {};
  Value patch;
  patch["metadata"]["annotations"][std::string{kRevision}] = annotation(newest, kRevision);
  const auto written = api.patch(kDeployment, namespace_of(deployment), name_of(deployment), patch, Subresource::none);
  if (!written) return written.error();
  return {};
}

}  // namespace

Objects Sets::all() const {
  Objects out = old;
  if (newest) out.push_back(newest);
  return out;
}

std::int64_t wanted(const Value& object) {
  return number(object, {"spec", "replicas"}, 1);
}

std::int64_t available(const Value& set) {
  return number(set, {"status", "availableReplicas"}, 0);
}

std::int64_t total_wanted(const Objects& sets) {
  std::int64_t sum = 0;
  for (const ObjectRef& set : sets) sum += wanted(*set);
  return sum;
}

std::int64_t total(const Objects& sets, std::string_view status_member) {
  std::int64_t sum = 0;
  for (const ObjectRef& set : sets) sum += number(*set, {"status", status_member}, 0);
  return sum;
}

bool is_rolling(const Value& deployment) {
  return text(deployment, {"spec", "strategy", "type"}) != "Recreate";
}

std::int64_t max_surge(const Value& deployment) {
  if (!is_rolling(deployment)) return 0;
  const Value& surge = at(deployment, {"spec", "strategy", "rollingUpdate", "maxSurge"});
  return scaled(surge.is_null() ? Value("25%") : surge, wanted(deployment), Round::up).value_or(0);
}

std::int64_t max_unavailable(const Value& deployment) {
  if (!is_rolling(deployment) || wanted(deployment) == 0) return 0;
  const Value& most = at(deployment, {"spec", "strategy", "rollingUpdate", "maxUnavailable"});
  const std::int64_t count = scaled(most.is_null() ? Value("25%") : most, wanted(deployment), Round::down).value_or(0);
  // With neither surge nor leave nothing would ever move.
  return std::min(count == 0 && max_surge(deployment) == 0 ? 1 : count, wanted(deployment));
}

bool is_complete(const Value& deployment, const Value& status) {
  const std::int64_t replicas = wanted(deployment);
  return number(status, {"updatedReplicas"}, 0) == replicas && number(status, {"replicas"}, 0) == replicas &&
         number(status, {"availableReplicas"}, 0) == replicas &&
         number(status, {"observedGeneration"}, 0) >= generation_of(deployment);
}

Result<Sets> look_at_sets(Api& api, const Now& now, const Value& deployment, Make make) {
  auto claimed = claim(api, kReplicaSet, deployment);
  if (!claimed) return claimed.error();
  std::sort(claimed->begin(), claimed->end(), [](const ObjectRef& a, const ObjectRef& b) { return older(*a, *b); });
  Sets sets{.newest = nullptr, .old = {}, .collisions = number(deployment, {"status", "collisionCount"}, 0)};
  const Value pod_template = bare(members(deployment, {"spec", "template"}));
  std::int64_t last = 0;
  for (const ObjectRef& set : *claimed) {
    // Of two of the same template the older one is it.
    if (!sets.newest && bare(members(*set, {"spec", "template"})) == pod_template) {
      sets.newest = set;
    } else {
      sets.old.push_back(set);
      last = std::max(last, revision_of(*set));
    }
  }
  if (is_terminating(deployment)) return sets;
  if (sets.newest) {
    const auto renewed = renew(api, deployment, sets, last + 1);
    if (!renewed) return renewed.error();
  } else if (make == Make::yes) {
    const auto made = make_newest(api, now, deployment, sets, last + 1);
    if (!made) return made.error();
  }
  if (sets.newest) {
    const auto shown = show_revision(api, deployment, *sets.newest);
    if (!shown) return shown.error();
  }
  return sets;
}

Result<ObjectRef> scale(Api& api, const Now& now, const Value& deployment, const ObjectRef& set,
                        std::int64_t replicas) {
  Value next = *set;
  next["spec"]["replicas"] = replicas;
  Value& annotations = make_at(next, {"metadata", "annotations"});
  annotations[std::string{kDesired}] = std::to_string(wanted(deployment));
  annotations[std::string{kMax}] = std::to_string(wanted(deployment) + max_surge(deployment));
  if (next == *set) return set;
  auto written = api.update(next, Subresource::none);
  if (written && wanted(*set) != replicas) {
    say(api, now, deployment, {"Normal", "ScalingReplicaSet", kComponent},
        fmt::format("Scaled {} replica set {} from {} to {}", wanted(*set) < replicas ? "up" : "down", name_of(*set),
                    wanted(*set), replicas));
  }
  return written;
}

Result<void> drop_old_sets(Api& api, const Value& deployment, const Sets& sets) {
  const auto limit = number(deployment, {"spec", "revisionHistoryLimit"}, 10);
  Objects kept;
  for (const ObjectRef& set : sets.old) {
    if (!is_terminating(*set)) kept.push_back(set);
  }
  std::stable_sort(kept.begin(), kept.end(),
                   [](const ObjectRef& a, const ObjectRef& b) { return revision_of(*a) < revision_of(*b); });
  const std::int64_t surplus = static_cast<std::int64_t>(kept.size()) - limit;
  for (std::int64_t i = 0; i < surplus; ++i) {
    const Value& set = *kept[static_cast<std::size_t>(i)];
    if (wanted(set) != 0 || number(set, {"status", "replicas"}, 0) != 0 ||
        generation_of(set) > number(set, {"status", "observedGeneration"}, 0)) {
      continue;
    }
    const auto removed = unless_gone(api.remove(kReplicaSet, namespace_of(set), name_of(set), {.uid = uid_of(set)}));
    if (!removed) return removed;
  }
  return {};
}

}  // namespace controllers::deployment
