// SPDX-License-Identifier: Apache-2.0
// Does a store stay current over a server that lists, watches, forgets, throttles, breaks off and falls silent?
#include "libk8s/cache/reflector.hpp"

#include <gtest/gtest.h>

#include "libk8s/api/core/namespace.hpp"
#include "libk8s/api/core/pod.hpp"
#include "libk8s/cache/store.hpp"
#include "tests/libk8s/support/fake_api.hpp"
#include "tests/libk8s/support/small_fakes.hpp"

namespace k8s::test {
namespace {

class Cluster {
 public:
  explicit Cluster(
      WatchScope scope = {.ns = Namespace{"databases"}, .single = {}, .label_selector = {}, .field_selector = {}},
      WatchConfig config = {})
      : reflector(
            std::make_unique<Reflector>(Reflector::World{loop, api, random, log}, pods, std::move(scope), config)) {}

  Cluster& with_pods(int count) {
    for (int i = 0; i < count; ++i) api.put(kPods, pod("p" + std::to_string(i)));
    return *this;
  }
  Cluster& start() {
    reflector->start();
    loop.run_for(Millis{1'000});
    return *this;
  }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& one : pods.list()) all.push_back(one->metadata.name.str());
    return all;
  }
  static ObjectKey key(const char* name) { return {.ns = Namespace{"databases"}, .name = Name{name}}; }

