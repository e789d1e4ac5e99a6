// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/job/job.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sandbox/controllers/job/tally.hpp"
#include "sandbox/controllers/status.hpp"
#include "tests/sandbox/controllers/world.hpp"

namespace controllers::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

constexpr std::string_view kWork = R"({
  "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "work", "namespace": "n"},
  "spec": {"completions": 3, "parallelism": 2, "backoffLimit": 2,
    "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"restartPolicy": "Never",
      "containers": [{"name": "c", "image": "i"}]}}}})";

struct JobWorld : World {
  JobWorld() : World({job_controller(), job_ttl_controller()}) {}
  void work(std::string_view patch = "{}") {
    Value job = json(kWork);
    job.merge_patch(json(patch));
    make(job);
    settle();
  }
  ObjectRef job() const { return get(kJob, "n", "work"); }
  std::int64_t status(const char* member) const { return number(*job(), {"status", member}, 0); }
  std::string end() const {
    const ObjectRef live = job();
    for (const char* type : {"Complete", "Failed"}) {
      if (condition_is(*live, type, "True"))
        return std::string{type} + " " + text(*find_condition(*live, type), {"reason"});
    }
    return "";
  }
  // The first pod that runs ends so.
  std::string end_one(const std::string& phase) {
    for (const ObjectRef& pod : list(kPod)) {
      if (text(*pod, {"status", "phase"}) != "Running" || is_terminating(*pod)) continue;
      end_pod("n", name_of(*pod), phase);
      settle();
      return name_of(*pod);
    }
    return "";
  }
};

TEST(Job, it_runs_as_many_at_a_time_as_it_may_until_enough_succeeded) {
  JobWorld world;
  world.work();
  EXPECT_EQ(world.status("active"), 2);
  EXPECT_EQ(world.status("ready"), 2);
  world.end_one("Succeeded");
  EXPECT_EQ(world.status("active"), 2);
  world.end_one("Succeeded");
  EXPECT_EQ(world.status("active"), 1);
  EXPECT_EQ(world.status("succeeded"), 2);
  EXPECT_EQ(world.end(), "");
  world.end_one("Succeeded");
  EXPECT_EQ(world.end(), "Complete CompletionsReached");
  EXPECT_TRUE(condition_is(*world.job(), "SuccessCriteriaMet", "True"));
  EXPECT_EQ(text(*world.job(), {"status", "completionTime"}), stamp(world.now.wall));
  EXPECT_THAT(world.list(kPod), SizeIs(3));
  EXPECT_THAT(world.event_messages("Completed"), ElementsAre("Job completed"));
  EXPECT_THAT(world.failures, IsEmpty());
}

TEST(Job, a_pod_that_ended_counts_once_and_lets_go_even_when_it_is_deleted) {
  JobWorld world;
  world.work();
  const std::string first = world.names(kPod)[0];
  EXPECT_TRUE(has_finalizer(*world.get(kPod, "n", first), job::kFinalizer));
  world.end_pod("n", first, "Succeeded");
  world.remove(kPod, "n", first);
  world.settle();
  EXPECT_EQ(world.get(kPod, "n", first), nullptr);
  EXPECT_EQ(world.status("succeeded"), 1);
  EXPECT_TRUE(members(*world.job(), {"status", "uncountedTerminatedPods"}).empty());
}

