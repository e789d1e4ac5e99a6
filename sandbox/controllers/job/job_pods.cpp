// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/job/job_pods.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "libk8s/base/backoff.hpp"
#include "sandbox/controllers/events.hpp"
#include "sandbox/controllers/pods.hpp"
#include "sandbox/controllers/status.hpp"

namespace controllers::job {
namespace {

constexpr k8s::Backoff kRetry{.initial = k8s::Millis{10'000}, .max = k8s::Millis{600'000}};

void add_index_variable(Value& pod, const char* containers) {
  if (!at(pod, {"spec", containers}).is_array()) return;
  for (Value& container : pod["spec"][containers]) {
    Value& env = container["env"];
    if (!env.is_array()) env = Value::array();
    const bool has = std::any_of(env.begin(), env.end(),
                                 [](const Value& one) { return text(one, {"name"}) == "JOB_COMPLETION_INDEX"; });
    if (has) continue;
    env.push_back(
        {{"name", "JOB_COMPLETION_INDEX"},
         {"valueFrom",
          {{"fieldRef", {{"apiVersion", "v1"}, {"fieldPath", fmt::format("metadata.labels['{}']", kIndex)}}}}}});
  }
}

Value new_pod(const Value& job, std::optional<std::int64_t> index) {
  Value pod = pod_from_template(members(job, {"spec", "template"}), job);
  Value& metadata = pod["metadata"];
  if (!metadata.contains("finalizers")) metadata["finalizers"] = Value::array();
  metadata["finalizers"].push_back(kFinalizer);
  // The API server puts these on the template, unless spec.manualSelector.
  Value& labels = make_at(pod, {"metadata", "labels"});
  if (!flag(job, {"spec", "manualSelector"}, false)) {
    for (const char* prefix : {"", "batch.kubernetes.io/"}) {
      labels[fmt::format("{}controller-uid", prefix)] = uid_of(job);
      labels[fmt::format("{}job-name", prefix)] = name_of(job);
    }
  }
  if (!index) {
    metadata["generateName"] = name_of(job) + "-";
    return pod;
  }
  const std::string number = std::to_string(*index);
  labels[std::string{kIndex}] = number;
  make_at(pod, {"metadata", "annotations"})[std::string{kIndex}] = number;
  metadata["generateName"] = fmt::format("{}-{}-", name_of(job), number);
  pod["spec"]["hostname"] = fmt::format("{}-{}", name_of(job), number);
  add_index_variable(pod, "containers");
  add_index_variable(pod, "initContainers");
  return pod;
}

std::vector<std::optional<std::int64_t>> next_indexes(const Value& job, const Tally& tally, std::int64_t count) {
  std::vector<std::optional<std::int64_t>> out;
  if (!is_indexed(job)) return {static_cast<std::size_t>(count), std::nullopt};
  std::set<std::int64_t> taken = tally.completed;
  for (const ObjectRef& pod : tally.active) {
    if (const auto index = index_of(*pod)) taken.insert(*index);
  }
  for (std::int64_t i = 0; i < number(job, {"spec", "completions"}, 0); ++i) {
    if (static_cast<std::int64_t>(out.size()) == count) break;
    if (!taken.contains(i)) out.emplace_back(i);
  }
  return out;
}

Result<void> make_pods(Api& api, const Now& now, const Value& job, const Tally& tally, std::int64_t count) {
  for (const auto& index : next_indexes(job, tally, std::min<std::int64_t>(count, 500))) {
    const auto made = api.create(new_pod(job, index));
    if (!made) {
      say(api, now, job, {"Warning", "FailedCreate", kComponent},
          fmt::format("Error creating: {}", made.error().message));
      return made.error();
    }
    say(api, now, job, {"Normal", "SuccessfulCreate", kComponent}, fmt::format("Created pod: {}", name_of(**made)));
  }
  return {};
}

// Those that are no use: doubles of an index, indexes that are done or beyond the end; then by rank.
Objects surplus_of(const Value& job, const Tally& tally, std::int64_t wanted) {
  Objects out;
  std::vector<std::pair<DeletionRank, ObjectRef>> ranked;
  std::set<std::int64_t> seen;
  for (const ObjectRef& pod : tally.active) {
    const auto index = index_of(*pod);
    const bool useless = is_indexed(job) && (!index || *index >= number(job, {"spec", "completions"}, 0) ||
                                             tally.completed.contains(*index) || !seen.insert(*index).second);
    if (useless) {
      out.push_back(pod);
    } else {
      ranked.emplace_back(DeletionRank{*pod}, pod);
    }
  }
  std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; static_cast<std::int64_t>(ranked.size() - i) > wanted; ++i) out.push_back(ranked[i].second);
  return out;
}

}  // namespace

std::int64_t wanted_active(const Value& job, const Tally& tally) {
  const std::int64_t parallelism = number(job, {"spec", "parallelism"}, 1);
  const auto completions = number(job, {"spec", "completions"});
  if (completions) return std::max<std::int64_t>(0, std::min(parallelism, *completions - tally.succeeded));
  // A work queue: once one has succeeded, no new ones.
  if (tally.succeeded > 0) return std::min(parallelism, static_cast<std::int64_t>(tally.active.size()));
  return parallelism;
}

Result<std::optional<k8s::Millis>> settle_pods(Api& api, const Now& now, const Value& job, const Tally& tally) {
  const std::int64_t wanted = wanted_active(job, tally);
  const auto removed = stop_pods(api, now, job, surplus_of(job, tally, wanted), Count::no);
  if (!removed) return removed.error();
  // A pod that is on its way out is still one: it is counted as failed, and replaced, by its own rules.
  const std::int64_t missing = wanted - static_cast<std::int64_t>(tally.active.size());
  if (missing <= 0) return std::optional<k8s::Millis>{};
  if (tally.failures_in_a_row > 0 && tally.last_failure) {
    const k8s::Wall next = *tally.last_failure + kRetry.delay(tally.failures_in_a_row - 1);
    if (next > now.wall) return std::optional{until(next, now)};
  }
  const auto made = make_pods(api, now, job, tally, missing);
  if (!made) return made.error();
  return std::optional<k8s::Millis>{};
}

Result<void> stop_pods(Api& api, const Now& now, const Value& job, const Objects& pods, Count count) {
  for (const ObjectRef& pod : pods) {
    const auto freed = count == Count::no ? remove_finalizer(api, kPod, *pod, kFinalizer) : Result<void>{};
    if (!freed) return freed;
    const auto removed = unless_gone(api.remove(kPod, namespace_of(*pod), name_of(*pod), {.uid = uid_of(*pod)}));
    if (!removed) return removed;
    say(api, now, job, {"Normal", "SuccessfulDelete", kComponent}, fmt::format("Deleted pod: {}", name_of(*pod)));
  }
  return {};
}

}  // namespace controllers::job
