// SPDX-License-Identifier: Apache-2.0
// Are people told once, of repeats seldom, and of floods not at all?
#include <gtest/gtest.h>

#include "libk8s/events/event_aggregator.hpp"
#include "libk8s/events/recorder.hpp"
#include "tests/libk8s/support/fake_api.hpp"
#include "tests/libk8s/support/small_fakes.hpp"

namespace k8s::test {
namespace {

effect::EmitEvent event(std::string note = "orders-1 is behind", const char* name = "orders") {
  return {.regarding = {.type = kPods, .key = {.ns = Namespace{"databases"}, .name = Name{name}}},
          .uid = Uid{"uid-1"},
          .type = effect::EventType::normal,
          .reason = "Restarting",
          .action = "Restart",
          .because = std::move(note)};
}

class Aggregated {
 public:
  std::optional<EventWrite> emit(const effect::EmitEvent& one = event()) { return aggregator.emit(one, now, wall); }

  SeededRandom random;
  Monotonic now{Millis{1'000'000}};
  Wall wall{std::chrono::seconds{1'790'000'000}};
  EventAggregator aggregator{{.controller = "mongodb.sagong.dev/operator", .instance = "operator-0"}, random};
};

TEST(EventAggregator, the_first_occurrence_is_created_as_the_api_wants_it) {
  Aggregated a;
  const auto write = a.emit();
  ASSERT_TRUE(write);
  EXPECT_EQ(write->verb, EventWrite::Verb::create);
  EXPECT_EQ(write->key.ns, Namespace{"databases"});
  EXPECT_TRUE(write->key.name.str().starts_with("orders."));
  EXPECT_EQ(write->body["apiVersion"], "events.k8s.io/v1");
  EXPECT_EQ(write->body["regarding"]["uid"], "uid-1");
  EXPECT_EQ(write->body["regarding"]["kind"], "Pod");
  EXPECT_EQ(write->body["note"], "orders-1 is behind");
  EXPECT_EQ(write->body["type"], "Normal");
  EXPECT_EQ(write->body["eventTime"], to_rfc3339_micro(a.wall));
  EXPECT_EQ(write->body["reportingController"], "mongodb.sagong.dev/operator");
  EXPECT_FALSE(write->body.contains("series"));
}

TEST(EventAggregator, the_second_makes_a_series_and_the_next_only_count_for_half_an_hour) {
  Aggregated a;
  const ObjectKey first = a.emit()->key;
  const auto second = a.emit();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->verb, EventWrite::Verb::patch);
  EXPECT_EQ(second->key, first);
  EXPECT_EQ(second->body["series"]["count"], 2);
  int writes = 0;
  for (int minute = 0; minute < 29; ++minute) {
    a.now += Millis{60'000};
    writes += a.emit().has_value();
    writes += static_cast<int>(a.aggregator.flush(a.now).size());
  }
  EXPECT_EQ(writes, 0);
  a.now += Millis{60'000};
  const auto later = a.emit();
  ASSERT_TRUE(later);
  EXPECT_EQ(later->body["series"]["count"], 32);
}

TEST(EventAggregator, a_series_that_has_stopped_is_written_out_after_six_minutes_and_then_forgotten) {
  Aggregated a;
  a.emit();
  a.emit();
  a.emit();
  EXPECT_EQ(a.aggregator.next_flush(), a.now + EventAggregator::kFinishAfter);
  EXPECT_TRUE(a.aggregator.flush(a.now + Millis{359'999}).empty());
  const auto writes = a.aggregator.flush(a.now + Millis{360'000});
  ASSERT_EQ(writes.size(), 1u);
  EXPECT_EQ(writes[0].body["series"]["count"], 3);
  EXPECT_EQ(a.aggregator.series(), 0u);
  EXPECT_EQ(a.aggregator.next_flush(), std::nullopt);
  EXPECT_EQ(a.emit()->verb, EventWrite::Verb::create);
}

TEST(EventAggregator, another_note_reason_action_type_or_uid_is_another_event) {
  Aggregated a;
  a.emit();
  auto other = event("another note");
  EXPECT_EQ(a.emit(other)->verb, EventWrite::Verb::create);
  other = event();
  other.reason = "Other";
  EXPECT_EQ(a.emit(other)->verb, EventWrite::Verb::create);
  other = event();
  other.action = "Other";
  EXPECT_EQ(a.emit(other)->verb, EventWrite::Verb::create);
  other = event();
  other.type = effect::EventType::warning;
  EXPECT_EQ(a.emit(other)->verb, EventWrite::Verb::create);
  other = event();
  other.uid = Uid{"uid-2"};
  EXPECT_EQ(a.emit(other)->verb, EventWrite::Verb::create);
}

TEST(EventAggregator, a_flood_about_one_object_is_cut_after_fifty_and_then_one_per_ten_seconds) {
  Aggregated a;
  int written = 0;
  for (int i = 0; i < 200; ++i) written += a.emit(event("note " + std::to_string(i))).has_value();
  EXPECT_EQ(written, 50);
  EXPECT_EQ(a.aggregator.spam(), 150u);
  EXPECT_TRUE(a.emit(event("x", "another object"))) << "others are not affected";
  a.now += Millis{9'000};
  EXPECT_FALSE(a.emit(event("soon")));
  a.now += Millis{2'000};
  EXPECT_TRUE(a.emit(event("later")));
  EXPECT_FALSE(a.emit(event("again")));
}

TEST(EventAggregator, a_warning_gets_through_a_flood_of_normal_events) {
  Aggregated a;
  for (int i = 0; i < 200; ++i) a.emit(event("note " + std::to_string(i)));
  effect::EmitEvent warning = event("it does not come back");
  warning.type = effect::EventType::warning;
  EXPECT_TRUE(a.emit(warning));
}

TEST(EventAggregator, remembers_no_more_than_a_thousand_series) {
  Aggregated a;
  for (int i = 0; i < 3'000; ++i) {
    a.now += Millis{1};
    a.emit(event("n", ("object-" + std::to_string(i)).c_str()));
  }
  EXPECT_EQ(a.aggregator.series(), EventAggregator::kMostSeries);
  EXPECT_EQ(a.emit(event("n", "object-2999"))->verb, EventWrite::Verb::patch) << "the youngest are kept";
  EXPECT_EQ(a.emit(event("n", "object-0"))->verb, EventWrite::Verb::create);
}

TEST(EventAggregator, long_texts_are_cut_where_a_character_ends) {
  EXPECT_EQ(cut_utf8("abc", 3), "abc");
  EXPECT_EQ(cut_utf8("aäb", 2), "a");
  EXPECT_EQ(cut_utf8("aäb", 3), "aä");
  EXPECT_EQ(cut_utf8("\U0001F6A3", 3), "");
  Aggregated a;
  std::string note(1'023, 'x');
  note += "사공";
  EXPECT_EQ(a.emit(event(note))->body["note"].get<std::string>().size(), 1'023u);
  SeededRandom random;
  EventAggregator b{{.controller = std::string(300, 'c'), .instance = std::string(300, 'i')}, random};
  const auto write = b.emit(event("n", std::string(253, 'o').c_str()), a.now, a.wall);
  EXPECT_EQ(write->body["reportingController"].get<std::string>().size(), 128u);
  EXPECT_EQ(write->body["reportingInstance"].get<std::string>().size(), 128u);
  EXPECT_LE(write->key.name.str().size(), 253u);
}

TEST(EventAggregator, events_about_cluster_scoped_objects_go_to_the_fallback_namespace) {
  Aggregated a;
  auto about = event();
  about.regarding = {.type = kNamespaces, .key = {.ns = {}, .name = Name{"databases"}}};
  const auto write = a.emit(about);
  EXPECT_EQ(write->key.ns, Namespace{"default"});
  EXPECT_FALSE(write->body["regarding"].contains("namespace"));
}

// ---- the recorder

class Recording {
 public:
  Recording()
      : recorder(std::make_unique<Recorder>(Recorder::World{loop, client, random, log},
                                            EventSource{.controller = "c", .instance = "i"})) {}

  VirtualLoop loop;
  FakeApi api{loop};
  Client client{api, "test"};
  SeededRandom random;
  MemoryLog log;
  std::unique_ptr<Recorder> recorder;
};

TEST(Recorder, writes_events_in_order_and_patches_their_series) {
  Recording r;
  r.recorder->emit(event());
  r.recorder->emit(event("another"));
  r.recorder->emit(event());
  EXPECT_TRUE(r.api.seen.empty()) << "never from inside the call";
  r.loop.run_for(Millis{1'000});
  EXPECT_EQ(r.api.count(kEvents), 2u);
  EXPECT_EQ(r.api.requests(Method::patch, "events"), 1u);
  r.recorder->emit(event());
  r.loop.run_for(Millis{7 * 60'000});
  EXPECT_EQ(r.api.requests(Method::patch, "events"), 2u) << "flushed when the series had ended";
}

TEST(Recorder, tries_a_few_times_and_takes_an_existing_event_for_its_own) {
  Recording r;
  r.api.fault({.matches = on(Method::post, "events"), .fault = FakeApi::Fault::apply_reset});
  r.recorder->emit(event());
  r.loop.run_for(Millis{30'000});
  EXPECT_EQ(r.api.count(kEvents), 1u);
  EXPECT_EQ(r.api.requests(Method::post, "events"), 2u);
  EXPECT_EQ(r.recorder->dropped(), 0u);
}

TEST(Recorder, gives_up_after_four_tries_or_at_once_when_it_may_not_write_and_goes_on_with_the_next) {
  Recording r;
  r.api.fault({.matches = on(Method::post, "events"), .fault = FakeApi::Fault::refuse, .times = 4});
  r.api.fault({.matches = on(Method::post, "events"), .fault = FakeApi::Fault::status, .status = 403});
  r.recorder->emit(event("one"));
  r.recorder->emit(event("two"));
  r.recorder->emit(event("three"));
  r.loop.run_for(Millis{120'000});
  EXPECT_EQ(r.recorder->dropped(), 2u);
  EXPECT_EQ(r.api.count(kEvents), 1u);
}

TEST(Recorder, an_event_that_the_server_has_forgotten_is_created_anew) {
  Recording r;
  r.recorder->emit(event());
  r.loop.run_for(Millis{100});
  const Value body = *json::parse_value(r.api.seen[0].body);
  r.api.remove(kEvents, {.ns = Namespace{"databases"}, .name = Name{body["metadata"]["name"].get<std::string>()}});
  ASSERT_EQ(r.api.count(kEvents), 0u);
  r.recorder->emit(event());
  r.loop.run_for(Millis{100});
  r.recorder->emit(event());
  r.loop.run_for(Millis{100});
  EXPECT_EQ(r.api.count(kEvents), 1u);
}

TEST(Recorder, may_be_destroyed_at_every_pending_callback) {
  for (std::size_t steps = 0; steps < 12; ++steps) {
    Recording r;
    r.api.fault({.matches = on(Method::post, "events"), .fault = FakeApi::Fault::refuse});
    r.recorder->emit(event("one"));
    r.recorder->emit(event("two"));
    r.recorder->emit(event("one"));
    r.loop.run_steps(steps, Millis{600'000});
    r.recorder.reset();
    EXPECT_EQ(r.loop.pending(), 0u);
  }
}

}  // namespace
}  // namespace k8s::test
