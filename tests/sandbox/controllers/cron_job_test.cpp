// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/cron_job/cron_job.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sandbox/controllers/cron_job/schedule.hpp"
#include "tests/sandbox/controllers/world.hpp"

namespace controllers::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

std::string next(std::string_view schedule, std::string_view after) {
  const auto parsed = Schedule::parse(schedule);
  if (!parsed) return "no schedule";
  const auto moment = parsed->next(*k8s::from_rfc3339(after));
  return moment ? k8s::to_rfc3339(*moment) : "never";
}

TEST(Schedule, lists_ranges_steps_and_names) {
  EXPECT_EQ(next("*/15 * * * *", "2026-03-01T10:07:30Z"), "2026-03-01T10:15:00Z");
  EXPECT_EQ(next("*/15 * * * *", "2026-03-01T10:15:00Z"), "2026-03-01T10:30:00Z");
  EXPECT_EQ(next("5,50-52 23 * * *", "2026-03-01T23:51:00Z"), "2026-03-01T23:52:00Z");
  EXPECT_EQ(next("0 0 1 jan *", "2026-03-01T10:00:00Z"), "2027-01-01T00:00:00Z");
  EXPECT_EQ(next("0 9 * * MON-FRI", "2026-02-27T09:00:00Z"), "2026-03-02T09:00:00Z");
  EXPECT_EQ(next("30/10 * * * *", "2026-03-01T10:41:00Z"), "2026-03-01T10:50:00Z");
  EXPECT_EQ(next("0 0 29 2 *", "2026-03-01T10:00:00Z"), "2028-02-29T00:00:00Z");
  EXPECT_EQ(next("0 0 30 2 *", "2026-03-01T10:00:00Z"), "never");
  EXPECT_EQ(next("@daily", "2026-12-31T10:00:00Z"), "2027-01-01T00:00:00Z");
  EXPECT_EQ(next("@every 1h30m", "2026-03-01T10:00:00Z"), "2026-03-01T11:30:00Z");
}

TEST(Schedule, two_restricted_days_are_alternatives) {
  EXPECT_EQ(next("0 0 13 * 5", "2026-03-01T00:00:00Z"), "2026-03-06T00:00:00Z");  // a Friday
  EXPECT_EQ(next("0 0 13 * *", "2026-03-01T00:00:00Z"), "2026-03-13T00:00:00Z");
  EXPECT_EQ(next("0 0 */10 * 5", "2026-03-01T00:00:00Z"), "2026-05-01T00:00:00Z");  // a step restricts nothing: both
}

TEST(Schedule, nonsense_is_none) {
  for (const char* text :
       {"", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 7", "5-1 * * * *", "*/0 * * * *",
        "a * * * *", "1-2-3 * * * *", "@never", "@every x", "* * * * * *"}) {
    EXPECT_EQ(next(text, "2026-03-01T00:00:00Z"), "no schedule") << text;
  }
}

struct CronWorld : World {
  CronWorld() : World({cron_job_controller()}) {}
  void cron(std::string_view patch = "{}") {
    Value cron = json(R"({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "c", "namespace": "n"},
      "spec": {"schedule": "*/5 * * * *", "jobTemplate": {"metadata": {"labels": {"l": "m"}},
               "spec": {"template": {"spec": {}}}}}})");
    cron.merge_patch(json(patch));
    make(cron);
    settle();
  }
  void finish(const std::string& job, const char* type) {
    Value status{{"startTime", stamp(now.wall)}, {"conditions", Value::array({{{"type", type}, {"status", "True"}}})}};
    if (std::string_view{type} == "Complete") status["completionTime"] = stamp(now.wall);
    change_status(kJob, "n", job, status.dump());
    settle();
  }
  ObjectRef it() const { return get(kCronJob, "n", "c"); }
};

