// SPDX-License-Identifier: Apache-2.0
// Does a store show what is, what we wrote, and nothing that is gone?
#include "libk8s/cache/store.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "libk8s/api/core/pod.hpp"
#include "libk8s/api/owned_object.hpp"
#include "libk8s/cache/scope.hpp"

namespace k8s {
namespace {

using Keys = std::vector<std::string>;

class PodStore {
 public:
  PodStore() {
    pods.index("set", [](const Pod& pod) {
      const auto at = pod.metadata.labels.find("set");
      return at == pod.metadata.labels.end() ? std::vector<std::string>{} : std::vector<std::string>{at->second};
    });
    pods.on_change([this](const ObjectKey& key) { changed.push_back(to_string(key)); });
    pods.on_change_of("set", [this](const std::string& value) { sets.push_back(value); });
    pods.on_settled([this](const ObjectKey& key) { settled.push_back(to_string(key)); });
  }

  static std::string body(const char* name, int rv, const char* uid = "u", const char* phase = "Running",
                          const char* set = "orders", bool terminating = false) {
    return fmt::format(R"({{"metadata":{{"name":"{}","namespace":"n","uid":"{}","resourceVersion":"{}",)"
                       R"("labels":{{"set":"{}"}}{}}},"status":{{"phase":"{}"}}}})",
                       name, uid, rv, set, terminating ? R"(,"deletionTimestamp":"2026-11-21T13:51:07Z")" : "", phase);
  }
  Item item(const std::string& text) {
    json::Parser parser;
    return *pods.decode(*parser.parse(text));
  }
  // A store that is synced at 100 with pods a and b.
  PodStore& synced() {
    list({body("a", 10), body("b", 20, "ub")}, 100);
    changed.clear();
    sets.clear();
    return *this;
  }
  void list(const std::vector<std::string>& bodies, int rv, SweepKind kind = SweepKind::same_epoch) {
    pods.begin_generation();
    for (const std::string& one : bodies) pods.listed(item(one));
    pods.sweep(ResourceVersion{std::to_string(rv)}, kind, now);
  }
  void watch(const std::string& text) { pods.watched(item(text), now); }
  void gone(const char* name, const char* uid, int rv) {
    pods.deleted(key(name), Uid{uid}, ResourceVersion{std::to_string(rv)}, now);
  }
  static ObjectKey key(const char* name) { return {.ns = Namespace{"n"}, .name = Name{name}}; }
  std::string phase(const char* name) const {
    const auto pod = pods.get(key(name));
    return pod ? pod->status.phase : "none";
  }

