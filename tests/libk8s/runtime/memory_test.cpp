// SPDX-License-Identifier: Apache-2.0
// Attempts, refreshes, fault plans and records: is what must be remembered remembered, and the rest forgotten?
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "libk8s/json/fields.hpp"
#include "libk8s/runtime/attempts.hpp"
#include "libk8s/runtime/fault_plan.hpp"
#include "libk8s/runtime/pass_record.hpp"
#include "libk8s/runtime/refresh.hpp"
#include "tests/libk8s/support/small_fakes.hpp"

namespace k8s::test {
namespace {

const ObjectKey kKey{.ns = Namespace{"databases"}, .name = Name{"orders"}};
Monotonic at(int millis) {
  return Monotonic{Millis{millis}};
}

Outcome failed(const char* effect, Code code, int wall = 0, std::optional<Millis> retry_after = {}) {
  return {.effect = effect,
          .target = "Pod a/b",
          .because = "b",
          .result = Error{.code = code, .message = "no", .retry_after = retry_after},
          .attempted = true,
          .at = Wall{std::chrono::seconds{wall}}};
}
Outcome succeeded(const char* effect) {
  return {.effect = effect, .target = "Pod a/b", .because = "b", .result = {}, .attempted = true};
}

TEST(Attempts, a_failure_is_a_fact_with_when_first_when_last_and_how_often) {
  Attempts attempts;
  EXPECT_EQ(attempts.note(kKey, failed("evict", Code::too_many_requests, 10), at(0)), 1);
  EXPECT_EQ(attempts.note(kKey, failed("evict", Code::too_many_requests, 20), at(5)), 2);
  const auto facts = attempts.of(kKey);
  ASSERT_EQ(facts.size(), 1u);
  EXPECT_EQ(facts[0].count, 2);
  EXPECT_EQ(facts[0].first, Wall{std::chrono::seconds{10}});
  EXPECT_EQ(facts[0].last, Wall{std::chrono::seconds{20}});
  EXPECT_EQ(
      json::print(json::encode(facts[0])),
      R"({"code":"too_many_requests","count":2,"effect":"evict","first":"1970-01-01T00:00:10.000000Z",)"
      R"("last":"1970-01-01T00:00:20.000000Z","message":"no","retryAtMs":15,"target":"Pod a/b","unknown":false})");
}

TEST(Attempts, success_of_the_same_effect_on_the_same_target_clears_it_and_no_other) {
  Attempts attempts;
  attempts.note(kKey, failed("evict", Code::conflict), at(0));
  attempts.note(kKey, failed("apply", Code::conflict), at(0));
  EXPECT_EQ(attempts.note(kKey, succeeded("evict"), at(1)), 0);
  ASSERT_EQ(attempts.of(kKey).size(), 1u);
  EXPECT_EQ(attempts.of(kKey)[0].effect, "apply");
}

TEST(Attempts, lasting_failures_are_better_retried_seldom_and_never_before_the_other_side_wants_it) {
  Attempts attempts;
  attempts.note(kKey, failed("a", Code::unavailable), at(0));
  attempts.note(kKey, failed("b", Code::forbidden), at(0));
  attempts.note(kKey, failed("c", Code::too_many_requests, 0, Millis{10'000}), at(0));
  const auto facts = attempts.of(kKey);
  EXPECT_EQ(facts[0].retry_at, at(5));
  EXPECT_EQ(facts[1].retry_at, at(1'000));
  EXPECT_EQ(facts[2].retry_at, at(10'000));
}

TEST(Attempts, unknown_is_neither_success_nor_failure_and_says_so) {
  for (const Code code : {Code::unknown_outcome, Code::timeout}) {
    Attempts attempts;
    attempts.note(kKey, failed("evict", code), at(0));
    EXPECT_TRUE(attempts.of(kKey).at(0).unknown);
  }
}

TEST(Attempts, a_dry_run_leaves_no_trace_and_a_refusal_does) {
  Attempts attempts;
  Outcome dry = succeeded("evict");
  dry.attempted = false;
  Outcome refused = failed("evict", Code::conflict);
  refused.attempted = false;
  attempts.note(kKey, refused, at(0));
  EXPECT_EQ(attempts.of(kKey).size(), 1u);
  attempts.note(kKey, dry, at(0));
  EXPECT_EQ(attempts.of(kKey).size(), 1u) << "nothing was done, so nothing succeeded";
}

TEST(Attempts, another_generation_or_another_object_of_that_name_starts_afresh) {
  Attempts attempts;
  attempts.look(kKey, {.uid = Uid{"u"}, .generation = 1});
  attempts.note(kKey, failed("evict", Code::conflict), at(0));
  attempts.look(kKey, {.uid = Uid{"u"}, .generation = 1});
  EXPECT_EQ(attempts.of(kKey).size(), 1u);
  attempts.look(kKey, {.uid = Uid{"u"}, .generation = 2});
  EXPECT_TRUE(attempts.of(kKey).empty());
  attempts.note(kKey, failed("evict", Code::conflict), at(0));
  attempts.look(kKey, {.uid = Uid{"v"}, .generation = 2});
  EXPECT_TRUE(attempts.of(kKey).empty());
}

TEST(Applied, the_same_manifest_on_what_it_left_behind_need_not_be_applied_again) {
  const Manifest manifest{.type = kServices,
                          .body = {{"metadata", {{"name", "a"}, {"namespace", "n"}}}, {"spec", {{"x", "1.0"}}}}};
  json::Value live{{"metadata", {{"name", "a"}, {"resourceVersion", "7"}, {"generation", 1}}},
                   {"spec", {{"x", 1}}},
                   {"status", {{"n", 1}}}};
  const AppliedByTarget applied{
      {"Service n/a",
       {.manifest = digest_of_manifest(manifest), .live = digest_of_object(live), .rv = ResourceVersion{"7"}}}};
  EXPECT_TRUE(was_applied(applied, manifest, live));
  live["metadata"]["resourceVersion"] = "9";
  live["metadata"]["managedFields"] = {1, 2};
  live["status"]["n"] = 2;
  EXPECT_TRUE(was_applied(applied, manifest, live)) << "what the server changes on its own does not count";
  live["spec"]["x"] = 2;
  EXPECT_FALSE(was_applied(applied, manifest, live)) << "somebody changed it";
  live["spec"]["x"] = 1;
  Manifest other = manifest;
  other.body["spec"]["y"] = 1;
  EXPECT_FALSE(was_applied(applied, other, live)) << "we want something else now";
  EXPECT_FALSE(was_applied({}, manifest, live));
}

// ---- refresh

TEST(RefreshBook, a_complete_answer_carries_the_moment_of_its_request) {
  RefreshBook book;
  const auto epoch = book.request(kKey, "restart", at(100));
  ASSERT_TRUE(epoch);
  EXPECT_TRUE(book.of(kKey)[0].pending);
  EXPECT_EQ(grounds_of(book.of(kKey), "restart", Millis{5'000}), std::nullopt);
  book.complete(kKey, "restart", *epoch);
  const auto grounds = grounds_of(book.of(kKey), "restart", Millis{5'000});
  ASSERT_TRUE(grounds);
  EXPECT_EQ(*grounds, (Grounds{.epoch = *epoch, .observed_at = at(100), .valid_for = Millis{5'000}}));
  EXPECT_EQ(book.of(kKey)[0].attempts, 0);
}

TEST(RefreshBook, asking_again_while_an_answer_is_pending_waits_for_that_answer) {
  RefreshBook book;
  ASSERT_TRUE(book.request(kKey, "restart", at(0)));
  EXPECT_FALSE(book.request(kKey, "restart", at(50)));
  EXPECT_TRUE(book.request(kKey, "another", at(50))) << "each purpose by itself";
  EXPECT_EQ(book.of(kKey)[1].attempts, 1);
}

TEST(RefreshBook, failures_in_a_row_are_counted_and_explained) {
  RefreshBook book;
  for (int i = 1; i <= 3; ++i) {
    const auto epoch = book.request(kKey, "restart", at(i));
    EXPECT_EQ(book.of(kKey)[0].attempts, i);
    book.failed(kKey, "restart", *epoch, "orders-1 did not answer");
  }
  EXPECT_EQ(book.of(kKey)[0].problem, "orders-1 did not answer");
  EXPECT_FALSE(book.of(kKey)[0].complete);
  const auto epoch = book.request(kKey, "restart", at(9));
  book.complete(kKey, "restart", *epoch);
  EXPECT_EQ(book.of(kKey)[0].attempts, 0);
  EXPECT_TRUE(book.of(kKey)[0].problem.empty());
}

TEST(RefreshBook, a_destructive_effect_consumes_every_answer_also_the_one_still_on_its_way) {
  RefreshBook book;
  const auto done = book.request(kKey, "restart", at(0));
  book.complete(kKey, "restart", *done);
  const auto pending = book.request(kKey, "scale", at(0));
  book.consume(kKey);
  book.complete(kKey, "scale", *pending);
  EXPECT_TRUE(book.of(kKey).empty());
  EXPECT_GT(*book.request(kKey, "scale", at(1)), *pending) << "epochs never repeat";
}

// ---- fault plans

TEST(FaultPlan, strikes_at_its_number_and_only_there) {
  auto plan = FaultPlan::parse("3:lost");
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->before(2, {}), Fault::none);
  EXPECT_EQ(plan->before(3, {}), Fault::reply_lost);
  EXPECT_EQ(plan->before(4, {}), Fault::none);
  EXPECT_EQ(FaultPlan::parse("1:before")->before(1, {}), Fault::crash_before);
  EXPECT_EQ(FaultPlan::parse("1:after")->before(1, {}), Fault::crash_after);
  EXPECT_EQ(FaultPlan::parse("1:error")->before(1, {}), Fault::error);
}

TEST(FaultPlan, anything_else_is_nothing) {
  for (const char* text : {"", "3", "3:", ":before", "0:before", "-1:before", "3:sometimes", "x:before", "3 :before"}) {
    EXPECT_FALSE(FaultPlan::parse(text)) << text;
  }
}

// ---- records

class Recorded {
 public:
  Recorded() { std::filesystem::remove_all(folder); }
  ~Recorded() { std::filesystem::remove_all(folder); }
  std::size_t count() const {
    const std::filesystem::directory_iterator all{folder};
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("sagong-record-" + std::to_string(::getpid()));
  MemoryLog log;
};

TEST(PassRecord, writes_the_pair_of_a_pass_once_and_again_only_when_it_differs) {
  Recorded r;
  PassRecord record{r.folder, r.log};
  record.write(kKey, {{"now", 1}, {"members", 3}}, {{"effects", json::Value::array()}});
  record.write(kKey, {{"now", 2}, {"members", 3}}, {{"effects", json::Value::array()}});
  EXPECT_EQ(r.count(), 1u) << "only the time has changed";
  record.write(kKey, {{"now", 3}, {"members", 2}}, {{"effects", json::Value::array()}});
  EXPECT_EQ(r.count(), 2u);
  std::ifstream file{r.folder / "000002-databases-orders" / "observed.json"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  EXPECT_EQ(text, "{\n  \"members\": 2,\n  \"now\": 3\n}\n");
}

TEST(PassRecord, keeps_no_more_than_it_may) {
  Recorded r;
  PassRecord record{r.folder, r.log, 5};
  for (int i = 0; i < 20; ++i) record.write(kKey, {{"i", i}}, {});
  EXPECT_EQ(r.count(), 5u);
  EXPECT_TRUE(std::filesystem::exists(r.folder / "000020-databases-orders"));
  EXPECT_FALSE(std::filesystem::exists(r.folder / "000015-databases-orders"));
}

TEST(PassRecord, a_folder_that_cannot_be_written_is_a_warning_and_nothing_more) {
  MemoryLog log;
  PassRecord record{"/proc/no/such/folder", log};
  record.write(kKey, {{"i", 1}}, {});
  EXPECT_EQ(log.count("not recorded"), 1u);
}

}  // namespace
}  // namespace k8s::test