TEST(Job, retries_wait_longer_each_time_and_end_at_the_limit) {
  JobWorld world;
  world.work(R"({"spec": {"completions": 1, "parallelism": 1}})");
  world.end_one("Failed");
  EXPECT_EQ(world.status("active"), 0);
  world.advance(k8s::Millis{9'000});
  EXPECT_EQ(world.status("active"), 0);
  world.advance(k8s::Millis{1'000});
  EXPECT_EQ(world.status("active"), 1);
  world.end_one("Failed");
  world.advance(k8s::Millis{19'000});
  EXPECT_EQ(world.status("active"), 0);
  world.advance(k8s::Millis{1'000});
  EXPECT_EQ(world.status("active"), 1);
  world.end_one("Failed");
  EXPECT_EQ(world.status("failed"), 3);
  EXPECT_EQ(world.end(), "Failed BackoffLimitExceeded");
  EXPECT_THAT(world.event_messages("BackoffLimitExceeded"), ElementsAre("Job has reached the specified backoff limit"));
}

TEST(Job, it_is_failed_only_once_its_other_pods_are_gone) {
  JobWorld world;
  world.work(R"({"spec": {"backoffLimit": 0}})");
  world.finishes_pods = false;
  world.end_one("Failed");
  EXPECT_EQ(world.end(), "");
  EXPECT_TRUE(condition_is(*world.job(), "FailureTarget", "True"));
  world.finishes_pods = true;
  world.settle();
  EXPECT_EQ(world.end(), "Failed BackoffLimitExceeded");
}

TEST(Job, it_ends_at_its_deadline) {
  JobWorld world;
  world.work(R"({"spec": {"activeDeadlineSeconds": 30}})");
  world.advance(k8s::Millis{29'000});
  EXPECT_EQ(world.status("active"), 2);
  world.advance(k8s::Millis{1'000});
  EXPECT_EQ(world.end(), "Failed DeadlineExceeded");
  EXPECT_THAT(world.list(kPod), IsEmpty());
}

TEST(Job, in_indexed_mode_every_index_succeeds_once) {
  JobWorld world;
  world.work(R"({"spec": {"completionMode": "Indexed", "completions": 4}})");
  const ObjectRef pod = world.list(kPod)[1];
  EXPECT_EQ(annotation(*pod, job::kIndex), "1");
  EXPECT_EQ(label(*pod, job::kIndex), "1");
  EXPECT_EQ(text(*pod, {"spec", "hostname"}), "work-1");
  EXPECT_THAT(name_of(*pod), StartsWith("work-1-"));
  EXPECT_EQ(pod->at("spec").at("containers").at(0).at("env").at(0).at("name"), "JOB_COMPLETION_INDEX");
  world.end_pod("n", name_of(*pod), "Succeeded");
  world.settle();
  EXPECT_EQ(text(*world.job(), {"status", "completedIndexes"}), "1");
  for (int i = 0; i < 3; ++i) world.end_one("Succeeded");
  EXPECT_EQ(text(*world.job(), {"status", "completedIndexes"}), "0-3");
  EXPECT_EQ(world.status("succeeded"), 4);
  EXPECT_EQ(world.end(), "Complete CompletionsReached");
}

TEST(Job, a_suspended_job_has_no_pods_and_none_of_them_failed) {
  JobWorld world;
  world.work();
  world.change(kJob, "n", "work", R"({"spec": {"suspend": true}})");
  world.settle();
  EXPECT_THAT(world.list(kPod), IsEmpty());
  EXPECT_EQ(world.status("failed"), 0);
  EXPECT_TRUE(condition_is(*world.job(), "Suspended", "True"));
  EXPECT_EQ(text(*world.job(), {"status", "startTime"}), "");
  world.change(kJob, "n", "work", R"({"spec": {"suspend": false}})");
  world.settle();
  EXPECT_THAT(world.list(kPod), SizeIs(2));
  EXPECT_TRUE(condition_is(*world.job(), "Suspended", "False"));
}

TEST(Job, it_is_removed_when_its_time_is_over) {
  JobWorld world;
  world.work(R"({"spec": {"completions": 1, "ttlSecondsAfterFinished": 100}})");
  world.end_one("Succeeded");
  world.advance(k8s::Millis{99'000});
  ASSERT_TRUE(world.job());
  EXPECT_FALSE(is_terminating(*world.job()));
  world.advance(k8s::Millis{1'000});
  EXPECT_TRUE(is_terminating(*world.job()));  // in the foreground: garbage collection does the rest
}

TEST(Job, a_work_queue_ends_when_one_succeeded_and_the_others_ended) {
  JobWorld world;
  world.work(R"({"spec": {"completions": null}})");
  world.end_one("Succeeded");
  EXPECT_EQ(world.status("active"), 1);
  EXPECT_EQ(world.end(), "");
  world.end_one("Succeeded");
  EXPECT_EQ(world.end(), "Complete CompletionsReached");
}

TEST(Job, pods_of_a_job_that_is_gone_are_let_go) {
  JobWorld world;
  world.work();
  world.remove(kJob, "n", "work");
  for (const std::string& pod : world.names(kPod)) world.remove(kPod, "n", pod);  // garbage collection
  world.settle();
  EXPECT_THAT(world.list(kPod), IsEmpty());
  world.work();
  const auto former = world.names(kPod);
  world.remove(kJob, "n", "work");
  world.make(kWork);  // the same name, another Job
  for (const std::string& pod : former) world.remove(kPod, "n", pod);
  world.settle();
  for (const std::string& pod : former) EXPECT_FALSE(world.get(kPod, "n", pod));
}

TEST(Job, indexes_are_printed_in_ranges) {
  EXPECT_EQ(job::print_indexes({0, 2, 3, 5, 6, 7, 9}), "0,2,3,5-7,9");
  EXPECT_EQ(job::parse_indexes("0,2,3,5-7,9"), (std::set<std::int64_t>{0, 2, 3, 5, 6, 7, 9}));
  EXPECT_EQ(job::parse_indexes(""), std::set<std::int64_t>{});
}

}  // namespace
}  // namespace controllers::test