  Monotonic now{Millis{50'000}};
  Store<Pod> pods;
  Keys changed;
  Keys sets;
  Keys settled;
};

TEST(Store, is_synced_once_the_first_list_is_complete) {
  PodStore s;
  s.pods.begin_generation();
  s.pods.listed(s.item(PodStore::body("a", 10)));
  EXPECT_FALSE(s.pods.synced());
  s.pods.sweep(ResourceVersion{"100"}, SweepKind::same_epoch, s.now);
  EXPECT_TRUE(s.pods.synced());
  EXPECT_EQ(s.pods.resource_version(), ResourceVersion{"100"});
  EXPECT_EQ(s.pods.age(s.now + Millis{7}), Millis{7});
}

TEST(Store, hands_out_immutable_values_that_outlive_their_change) {
  PodStore s;
  s.synced();
  const auto before = s.pods.get(PodStore::key("a"));
  s.watch(PodStore::body("a", 101, "u", "Failed"));
  EXPECT_EQ(before->status.phase, "Running");
  EXPECT_EQ(s.phase("a"), "Failed");
  EXPECT_EQ(s.pods.get(PodStore::key("nobody")), nullptr);
}

TEST(Store, tells_only_keys_and_only_of_what_changed) {
  PodStore s;
  s.synced();
  s.watch(PodStore::body("a", 101));
  s.watch(PodStore::body("a", 101));
  s.gone("b", "ub", 102);
  EXPECT_EQ(s.changed, (Keys{"n/a", "n/b"}));
}

TEST(Store, indexes_follow_every_change_and_answer_in_order) {
  PodStore s;
  s.synced();
  EXPECT_EQ(s.pods.by_index("set", "orders").size(), 2u);
  s.watch(PodStore::body("a", 101, "u", "Running", "users"));
  EXPECT_EQ(s.sets, (Keys{"orders", "users"})) << "both the old and the new value are woken";
  ASSERT_EQ(s.pods.by_index("set", "orders").size(), 1u);
  EXPECT_EQ(s.pods.by_index("set", "orders")[0]->metadata.name, Name{"b"});
  s.gone("a", "u", 102);
  EXPECT_TRUE(s.pods.by_index("set", "users").empty());
  EXPECT_TRUE(s.pods.by_index("set", "no such value").empty());
}

TEST(Store, a_list_drops_what_it_does_not_name_and_keeps_what_is_newer) {
  PodStore s;
  s.synced();
  s.watch(PodStore::body("a", 150, "u", "Failed"));
  s.list({PodStore::body("a", 10), PodStore::body("c", 30)}, 120);
  EXPECT_EQ(s.phase("a"), "Failed") << "the list was served from an older cache";
  EXPECT_EQ(s.phase("b"), "none");
  EXPECT_EQ(s.phase("c"), "Running");
}

TEST(Store, readers_never_see_an_empty_store_while_it_is_listed_again) {
  PodStore s;
  s.synced();
  s.pods.begin_generation();
  EXPECT_EQ(s.pods.size(), 2u);
  s.pods.listed(s.item(PodStore::body("a", 10)));
  EXPECT_EQ(s.pods.size(), 2u);
  s.pods.sweep(ResourceVersion{"130"}, SweepKind::same_epoch, s.now);
  EXPECT_EQ(s.pods.size(), 1u);
}

TEST(Store, an_object_that_the_watch_deletes_while_a_list_is_merged_stays_deleted) {
  PodStore s;
  s.synced();
  s.pods.begin_generation();
  s.gone("a", "u", 140);
  s.pods.listed(s.item(PodStore::body("a", 10)));
  s.pods.listed(s.item(PodStore::body("b", 20, "ub")));
  s.pods.sweep(ResourceVersion{"130"}, SweepKind::same_epoch, s.now);
  EXPECT_EQ(s.phase("a"), "none");
  EXPECT_EQ(s.phase("b"), "Running");
}

TEST(Store, events_that_a_merged_list_has_overtaken_are_stale) {
  PodStore s;
  s.synced();
  s.list({PodStore::body("a", 10)}, 150);
  EXPECT_TRUE(s.pods.is_stale_event(ResourceVersion{"149"}));
  EXPECT_TRUE(s.pods.is_stale_event(ResourceVersion{"150"}));
  EXPECT_FALSE(s.pods.is_stale_event(ResourceVersion{"151"}));
}

TEST(Store, versions_that_went_back_open_an_epoch_in_which_the_list_is_right) {
  PodStore s;
  s.synced();
  s.watch(PodStore::body("a", 150, "u", "Failed"));
  ASSERT_TRUE(s.pods.wrote(PodStore::body("b", 160, "ub", "Written"), s.now));
  const auto epoch = s.pods.epoch();
  s.list({PodStore::body("a", 10), PodStore::body("b", 20, "ub")}, 60, SweepKind::new_epoch);
  EXPECT_EQ(s.pods.epoch(), epoch + 1);
  EXPECT_EQ(s.phase("a"), "Running") << "older is what there is now";
  EXPECT_EQ(s.phase("b"), "Running") << "the written one is lost";
  EXPECT_TRUE(s.pods.is_settled(PodStore::key("b")));
  EXPECT_EQ(s.pods.resource_version(), ResourceVersion{"60"});
}

TEST(Store, an_object_that_cannot_be_read_is_reported_and_its_last_good_version_stays) {
  PodStore s;
  s.synced();
  s.pods.not_decodable(PodStore::key("a"), "spec.x: expected string, got integer");
  EXPECT_EQ(s.phase("a"), "Running");
  EXPECT_EQ(s.pods.problem(PodStore::key("a")), "spec.x: expected string, got integer");
  EXPECT_EQ(s.pods.undecodable(), 1u);
  s.watch(PodStore::body("a", 170));
  EXPECT_EQ(s.pods.problem(PodStore::key("a")), std::nullopt);
}

TEST(Store, the_report_of_an_unreadable_object_goes_with_the_object) {
  PodStore s;
  s.synced();
  s.pods.not_decodable(PodStore::key("x"), "why");
  s.list({PodStore::body("a", 10)}, 130);
  EXPECT_EQ(s.pods.undecodable(), 0u);
  s.pods.not_decodable(PodStore::key("a"), "why");
  s.gone("a", "u", 131);
  EXPECT_EQ(s.pods.undecodable(), 0u);
}

// ---- own writes

TEST(Overlay, a_written_object_is_shown_at_once_and_unsettled_until_the_watch_reaches_it) {
  PodStore s;
  s.synced();
  ASSERT_TRUE(s.pods.wrote(PodStore::body("a", 120, "u", "Written"), s.now));
  EXPECT_EQ(s.phase("a"), "Written");
  EXPECT_FALSE(s.pods.is_settled(PodStore::key("a")));
  EXPECT_EQ(s.changed, (Keys{"n/a"}));
  s.watch(PodStore::body("a", 115, "u", "Meanwhile"));
  EXPECT_EQ(s.phase("a"), "Written") << "the watch is still behind";
  EXPECT_TRUE(s.settled.empty());
  s.watch(PodStore::body("a", 120, "u", "Written"));
  EXPECT_TRUE(s.pods.is_settled(PodStore::key("a")));
  EXPECT_EQ(s.settled, (Keys{"n/a"}));
}

TEST(Overlay, somebody_elses_later_write_wins_over_ours) {
  PodStore s;
  s.synced();
  ASSERT_TRUE(s.pods.wrote(PodStore::body("a", 120, "u", "Written"), s.now));
  s.watch(PodStore::body("a", 125, "u", "Theirs"));
  EXPECT_EQ(s.phase("a"), "Theirs");
  EXPECT_TRUE(s.pods.is_settled(PodStore::key("a")));
}

TEST(Overlay, a_reply_that_comes_after_its_own_event_changes_nothing) {
  PodStore s;
  s.synced();
  s.watch(PodStore::body("a", 125, "u", "Theirs"));
  ASSERT_TRUE(s.pods.wrote(PodStore::body("a", 120, "u", "Written"), s.now));
  EXPECT_EQ(s.phase("a"), "Theirs");
  EXPECT_TRUE(s.pods.is_settled(PodStore::key("a")));
}

TEST(Overlay, a_write_that_changed_nothing_is_settled_at_once) {
  PodStore s;
  s.synced();
  ASSERT_TRUE(s.pods.wrote(PodStore::body("a", 10), s.now));
  EXPECT_TRUE(s.pods.is_settled(PodStore::key("a")));
}

TEST(Overlay, a_created_object_is_shown_before_the_watch_knows_it_and_survives_an_older_list) {
  PodStore s;
  s.synced();
  ASSERT_TRUE(s.pods.wrote(PodStore::body("new", 121, "un"), s.now));
  EXPECT_EQ(s.phase("new"), "Running");
  EXPECT_EQ(s.pods.by_index("set", "orders").size(), 3u);
  s.list({PodStore::body("a", 10)}, 110);
  EXPECT_EQ(s.phase("new"), "Running") << "that list was read before our write";
  s.list({PodStore::body("a", 10)}, 130);
  EXPECT_EQ(s.phase("new"), "none") << "that one was read after it: somebody deleted the object";
}

TEST(Overlay, a_bookmark_past_the_write_settles_it) {
  PodStore s;
  s.synced();
  ASSERT_TRUE(s.pods.wrote(PodStore::body("a", 120, "u", "Written"), s.now));
  s.pods.advance(ResourceVersion{"119"}, s.now);
  EXPECT_FALSE(s.pods.is_settled(PodStore::key("a")));
  s.pods.advance(ResourceVersion{"130"}, s.now);
  EXPECT_TRUE(s.pods.is_settled(PodStore::key("a")));
  EXPECT_EQ(s.phase("a"), "Running") << "what the watch shows is the whole truth up to 130";
}

TEST(Overlay, a_deleted_object_drops_our_write_of_it) {
  PodStore s;
  s.synced();
  ASSERT_TRUE(s.pods.wrote(PodStore::body("a", 120, "u", "Written"), s.now));
  s.gone("a", "u", 121);
  EXPECT_EQ(s.phase("a"), "none");
  EXPECT_TRUE(s.pods.is_settled(PodStore::key("a")));
}

TEST(Overlay, the_end_of_a_former_object_of_that_name_does_not_hide_the_one_that_we_made) {
  PodStore s;
  s.synced();
  ASSERT_TRUE(s.pods.wrote(PodStore::body("a", 130, "second", "Written"), s.now));
  s.gone("a", "u", 125);
  EXPECT_EQ(s.phase("a"), "Written");
  EXPECT_FALSE(s.pods.is_settled(PodStore::key("a")));
}

TEST(Overlay, another_object_of_that_name_drops_our_write) {
  PodStore s;
  s.synced();
  ASSERT_TRUE(s.pods.wrote(PodStore::body("a", 120, "u", "Written"), s.now));
  s.watch(PodStore::body("a", 140, "other", "Theirs"));
  EXPECT_EQ(s.phase("a"), "Theirs");
}

TEST(Overlay, an_evicted_pod_is_awaited_until_its_uid_terminates_or_is_gone) {
  PodStore s;
  s.synced();
  s.pods.expect_gone(PodStore::key("a"), Uid{"u"}, s.now);
  EXPECT_EQ(s.phase("a"), "Running") << "it is still there, as far as anybody knows";
  EXPECT_FALSE(s.pods.is_settled(PodStore::key("a")));
  s.watch(PodStore::body("a", 111));
  EXPECT_FALSE(s.pods.is_settled(PodStore::key("a")));
  s.watch(PodStore::body("a", 112, "u", "Running", "orders", true));
  EXPECT_TRUE(s.pods.is_settled(PodStore::key("a")));

  s.pods.expect_gone(PodStore::key("b"), Uid{"ub"}, s.now);
  s.gone("b", "ub", 113);
  EXPECT_TRUE(s.pods.is_settled(PodStore::key("b")));
}

TEST(Overlay, what_is_gone_already_is_not_awaited) {
  PodStore s;
  s.synced();
  s.pods.expect_gone(PodStore::key("nobody"), Uid{"x"}, s.now);
  s.pods.expect_gone(PodStore::key("a"), Uid{"former"}, s.now);
  EXPECT_TRUE(s.pods.is_settled(PodStore::key("nobody")));
  EXPECT_TRUE(s.pods.is_settled(PodStore::key("a")));
}

TEST(Overlay, a_write_that_is_not_seen_in_time_is_overdue_and_a_live_get_settles_it) {
  PodStore s;
  s.synced();
  ASSERT_TRUE(s.pods.wrote(PodStore::body("a", 120, "u", "Written"), s.now));
  EXPECT_TRUE(s.pods.overdue(s.now).empty());
  const Monotonic late = s.now + StoreBase::kOwnWriteDeadline;
  EXPECT_EQ(s.pods.overdue(late), (std::vector<ObjectKey>{PodStore::key("a")}));
  s.pods.resolve(PodStore::key("a"), s.item(PodStore::body("a", 125, "u", "Live")));
  EXPECT_EQ(s.phase("a"), "Live");
  EXPECT_TRUE(s.pods.is_settled(PodStore::key("a")));
  s.watch(PodStore::body("a", 122, "u", "Late"));
  EXPECT_EQ(s.phase("a"), "Live");
  s.watch(PodStore::body("a", 126, "u", "Newest"));
  EXPECT_EQ(s.phase("a"), "Newest");
}

TEST(Overlay, a_live_get_that_finds_nothing_hides_the_object_until_the_watch_says_so_too) {
  PodStore s;
  s.synced();
  s.pods.expect_gone(PodStore::key("a"), Uid{"u"}, s.now);
  s.pods.resolve(PodStore::key("a"), std::nullopt);
  EXPECT_EQ(s.phase("a"), "none");
  EXPECT_TRUE(s.pods.is_settled(PodStore::key("a")));
  s.watch(PodStore::body("a", 112, "u", "Running", "orders", true));
  EXPECT_EQ(s.phase("a"), "none") << "an event from before its end";
  s.watch(PodStore::body("a", 130, "second"));
  EXPECT_EQ(s.phase("a"), "Running") << "another object of that name";
}

TEST(Overlay, a_live_get_that_was_sent_before_our_newer_write_does_not_settle_it) {
  PodStore s;
  s.synced();
  ASSERT_TRUE(s.pods.wrote(PodStore::body("a", 150, "u", "Written"), s.now));
  s.pods.resolve(PodStore::key("a"), s.item(PodStore::body("a", 120, "u", "Live")));
  EXPECT_EQ(s.phase("a"), "Written");
  EXPECT_FALSE(s.pods.is_settled(PodStore::key("a")));
}

TEST(Overlay, a_reply_that_cannot_be_read_changes_nothing) {
  PodStore s;
  s.synced();
  EXPECT_FALSE(s.pods.wrote("<html>", s.now));
  EXPECT_FALSE(s.pods.wrote(R"({"metadata":{"name":7}})", s.now));
  EXPECT_TRUE(s.changed.empty());
}

TEST(OwnedStore, keeps_whole_bodies) {
  Store<OwnedObject> services{kServices, decode_owned};
  json::Parser parser;
  services.begin_generation();
  services.listed(*services.decode(
      *parser.parse(R"({"metadata":{"name":"a","namespace":"n","resourceVersion":"1"},"spec":{"x":1}})")));
  services.sweep(ResourceVersion{"2"}, SweepKind::same_epoch, Monotonic{});
  EXPECT_EQ(services.get({.ns = Namespace{"n"}, .name = Name{"a"}})->body.value()["spec"]["x"], 1);
}

TEST(WatchScope, covers_by_namespace_name_and_simple_label_requirements) {
  const ObjectKey key{.ns = Namespace{"n"}, .name = Name{"a"}};
  const std::map<std::string, std::string> labels{{"app", "x"}, {"tier", ""}};
  const auto by_labels = [&](const char* selector) {
    return covers({.ns = {}, .single = {}, .label_selector = selector, .field_selector = {}}, key, labels);
  };
  EXPECT_TRUE(covers({}, key, labels));
  EXPECT_TRUE(
      covers({.ns = Namespace{"n"}, .single = Name{"a"}, .label_selector = {}, .field_selector = {}}, key, labels));
  EXPECT_FALSE(covers({.ns = Namespace{"m"}, .single = {}, .label_selector = {}, .field_selector = {}}, key, labels));
  EXPECT_FALSE(covers({.ns = {}, .single = Name{"b"}, .label_selector = {}, .field_selector = {}}, key, labels));
  EXPECT_TRUE(by_labels("app=x,tier,!other,app!=y,app==x,tier="));
  EXPECT_FALSE(by_labels("app=y"));
  EXPECT_FALSE(by_labels("!app"));
  EXPECT_FALSE(by_labels("app!=x"));
  EXPECT_FALSE(by_labels("app in (x)")) << "not understood: rather no overlay than a wrong one";
}

}  // namespace
}  // namespace k8s
