// SPDX-License-Identifier: Apache-2.0
// The judge itself must be right: each kind of harm is shown to be seen, and each harmless thing to pass.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "operators/mongodb/wire/bson.hpp"
#include "tests/e2e/writer/members_file.hpp"
#include "tests/e2e/writer/outcome.hpp"
#include "tests/e2e/writer/verdict.hpp"

namespace e2e::writer {
namespace {

using mongo::bson::Array;
using mongo::bson::Document;

constexpr std::int64_t kSecond = 1'000'000;

// A log in which each id is invoked and, a millisecond later, has its outcome.
struct Log {
  std::vector<Event> events;

  Log& add(const std::string& id, EventKind outcome, std::int64_t at_us = 0) {
    events.push_back({.kind = EventKind::invoke, .id = id, .at_us = at_us});
    if (outcome != EventKind::invoke) events.push_back({.kind = outcome, .id = id, .at_us = at_us + 1'000});
    return *this;
  }
};

MemberData holding(std::vector<std::string> ids, std::optional<std::int64_t> counter = {}) {
  return {.ids = std::move(ids), .counter = counter, .problem = {}};
}

TEST(EventLog, an_event_is_read_back_as_it_was_written) {
  for (const EventKind kind : {EventKind::invoke, EventKind::ok, EventKind::fail, EventKind::unknown}) {
    const Event event{.kind = kind, .id = "r1-2-3", .at_us = 123'456'789};
    EXPECT_EQ(parse_log(to_line(event)), std::vector{event});
  }
  EXPECT_EQ(to_line({.kind = EventKind::ok, .id = "r1-2-3", .at_us = 7}), "ok r1-2-3 7\n");
}

TEST(EventLog, the_line_that_a_killed_writer_left_half_written_does_not_count) {
  EXPECT_EQ(parse_log("invoke r1-0-0 5\nok r1-0-0 12").size(), 1u);
  EXPECT_EQ(parse_log("nonsense\nok r1-0-0\nok  5\nok r1-0-0 x\n").size(), 0u);
}

TEST(EventLog, of_several_runs_the_last_one_is_taken) {
  const auto log = last_run(
      Log{}.add("r1-0-0", EventKind::ok).add("r2-0-0", EventKind::ok).add("r2-counter-0", EventKind::ok).events);
  ASSERT_EQ(log.size(), 4u);
  EXPECT_EQ(log.front().id, "r2-0-0");
}

TEST(MembersFile, lines_name_members_and_everything_else_is_skipped) {
  EXPECT_EQ(
      parse_members(
          "# now\norders-0 10.0.0.1:27017\n\nbad\nbad 10.0.0.1\nbad 10.0.0.1:0\nb 10.0.0.1:1x\no-1 [fd00::1]:27018"),
      (std::vector<MemberAddress>{{.name = "orders-0", .host = "10.0.0.1", .port = 27017},
                                  {.name = "o-1", .host = "fd00::1", .port = 27018}}));
}

TEST(MembersFile, a_file_that_was_replaced_is_read_again) {
  const std::string path = ::testing::TempDir() + "members-" + std::to_string(::getpid());
  std::ofstream(path) << "a 10.0.0.1:1\n";
  MembersFile file(path);
  EXPECT_TRUE(file.look());
  EXPECT_FALSE(file.look());
  std::ofstream(path + ".new") << "a 10.0.0.2:1\n";
  std::filesystem::rename(path + ".new", path);
  EXPECT_TRUE(file.look());
  EXPECT_EQ(file.members().at(0).host, "10.0.0.2");
  std::filesystem::remove(path);
  EXPECT_FALSE(file.look()) << "a file that is away for a moment changes nothing";
  EXPECT_EQ(file.members().size(), 1u);
}

TEST(Outcome, only_one_document_without_any_error_is_acknowledged) {
  EXPECT_EQ(outcome_of(Document{{"n", 1}, {"ok", 1.0}}), EventKind::ok);
  EXPECT_EQ(outcome_of(Document{{"n", 0}, {"ok", 1.0}}), EventKind::unknown);
  EXPECT_EQ(outcome_of(Document{{"ok", 1.0}}), EventKind::unknown);
}

TEST(Outcome, ok_one_with_errors_beside_it_is_unknown) {
  for (const int code : {189, 10107, 11000, 11602}) {
    const Document errors{{"n", 0}, {"writeErrors", Array{Document{{"index", 0}, {"code", code}}}}, {"ok", 1.0}};
    EXPECT_EQ(outcome_of(errors), EventKind::unknown) << code;
  }
  for (const int code : {64, 189, 11602}) {
    EXPECT_EQ(outcome_of(Document{{"n", 1}, {"writeConcernError", Document{{"code", code}}}, {"ok", 1.0}}),
              EventKind::unknown)
        << code;
  }
}

TEST(Outcome, a_refusal_is_a_failure_and_a_lost_reply_is_unknown) {
  EXPECT_EQ(outcome_of(Document{{"ok", 0.0}, {"code", 10107}, {"errmsg", "not primary"}}), EventKind::fail);
  EXPECT_EQ(outcome_of(k8s::Error{.code = k8s::Code::unavailable, .message = "not sent"}), EventKind::fail);
  EXPECT_EQ(outcome_of(k8s::Error{.code = k8s::Code::unknown_outcome, .message = "reply lost"}), EventKind::unknown);
  EXPECT_EQ(outcome_of(Document{{"ok", 0.0}, {"code", 11602}, {"errmsg", "interrupted"}}), EventKind::unknown);
}

TEST(Verdict, a_run_in_which_every_acknowledged_write_is_everywhere_is_clean) {
  const auto log = Log{}
                       .add("r1-0-0", EventKind::ok)
                       .add("r1-0-1", EventKind::unknown)
                       .add("r1-0-2", EventKind::fail)
                       .add("r1-0-3", EventKind::invoke);
  const std::map<std::string, MemberData> members{{"a", holding({"r1-0-0", "r1-0-1"})},
                                                  {"b", holding({"r1-0-0", "r1-0-3"})}};
  const Verdict verdict = judge(log.events, members);
  EXPECT_TRUE(verdict.is_clean());
  EXPECT_EQ(verdict.acknowledged, 1);
  EXPECT_EQ(verdict.unknown, 2) << "what was never heard of again is unknown";
  EXPECT_EQ(verdict.failed, 1);
  EXPECT_EQ(verdict.present, 3);
}

TEST(Verdict, an_acknowledged_write_that_one_member_lacks_is_lost) {
  const auto log = Log{}.add("r1-0-0", EventKind::ok);
  EXPECT_EQ(judge(log.events, {{"a", holding({"r1-0-0"})}, {"b", holding({})}}).lost_ids,
            std::vector<std::string>{"r1-0-0"});
}

TEST(Verdict, a_write_that_failed_or_was_never_made_is_a_phantom_where_it_is_found) {
  const auto log = Log{}.add("r1-0-0", EventKind::fail);
  EXPECT_EQ(judge(log.events, {{"a", holding({"r1-0-0", "r1-9-9"})}}).phantom_ids,
            (std::vector<std::string>{"r1-0-0", "r1-9-9"}));
}

TEST(Verdict, one_id_twice_on_one_member_is_a_duplicate) {
  const auto log = Log{}.add("r1-0-0", EventKind::ok);
  EXPECT_EQ(judge(log.events, {{"a", holding({"r1-0-0", "r1-0-0"})}}).duplicates, 1);
}

TEST(Verdict, the_counter_lies_between_acknowledged_and_perhaps_made_increments) {
  auto log = Log{}
                 .add("r1-counter-0", EventKind::ok)
                 .add("r1-counter-1", EventKind::unknown)
                 .add("r1-counter-2", EventKind::fail);
  EXPECT_TRUE(judge(log.events, {{"a", holding({}, 1)}, {"b", holding({}, 2)}}).is_clean());
  EXPECT_EQ(judge(log.events, {{"a", holding({})}}).counter_lost, 1);
  EXPECT_EQ(judge(log.events, {{"a", holding({}, 3)}}).counter_phantom, 1);
  EXPECT_EQ(judge(log.events, {{"a", holding({}, 1)}}).acknowledged, 0) << "increments are counted apart";
}

TEST(Verdict, gaps_lie_between_acknowledged_writes_and_at_both_ends) {
  const auto log = Log{}
                       .add("r1-0-0", EventKind::fail, 0)
                       .add("r1-0-1", EventKind::ok, 2 * kSecond - 1'000)
                       .add("r1-0-2", EventKind::ok, 2 * kSecond)
                       .add("r1-0-3", EventKind::unknown, 4 * kSecond)
                       .add("r1-0-4", EventKind::ok, 7 * kSecond - 1'000)
                       .add("r1-0-5", EventKind::invoke, 7 * kSecond + 500'000);
  const Verdict verdict = judge(log.events, {});
  ASSERT_EQ(verdict.gaps_over_1s.size(), 2u);
  EXPECT_NEAR(verdict.gaps_over_1s[0].seconds, 2, 0.01);
  EXPECT_NEAR(verdict.gaps_over_1s[1].at_s, 2, 0.01);
  EXPECT_NEAR(verdict.longest_gap_s, 5, 0.01);
  EXPECT_EQ(verdict.max_rate, 2);
}

TEST(Verdict, a_run_that_never_resumes_has_its_gap_at_the_end) {
  const auto log = Log{}.add("r1-0-0", EventKind::ok, 0).add("r1-0-1", EventKind::unknown, 9 * kSecond);
  EXPECT_NEAR(judge(log.events, {}).longest_gap_s, 9, 0.01);
}

TEST(Verdict, a_member_that_could_not_be_read_proves_nothing_either_way) {
  const auto log = Log{}.add("r1-0-0", EventKind::ok);
  const std::map<std::string, MemberData> members{{"a", holding({"r1-0-0"})},
                                                  {"b", {.ids = {}, .counter = {}, .problem = "refused"}}};
  const Verdict verdict = judge(log.events, members);
  EXPECT_TRUE(verdict.is_clean());
  EXPECT_FALSE(verdict.all_read);
  EXPECT_FALSE(all_equal(members));
}

TEST(Verdict, members_are_equal_when_they_hold_the_same_in_any_order) {
  EXPECT_TRUE(all_equal({{"a", holding({"x", "y"}, 1)}, {"b", holding({"y", "x"}, 1)}}));
  EXPECT_FALSE(all_equal({{"a", holding({"x"})}, {"b", holding({"x", "y"})}}));
  EXPECT_FALSE(all_equal({{"a", holding({"x"}, 1)}, {"b", holding({"x"}, 2)}}));
}

TEST(Verdict, at_most_ten_lost_ids_are_printed_and_all_are_counted) {
  Log log;
  for (int i = 0; i < 25; ++i) log.add("r1-0-" + std::to_string(i), EventKind::ok);
  const std::map<std::string, MemberData> members{{"a", holding({})}};
  const auto json = to_json(judge(log.events, members), members);
  EXPECT_EQ(json["lost"], 25);
  EXPECT_EQ(json["lost_ids"].size(), 10u);
  EXPECT_EQ(json["per_member"]["a"]["count"], 0);
}

}  // namespace
}  // namespace e2e::writer
