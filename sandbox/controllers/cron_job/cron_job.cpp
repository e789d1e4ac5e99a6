// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/cron_job/cron_job.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sandbox/controllers/cron_job/schedule.hpp"
#include "sandbox/controllers/events.hpp"
#include "sandbox/controllers/ownership.hpp"
#include "sandbox/controllers/status.hpp"

namespace controllers {
namespace {

constexpr std::string_view kComponent = "cronjob-controller";
constexpr std::string_view kScheduledAt = "batch.kubernetes.io/cronjob-scheduled-timestamp";

struct Pass {
  Api& api;
  const Now& now;
  const Value& cron;
  Objects jobs;
  Value status;

  void tell(std::string_view type, std::string_view reason, const std::string& message) {
    say(api, now, cron, {type, reason, kComponent}, message);
  }
};

bool has_finished(const Value& job) {
  return condition_is(job, "Complete", "True") || condition_is(job, "Failed", "True");
}

Value reference_to(const Value& job) {
  return {{"apiVersion", text(job, {"apiVersion"})},
          {"kind", text(job, {"kind"})},
          {"name", name_of(job)},
          {"namespace", namespace_of(job)},
          {"uid", uid_of(job)},
          {"resourceVersion", text(job, {"metadata", "resourceVersion"})}};
}

// status.active is what runs; what has ended leaves it with an Event.
void look_at_jobs(Pass& pass) {
  Value active = Value::array();
  for (const Value& one : elements(pass.status, {"active"})) {
    const auto job = std::find_if(pass.jobs.begin(), pass.jobs.end(),
                                  [&](const ObjectRef& j) { return uid_of(*j) == text(one, {"uid"}); });
    if (job == pass.jobs.end()) {
      pass.tell("Normal", "MissingJob", fmt::format("Active job went missing: {}", text(one, {"name"})));
    } else if (!has_finished(**job)) {
      active.push_back(one);
    } else {
      const bool complete = condition_is(**job, "Complete", "True");
      pass.tell("Normal", "SawCompletedJob",
                fmt::format("Saw completed job: {}, condition: {}", name_of(**job), complete ? "Complete" : "Failed"));
    }
  }
  for (const ObjectRef& job : pass.jobs) {
    const auto ended = time(*job, {"status", "completionTime"});
    const auto before = time(pass.status, {"lastSuccessfulTime"});
    if (condition_is(*job, "Complete", "True") && ended && (!before || *before < *ended)) {
      pass.status["lastSuccessfulTime"] = stamp(*ended);
    }
    const bool known =
        std::any_of(active.begin(), active.end(), [&](const Value& one) { return text(one, {"uid"}) == uid_of(*job); });
    if (!known && !has_finished(*job)) active.push_back(reference_to(*job));
  }
  if (active.empty()) {
    pass.status.erase("active");
  } else {
    pass.status["active"] = std::move(active);
  }
}

Result<void> drop_history(Pass& pass) {
  const std::pair<const char*, std::int64_t> limits[] = {
      {"Complete", number(pass.cron, {"spec", "successfulJobsHistoryLimit"}, 3)},
      {"Failed", number(pass.cron, {"spec", "failedJobsHistoryLimit"}, 1)}};
  for (const auto& [condition, limit] : limits) {
    Objects ended;
    for (const ObjectRef& job : pass.jobs) {
      if (condition_is(*job, condition, "True")) ended.push_back(job);
    }
    std::stable_sort(ended.begin(), ended.end(), [](const ObjectRef& a, const ObjectRef& b) {
      return text(*a, {"status", "startTime"}) < text(*b, {"status", "startTime"});
    });
    for (std::size_t i = 0; i + static_cast<std::size_t>(limit) < ended.size(); ++i) {
      const Value& job = *ended[i];
      const auto removed = unless_gone(pass.api.remove(kJob, namespace_of(job), name_of(job), {.uid = uid_of(job)}));
      if (!removed) return removed;
      pass.tell("Normal", "SuccessfulDelete", fmt::format("Deleted job {}", name_of(job)));
    }
  }
  return {};
}

// The latest moment up to now that has not been run, and how many there were.
struct Missed {
  std::optional<k8s::Wall> latest = {};
  int count = 0;
};

Missed missed_moments(const Pass& pass, const Schedule& schedule) {
  k8s::Wall from = time(pass.status, {"lastScheduleTime"}).value_or(created_at(pass.cron));
  if (const auto late = number(pass.cron, {"spec", "startingDeadlineSeconds"})) {
    from = std::max(from, k8s::Wall{pass.now.wall - k8s::Seconds{*late}});
  }
  Missed missed;
  for (auto moment = schedule.next(from); moment && *moment <= pass.now.wall; moment = schedule.next(*moment)) {
    missed.latest = moment;
    ++missed.count;
  }
  return missed;
}

Value new_job(const Value& cron, k8s::Wall moment) {
  const auto minutes = std::chrono::floor<std::chrono::minutes>(moment.time_since_epoch()).count();
  Value job{{"apiVersion", kJob.api_version},
            {"kind", kJob.kind},
            {"metadata",
             {{"name", fmt::format("{}-{}", name_of(cron), minutes)},
              {"namespace", namespace_of(cron)},
              {"ownerReferences", Value::array({controller_reference_to(cron)})}}},
            {"spec", members(cron, {"spec", "jobTemplate", "spec"})}};
  for (const char* member : {"labels", "annotations"}) {
    const Value& value = at(cron, {"spec", "jobTemplate", "metadata", member});
    if (!value.is_null()) job["metadata"][member] = value;
  }
  make_at(job, {"metadata", "annotations"})[std::string{kScheduledAt}] = stamp(moment);
  return job;
}

Result<void> stop_active(Pass& pass) {
  for (const Value& one : elements(pass.status, {"active"})) {
    const auto removed =
        unless_gone(pass.api.remove(kJob, namespace_of(pass.cron), text(one, {"name"}), {.uid = text(one, {"uid"})}));
    if (!removed) return removed;
    pass.tell("Normal", "SuccessfulDelete", fmt::format("Deleted job {}", text(one, {"name"})));
  }
  pass.status.erase("active");
  return {};
}

Result<void> start(Pass& pass, k8s::Wall moment) {
  const std::string& policy = text(pass.cron, {"spec", "concurrencyPolicy"});
  if (policy == "Forbid" && !elements(pass.status, {"active"}).empty()) {
    pass.tell("Normal", "JobAlreadyActive",
              "Not starting job because prior execution is running and concurrency policy is Forbid");
    return {};
  }
  if (policy == "Replace") {
    const auto stopped = stop_active(pass);
    if (!stopped) return stopped;
  }
  const Value job = new_job(pass.cron, moment);
  const auto made = pass.api.create(job);
  if (made) {
    pass.tell("Normal", "SuccessfulCreate", fmt::format("Created job {}", name_of(**made)));
    Value& active = pass.status["active"];
    if (!active.is_array()) active = Value::array();
    active.push_back(reference_to(**made));
  } else if (made.error().code != k8s::Code::already_exists) {
    pass.tell("Warning", "FailedCreate", fmt::format("Error creating job: {}", made.error().message));
    return made.error();
  }
  pass.status["lastScheduleTime"] = stamp(moment);
  return {};
}

bool is_utc(const std::string& zone) {
  return zone.empty() || zone == "UTC" || zone == "Etc/UTC";
}

Look run(Pass& pass) {
  if (!is_utc(text(pass.cron, {"spec", "timeZone"}))) {
    pass.tell(
        "Warning", "UnknownTimeZone",
        fmt::format("invalid timeZone: \"{}\": this cluster knows UTC only", text(pass.cron, {"spec", "timeZone"})));
    return done();
  }
  if (flag(pass.cron, {"spec", "suspend"}, false)) return done();
  const auto schedule = Schedule::parse(text(pass.cron, {"spec", "schedule"}));
  if (!schedule) {
    pass.tell("Warning", "UnparseableSchedule",
              fmt::format("unparseable schedule: \"{}\"", text(pass.cron, {"spec", "schedule"})));
    return done();
  }
  const Missed missed = missed_moments(pass, *schedule);
  if (missed.count > 100) {
    pass.tell("Warning", "TooManyMissedTimes",
              "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew");
  }
  if (missed.latest) {
    const auto started = start(pass, *missed.latest);
    if (!started) return started.error();
  }
  const auto next = schedule->next(pass.now.wall);
  return next ? again_in(until(*next, pass.now)) : done();
}

Look reconcile(Api& api, const Key& key, const Now& now) {
  const auto found = api.get(kCronJob, key.ns, key.name);
  if (!found) return found.error().code == k8s::Code::not_found ? done() : Look{found.error()};
  const Value& cron = **found;
  const auto jobs = api.list(kJob, key.ns, Selector::everything());
  if (!jobs) return jobs.error();
  Pass pass{.api = api, .now = now, .cron = cron, .jobs = {}, .status = members(cron, {"status"})};
  std::copy_if(jobs->begin(), jobs->end(), std::back_inserter(pass.jobs),
               [&](const ObjectRef& job) { return is_controlled_by(*job, cron); });
  look_at_jobs(pass);
  const auto dropped = drop_history(pass);
  if (!dropped) return dropped.error();
  const Look look = is_terminating(cron) ? done() : run(pass);
  const auto written = write_status(api, cron, pass.status);
  if (look && !written) return written.error();
  return look;
}

}  // namespace

Controller cron_job_controller() {
  return {.name = "cronjob",
          .wakes = {wake::self("CronJob"), wake::controller_of("Job", "CronJob")},
          .reconcile = reconcile};
}

}  // namespace controllers