  VirtualLoop loop;
  FakeApi api{loop};
  SeededRandom random;
  MemoryLog log;
  Store<Pod> pods;
  std::unique_ptr<Reflector> reflector;
};

using Names = std::vector<std::string>;

TEST(Reflector, fills_its_store_by_a_streaming_list_and_follows_the_same_stream) {
  Cluster c;
  c.with_pods(2).start();
  EXPECT_TRUE(c.pods.synced());
  EXPECT_EQ(c.names(), (Names{"p0", "p1"}));
  c.api.put(kPods, pod("p2"));
  c.api.remove(kPods, Cluster::key("p0"));
  c.loop.run_for(Millis{100});
  EXPECT_EQ(c.names(), (Names{"p1", "p2"}));
  EXPECT_EQ(c.api.requests(Method::get, "/pods"), 1u) << "one request did it all";
}

TEST(Reflector, sees_only_its_namespace) {
  Cluster c;
  c.api.put(kPods, pod("other", "elsewhere"));
  c.with_pods(1).start();
  EXPECT_EQ(c.names(), (Names{"p0"}));
}

TEST(Reflector, a_server_without_streaming_lists_is_listed_in_pages) {
  Cluster c;
  c.api.streaming_lists = false;
  c.with_pods(1'203).start();
  EXPECT_EQ(c.pods.size(), 1'203u);
  EXPECT_TRUE(c.reflector->fell_back_to_list());
  EXPECT_EQ(c.api.requests(Method::get, "limit=500"), 3u);
}

TEST(Reflector, a_lost_closing_bookmark_costs_thirty_seconds_not_for_ever) {
  Cluster c;
  c.api.closing_bookmarks = false;
  c.with_pods(1).start();
  EXPECT_FALSE(c.pods.synced());
  c.loop.run_for(Millis{31'000});
  EXPECT_TRUE(c.pods.synced());
  EXPECT_EQ(c.names(), (Names{"p0"}));
}

TEST(Reflector, an_expired_page_token_does_not_lose_a_page) {
  Cluster c;
  c.api.streaming_lists = false;
  c.api.fault({.matches = on(Method::get, "continue="), .fault = FakeApi::Fault::status, .status = 410});
  c.with_pods(1'203).start();
  EXPECT_EQ(c.pods.size(), 1'203u);
}

TEST(Reflector, a_clean_end_is_watched_on_without_listing) {
  Cluster c;
  c.with_pods(1).start();
  c.loop.run_for(Millis{5'000});
  c.api.end_streams({});
  c.api.put(kPods, pod("meanwhile"));
  c.loop.run_for(Millis{1'000});
  EXPECT_EQ(c.names(), (Names{"meanwhile", "p0"}));
  EXPECT_EQ(c.api.requests(Method::get, "sendInitialEvents"), 1u);
  EXPECT_EQ(c.reflector->failures(), 0u);
}

TEST(Reflector, a_broken_stream_is_watched_on_after_a_wait_without_listing) {
  Cluster c;
  c.with_pods(1).start();
  c.loop.run_for(Millis{5'000});
  c.api.end_streams(Error{.code = Code::unavailable, .message = "reset"});
  c.api.put(kPods, pod("meanwhile"));
  c.loop.run_for(Millis{3'000});
  EXPECT_EQ(c.names(), (Names{"meanwhile", "p0"}));
  EXPECT_EQ(c.api.requests(Method::get, "sendInitialEvents"), 1u);
}

TEST(Reflector, a_compacted_version_is_listed_anew_and_deletions_meanwhile_are_noticed) {
  Cluster c;
  c.with_pods(3).start();
  c.api.events_flow = false;
  c.api.remove(kPods, Cluster::key("p1"));
  c.api.put(kPods, pod("p9"));
  c.api.compact();
  c.api.put(kPods, pod("p8"));
  c.api.events_flow = true;
  c.api.end_streams({});
  c.loop.run_for(Millis{5'000});
  EXPECT_EQ(c.names(), (Names{"p0", "p2", "p8", "p9"}));
}

TEST(Reflector, a_storm_of_gone_is_survived_and_does_not_hammer_the_server) {
  Cluster c;
  c.with_pods(1).start();
  c.api.fault({.matches = on(Method::get, "watch=true"), .fault = FakeApi::Fault::status, .status = 410, .times = 8});
  c.api.end_streams({});
  const std::size_t before = c.api.seen.size();
  c.loop.run_for(Millis{300'000});
  EXPECT_EQ(c.api.streams(), 1u);
  EXPECT_LE(c.api.seen.size() - before, 12u);
}

TEST(Reflector, throttled_and_broken_at_the_start_it_keeps_trying) {
  Cluster c;
  c.api.fault({.matches = on(Method::get, "/pods"),
               .fault = FakeApi::Fault::status,
               .status = 429,
               .times = 3,
               .retry_after = Millis{1'000}});
  c.api.fault({.matches = on(Method::get, "/pods"), .fault = FakeApi::Fault::status, .status = 500, .times = 2});
  c.api.fault({.matches = on(Method::get, "/pods"), .fault = FakeApi::Fault::refuse, .times = 2});
  c.with_pods(1).start();
  EXPECT_FALSE(c.pods.synced());
  EXPECT_FALSE(c.reflector->trouble().empty());
  c.loop.run_for(Millis{200'000});
  EXPECT_EQ(c.names(), (Names{"p0"}));
  EXPECT_TRUE(c.reflector->trouble().empty());
}

TEST(Reflector, a_silent_watch_is_renewed_within_its_time) {
  Cluster c;
  c.with_pods(1).start();
  c.api.events_flow = false;
  c.api.put(kPods, pod("unseen"));
  c.api.events_flow = true;
  c.loop.run_for(Millis{620'000});
  EXPECT_EQ(c.names(), (Names{"p0", "unseen"}));
}

TEST(Reflector, a_restored_server_opens_an_epoch_and_its_state_is_taken_over) {
  Cluster c;
  c.with_pods(2);
  c.api.put(kPods, pod("young"));
  c.start();
  const auto epoch = c.pods.epoch();
  c.api.remove(kPods, Cluster::key("young"));
  c.api.rewind(50);
  c.api.put(kPods, pod("p0"));
  c.api.end_streams({});
  c.loop.run_for(Millis{60'000});
  EXPECT_EQ(c.names(), (Names{"p0", "p1"}));
  EXPECT_EQ(c.pods.epoch(), epoch + 1);
  EXPECT_EQ(c.log.count("new epoch"), 1u);
}

TEST(Reflector, bookmarks_keep_the_store_young_when_nothing_happens) {
  Cluster c;
  c.with_pods(1).start();
  c.loop.run_for(Millis{60'000});
  EXPECT_GE(*c.pods.age(c.loop.now()), Millis{60'000});
  c.api.bookmark();
  c.loop.run_for(Millis{100});
  EXPECT_LE(*c.pods.age(c.loop.now()), Millis{200});
}

TEST(Reflector, one_unreadable_object_is_logged_once_and_the_others_are_served) {
  Cluster c;
  Value broken = pod("broken");
  broken["status"]["phase"] = 17;
  c.api.put(kPods, broken);
  c.with_pods(2).start();
  EXPECT_EQ(c.names(), (Names{"p0", "p1"}));
  EXPECT_EQ(c.pods.undecodable(), 1u);
  broken["metadata"]["labels"]["x"] = "y";
  c.api.put(kPods, broken);
  c.loop.run_for(Millis{100});
  EXPECT_EQ(c.log.count("cannot be read"), 1u);
  c.api.put(kPods, pod("broken"));
  c.loop.run_for(Millis{100});
  EXPECT_EQ(c.pods.undecodable(), 0u);
}

TEST(Reflector, one_cluster_scoped_object_is_asked_for_by_its_own_path) {
  VirtualLoop loop;
  FakeApi api{loop};
  SeededRandom random;
  MemoryLog log;
  Store<NamespaceObject> namespaces;
  for (const bool streaming : {true, false}) {
    api.streaming_lists = streaming;
    Reflector reflector{{loop, api, random, log},
                        namespaces,
                        {.ns = {}, .single = Name{"databases"}, .label_selector = {}, .field_selector = {}}};
    api.put(kNamespaces,
            {{"metadata", {{"name", "databases"}, {"labels", {{"streaming", streaming ? "yes" : "no"}}}}}});
    api.put(kNamespaces, {{"metadata", {{"name", "other"}}}});
    reflector.start();
    loop.run_for(Millis{1'000});
    EXPECT_EQ(namespaces.size(), 1u);
    api.put(kNamespaces, {{"metadata", {{"name", "databases"}, {"labels", {{"seen", "yes"}}}}}});
    loop.run_for(Millis{100});
    EXPECT_EQ(namespaces.list()[0]->metadata.labels.count("seen"), 1u);
  }
  EXPECT_GE(api.requests(Method::get, "/api/v1/watch/namespaces/databases"), 2u);
}

// ---- freshness on demand

TEST(Refresh, brings_facts_that_the_watch_has_not_brought) {
  Cluster c;
  c.with_pods(2).start();
  c.api.events_flow = false;
  c.api.remove(kPods, Cluster::key("p0"));
  c.api.put(kPods, pod("p7"));
  std::optional<Result<void>> result;
  const auto handle = c.reflector->refresh([&](Result<void> r) { result = r; });
  EXPECT_FALSE(result) << "never from inside the call";
  c.loop.run_for(Millis{100});
  ASSERT_TRUE(result && *result);
  EXPECT_EQ(c.names(), (Names{"p1", "p7"}));
}

TEST(Refresh, late_events_do_not_take_the_store_back) {
  Cluster c;
  c.with_pods(1).start();
  c.api.latency = Millis{1'000};
  Value changed = pod("p0");
  changed["status"]["phase"] = "Failed";
  c.api.put(kPods, changed);
  c.api.remove(kPods, Cluster::key("p0"));
  c.api.latency = Millis{5};
  const auto handle = c.reflector->refresh([](Result<void>) {});
  c.loop.run_for(Millis{100});
  EXPECT_TRUE(c.names().empty());
  c.loop.run_for(Millis{950});
  EXPECT_TRUE(c.names().empty()) << "the MODIFIED event is older than the list";
}

TEST(Refresh, calls_that_come_together_share_one_list_and_later_ones_do_not) {
  Cluster c;
  c.with_pods(1).start();
  const std::size_t before = c.api.requests(Method::get, "limit=500");
  int done = 0;
  const auto count = [&](const Result<void>& result) { done += result ? 1 : 0; };
  const auto one = c.reflector->refresh(count);
  const auto two = c.reflector->refresh(count);
  c.loop.run_for(Millis{2});
  const auto three = c.reflector->refresh(count);
  c.loop.run_for(Millis{100});
  EXPECT_EQ(done, 3);
  EXPECT_EQ(c.api.requests(Method::get, "limit=500") - before, 2u);
}

TEST(Refresh, fails_while_the_store_is_being_listed_and_when_the_server_does) {
  Cluster c;
  c.reflector->start();
  std::optional<Code> code;
  const auto remember = [&](const Result<void>& result) { code = result ? Code::internal : result.error().code; };
  const auto one = c.reflector->refresh(remember);
  c.loop.run_for(Millis{1});
  EXPECT_EQ(code, Code::unavailable);
  c.loop.run_for(Millis{1'000});
  c.api.fault({.matches = on(Method::get, "limit=500"), .fault = FakeApi::Fault::status, .status = 403});
  const auto two = c.reflector->refresh(remember);
  c.loop.run_for(Millis{100});
  EXPECT_EQ(code, Code::forbidden);
}

TEST(Refresh, a_dropped_handle_is_not_told) {
  Cluster c;
  c.with_pods(1).start();
  bool told = false;
  {
    const auto handle = c.reflector->refresh([&](Result<void>) { told = true; });
  }
  c.loop.run_for(Millis{100});
  EXPECT_FALSE(told);
}

TEST(Fetch, lays_one_live_object_into_the_store) {
  Cluster c;
  c.with_pods(2).start();
  c.api.events_flow = false;
  Value changed = pod("p0");
  changed["status"]["phase"] = "Failed";
  c.api.put(kPods, changed);
  c.api.remove(kPods, Cluster::key("p1"));
  int good = 0;
  const auto count = [&](const Result<void>& result) { good += result ? 1 : 0; };
  const auto one = c.reflector->fetch(Cluster::key("p0"), count);
  const auto two = c.reflector->fetch(Cluster::key("p1"), count);
  c.loop.run_for(Millis{100});
  EXPECT_EQ(good, 2) << "that an object is not there is an answer";
  EXPECT_EQ(c.names(), (Names{"p0"}));
  EXPECT_EQ(c.pods.get(Cluster::key("p0"))->status.phase, "Failed");
}

// ---- ownership

TEST(Reflector, may_be_destroyed_at_every_pending_callback) {
  const auto scenario = [](std::size_t steps) {
    Cluster c{{.ns = Namespace{"databases"}, .single = {}, .label_selector = {}, .field_selector = {}}};
    c.with_pods(3);
    c.api.fault({.matches = on(Method::get, "watch=true"), .fault = FakeApi::Fault::status, .status = 500});
    c.api.fault({.matches = on(Method::get, "continue"), .fault = FakeApi::Fault::status, .status = 410});
    c.reflector->start();
    c.loop.run_steps(steps / 2, Millis{20'000});
    const auto refresh = c.reflector->refresh([](Result<void>) {});
    const auto fetch = c.reflector->fetch(Cluster::key("p1"), [](Result<void>) {});
    c.api.put(kPods, pod("p9"));
    c.loop.run_steps(steps - steps / 2, Millis{20'000});
    c.reflector.reset();
    c.loop.run_for(Millis{60'000});
    EXPECT_EQ(c.api.streams(), 0u);
    return c.loop.steps();
  };
  std::size_t all = 0;
  for (std::size_t steps = 0; steps < 60; ++steps) all = std::max(all, scenario(steps));
  EXPECT_GT(all, 15u) << "the scenario has many steps to be cut at";
}

}  // namespace
}  // namespace k8s::test