constexpr k8s::Millis kMinute{60'000};

TEST(CronJob, every_moment_has_one_job_that_is_named_after_it) {
  CronWorld world;
  world.cron();
  world.advance(4 * kMinute);
  EXPECT_THAT(world.list(kJob), IsEmpty());
  world.advance(kMinute);
  ASSERT_THAT(world.list(kJob), SizeIs(1));
  const ObjectRef job = world.list(kJob)[0];
  EXPECT_EQ(name_of(*job), "c-29539325");  // minutes since 1970 until 2026-03-01T10:05Z
  EXPECT_EQ(labels_of(*job), json(R"({"l": "m"})"));
  EXPECT_EQ(text(*world.it(), {"status", "lastScheduleTime"}), "2026-03-01T10:05:00Z");
  EXPECT_THAT(elements(*world.it(), {"status", "active"}), SizeIs(1));
  EXPECT_THAT(world.event_messages("SuccessfulCreate"), ElementsAre("Created job c-29539325"));
  world.finish("c-29539325", "Complete");
  EXPECT_THAT(elements(*world.it(), {"status", "active"}), IsEmpty());
  EXPECT_EQ(text(*world.it(), {"status", "lastSuccessfulTime"}), "2026-03-01T10:05:00Z");
  EXPECT_THAT(world.event_messages("SawCompletedJob"),
              ElementsAre("Saw completed job: c-29539325, condition: Complete"));
  EXPECT_THAT(world.failures, IsEmpty());
}

TEST(CronJob, the_concurrency_policy_decides_about_a_job_that_still_runs) {
  CronWorld allow, forbid, replace;
  allow.cron();
  forbid.cron(R"({"spec": {"concurrencyPolicy": "Forbid"}})");
  replace.cron(R"({"spec": {"concurrencyPolicy": "Replace"}})");
  for (CronWorld* world : {&allow, &forbid, &replace}) world->advance(10 * kMinute);
  EXPECT_THAT(allow.names(kJob), ElementsAre("c-29539325", "c-29539330"));
  EXPECT_THAT(forbid.names(kJob), ElementsAre("c-29539325"));
  EXPECT_THAT(replace.names(kJob), ElementsAre("c-29539330"));
  forbid.finish("c-29539325", "Complete");
  EXPECT_THAT(forbid.names(kJob), ElementsAre("c-29539325", "c-29539330"));
}

TEST(CronJob, of_missed_moments_only_the_latest_is_caught_up_with_and_only_in_time) {
  CronWorld world;
  world.cron(R"({"spec": {"suspend": true, "startingDeadlineSeconds": 120}})");
  world.advance(23 * kMinute);
  EXPECT_THAT(world.list(kJob), IsEmpty());
  world.change(kCronJob, "n", "c", R"({"spec": {"suspend": false}})");
  world.settle();
  EXPECT_THAT(world.list(kJob), IsEmpty());  // 10:20 is three minutes ago
  world.change(kCronJob, "n", "c", R"({"spec": {"startingDeadlineSeconds": null}})");
  world.settle();
  EXPECT_THAT(world.names(kJob), ElementsAre("c-29539340"));
}

TEST(CronJob, it_keeps_as_much_history_as_it_is_told) {
  CronWorld world;
  world.cron(R"({"spec": {"successfulJobsHistoryLimit": 1, "failedJobsHistoryLimit": 0}})");
  world.advance(5 * kMinute);
  world.finish("c-29539325", "Complete");
  world.advance(5 * kMinute);
  world.finish("c-29539330", "Failed");
  world.advance(5 * kMinute);
  world.finish("c-29539335", "Complete");
  EXPECT_THAT(world.names(kJob), ElementsAre("c-29539335"));
}

TEST(CronJob, a_time_zone_other_than_utc_and_a_broken_schedule_are_refused) {
  CronWorld zone;
  zone.cron(R"({"spec": {"timeZone": "Europe/Berlin"}})");
  zone.advance(10 * kMinute);
  EXPECT_THAT(zone.list(kJob), IsEmpty());
  EXPECT_THAT(zone.event_messages("UnknownTimeZone"), ElementsAre(StartsWith("invalid timeZone: \"Europe/Berlin\"")));
  CronWorld broken;
  broken.cron(R"({"spec": {"schedule": "* *"}})");
  EXPECT_THAT(broken.event_messages("UnparseableSchedule"), SizeIs(1));
  CronWorld utc;
  utc.cron(R"({"spec": {"timeZone": "Etc/UTC"}})");
  utc.advance(5 * kMinute);
  EXPECT_THAT(utc.list(kJob), SizeIs(1));
}

}  // namespace
}  // namespace controllers::test
