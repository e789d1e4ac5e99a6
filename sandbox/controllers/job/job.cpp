// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/job/job.hpp"

#include <fmt/format.h>

#include "sandbox/controllers/events.hpp"
#include "sandbox/controllers/job/job_pods.hpp"
#include "sandbox/controllers/job/tally.hpp"
#include "sandbox/controllers/ownership.hpp"
#include "sandbox/controllers/status.hpp"

namespace controllers {
namespace job {
namespace {

struct Verdict {
  std::string_view reason = {};
  std::string message = {};
  bool success = false;
};

bool has_finished(const Value& job) {
  return condition_is(job, "Complete", "True") || condition_is(job, "Failed", "True");
}

bool is_suspended(const Value& job) {
  return flag(job, {"spec", "suspend"}, false);
}

void put_count(Value& status, const char* member, std::int64_t count) {
  if (count == 0) {
    status.erase(member);
  } else {
    status[member] = count;
  }
}

// restartPolicy OnFailure: the kubelet retries in place, and the restarts are what there is to count.
bool restarted_too_often(const Value& job, const Tally& tally, std::int64_t limit) {
  if (text(job, {"spec", "template", "spec", "restartPolicy"}) != "OnFailure") return false;
  std::int64_t restarts = 0;
  for (const ObjectRef& pod : tally.active) {
    for (const char* member : {"containerStatuses", "initContainerStatuses"}) {
      for (const Value& one : elements(*pod, {"status", member})) restarts += number(one, {"restartCount"}, 0);
    }
  }
  return limit == 0 ? restarts > 0 : restarts >= limit;
}

std::optional<k8s::Wall> deadline(const Value& job) {
  const auto seconds = number(job, {"spec", "activeDeadlineSeconds"});
  const auto start = time(job, {"status", "startTime"});
  if (!seconds || !start || is_suspended(job)) return std::nullopt;
  return *start + k8s::Seconds{*seconds};
}

std::optional<Verdict> judge(const Value& job, const Tally& tally, const Now& now) {
  // What was said before is kept to.
  if (condition_is(job, "SuccessCriteriaMet", "True")) {
    return Verdict{
        .reason = "CompletionsReached", .message = "Reached expected number of succeeded pods", .success = true};
  }
  if (const Value* target = find_condition(job, "FailureTarget")) {
    return Verdict{.reason = text(*target, {"reason"}), .message = text(*target, {"message"})};
  }
  const std::int64_t limit = number(job, {"spec", "backoffLimit"}, 6);
  if (tally.failed > limit || restarted_too_often(job, tally, limit)) {
    return Verdict{.reason = "BackoffLimitExceeded", .message = "Job has reached the specified backoff limit"};
  }
  if (const auto end = deadline(job); end && *end <= now.wall) {
    return Verdict{.reason = "DeadlineExceeded", .message = "Job was active longer than specified deadline"};
  }
  const auto completions = number(job, {"spec", "completions"});
  const bool enough = completions ? tally.succeeded >= *completions : tally.succeeded > 0 && tally.active.empty();
  if (enough && !is_suspended(job)) {
    return Verdict{
        .reason = "CompletionsReached", .message = "Reached expected number of succeeded pods", .success = true};
  }
  return std::nullopt;
}

Value counts(const Value& job, const Tally& tally) {
  Value status = members(job, {"status"});
  put_count(status, "active", static_cast<std::int64_t>(tally.active.size()));
  status["ready"] = tally.ready;
  status["terminating"] = tally.terminating;
  put_count(status, "succeeded", tally.counted_succeeded);
  put_count(status, "failed", tally.counted_failed);
  if (is_indexed(job)) {
    const std::string indexes = print_indexes(tally.counted_completed);
    if (!indexes.empty()) status["completedIndexes"] = indexes;
  }
  status["uncountedTerminatedPods"] = tally.uncounted;
  return status;
}

void suspend_or_resume(Api& api, const Now& now, const Value& job, Value& status) {
  Value conditions = elements(status, {"conditions"});
  if (is_suspended(job)) {
    if (!condition_is(job, "Suspended", "True")) {
      set_condition(conditions, {"Suspended", "True", "JobSuspended", "Job suspended"}, now);
      say(api, now, job, {"Normal", "Suspended", kComponent}, "Job suspended");
    }
    status.erase("startTime");
  } else {
    if (condition_is(job, "Suspended", "True")) {
      set_condition(conditions, {"Suspended", "False", "JobResumed", "Job resumed"}, now);
      say(api, now, job, {"Normal", "Resumed", kComponent}, "Job resumed");
    }
    if (text(status, {"startTime"}).empty()) status["startTime"] = stamp(now.wall);
  }
  if (!conditions.empty()) status["conditions"] = std::move(conditions);
}

// First the intention; the end once every pod is gone and counted.
void conclude(Api& api, const Now& now, const Value& job, const Tally& tally, const Verdict& verdict, Value& status) {
  Value conditions = elements(status, {"conditions"});
  const std::string_view intention = verdict.success ? "SuccessCriteriaMet" : "FailureTarget";
  set_condition(conditions, {intention, "True", verdict.reason, verdict.message}, now);
  if (tally.active.empty() && tally.terminating == 0 && tally.ended.empty() && tally.uncounted.empty()) {
    set_condition(conditions, {verdict.success ? "Complete" : "Failed", "True", verdict.reason, verdict.message}, now);
    if (verdict.success) {
      status["completionTime"] = stamp(now.wall);
      say(api, now, job, {"Normal", "Completed", kComponent}, "Job completed");
    } else {
      say(api, now, job, {"Warning", verdict.reason, kComponent}, verdict.message);
    }
  }
  for (Value& one : conditions) one["lastProbeTime"] = text(one, {"lastTransitionTime"});
  status["conditions"] = std::move(conditions);
}

Result<Objects> pods_of(Api& api, const Value& job) {
  const auto all = api.list(kPod, namespace_of(job), Selector::everything());
  if (!all) return all.error();
  Objects mine;
  for (const ObjectRef& pod : *all) {
    if (is_controlled_by(*pod, job)) mine.push_back(pod);
  }
  return mine;
}

Result<void> let_go(Api& api, const Objects& pods) {
  for (const ObjectRef& pod : pods) {
    const auto removed = remove_finalizer(api, kPod, *pod, kFinalizer);
    if (!removed) return removed;
  }
  return {};
}

// Pods of a Job of that name that is no more (`live` is the present one's uid): nobody counts them.
Result<void> free_orphans(Api& api, const Key& key, const std::string& live) {
  const auto all = api.list(kPod, key.ns, Selector::everything());
  if (!all) return all.error();
  for (const ObjectRef& pod : *all) {
    const Value* owner = controller_reference(*pod);
    if (!owner || text(*owner, {"kind"}) != kJob.kind || text(*owner, {"name"}) != key.name) continue;
    if (text(*owner, {"uid"}) == live) continue;
    const auto freed = remove_finalizer(api, kPod, *pod, kFinalizer);
    if (!freed) return freed;
  }
  return {};
}

Look reconcile(Api& api, const Key& key, const Now& now) {
  const auto found = api.get(kJob, key.ns, key.name);
  if (!found) {
    if (found.error().code != k8s::Code::not_found) return found.error();
    const auto freed = free_orphans(api, key, "");
    return freed ? done() : Look{freed.error()};
  }
  const auto orphans_freed = free_orphans(api, key, uid_of(**found));
  if (!orphans_freed) return orphans_freed.error();
  const Value& job = **found;
  const auto pods = pods_of(api, job);
  if (!pods) return pods.error();
  const Tally pods_now = tally(job, *pods);
  if (has_finished(job) || is_terminating(job)) {
    const auto freed = let_go(api, pods_now.ended);
    return freed ? done() : Look{freed.error()};
  }
  Value status = counts(job, pods_now);
  suspend_or_resume(api, now, job, status);
  const auto verdict = judge(job, pods_now, now);
  if (verdict) conclude(api, now, job, pods_now, *verdict, status);
  const auto written = write_status(api, job, status);
  if (!written) return written.error();
  const auto freed = let_go(api, pods_now.ended);
  if (!freed) return freed.error();
  if (verdict || is_suspended(job)) {
    const auto stopped = stop_pods(api, now, job, pods_now.active, verdict ? Count::failed : Count::no);
    return stopped ? done() : Look{stopped.error()};
  }
  const auto wait = settle_pods(api, now, job, pods_now);
  if (!wait) return wait.error();
  std::optional<k8s::Millis> again = *wait;
  Value started = job;
  started["status"] = status;
  if (const auto end = deadline(started)) again = earlier(again, until(*end, now));
  return again;
}

std::optional<k8s::Wall> finished_at(const Value& job) {
  for (const char* type : {"Complete", "Failed"}) {
    if (condition_is(job, type, "True")) return time(*find_condition(job, type), {"lastTransitionTime"});
  }
  return std::nullopt;
}

Look reconcile_ttl(Api& api, const Key& key, const Now& now) {
  const auto found = api.get(kJob, key.ns, key.name);
  if (!found) return found.error().code == k8s::Code::not_found ? done() : Look{found.error()};
  const auto ttl = number(**found, {"spec", "ttlSecondsAfterFinished"});
  const auto finished = finished_at(**found);
  if (!ttl || !finished || is_terminating(**found)) return done();
  const k8s::Wall end = *finished + k8s::Seconds{*ttl};
  if (end > now.wall) return again_in(until(end, now));
  const auto removed =
      unless_gone(api.remove(kJob, key.ns, key.name, {.uid = uid_of(**found), .propagation = Propagation::foreground}));
  return removed ? done() : Look{removed.error()};
}

}  // namespace
}  // namespace job

Controller job_controller() {
  return {.name = "job", .wakes = {wake::self("Job"), wake::controller_of("Pod", "Job")}, .reconcile = job::reconcile};
}

Controller job_ttl_controller() {
  return {.name = "job-ttl", .wakes = {wake::self("Job")}, .reconcile = job::reconcile_ttl};
}

}  // namespace controllers
