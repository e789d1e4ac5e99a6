// SPDX-License-Identifier: Apache-2.0
// Does the watcher do the right next thing after every answer, and after none?
#include "libk8s/cache/watch_machine.hpp"

#include <gtest/gtest.h>

#include "tests/libk8s/support/small_fakes.hpp"

namespace k8s {
namespace {

using namespace watch_action;

class Watching {
 public:
  explicit Watching(WatchConfig config = {}) : machine(config, random) {}

  // The one action of that type among the last; fails the test when there is none.
  template <class A>
  A the() const {
    for (const WatchAction& action : last) {
      if (const A* found = std::get_if<A>(&action)) return *found;
    }
    ADD_FAILURE() << "no such action";
    return {};
  }
  template <class A>
  bool has() const {
    for (const WatchAction& action : last) {
      if (std::holds_alternative<A>(action)) return true;
    }
    return false;
  }
  Watching& start() { return did(machine.start(now)); }
  Watching& fail(Code code, int http = 0) {
    return did(machine.failed({.code = code, .message = "x", .retry_after = retry_after, .remote_code = http}, now));
  }
  Watching& fire() {
    now = the<SetTimer>().at;
    return did(machine.timer_fired(now));
  }
  Watching& did(WatchMachine::Actions actions) {
    last = std::move(actions);
    return *this;
  }
  Watching& bookmark(const char* rv, bool closing) { return did(machine.bookmark(ResourceVersion{rv}, closing, now)); }
  Watching& event(const char* rv) { return did(machine.event(WatchedKind::modified, ResourceVersion{rv}, now)); }
  Watching& page(const char* rv, const char* more = "") { return did(machine.page(ResourceVersion{rv}, more, now)); }
  Watching& synced_at(const char* rv) {
    start();
    did(machine.opened(now));
    return bookmark(rv, true);
  }

  test::SeededRandom random;
  Monotonic now{Millis{1'000'000}};
  std::optional<Millis> retry_after;
  WatchMachine machine;
  WatchMachine::Actions last;
};

WatchConfig listing() {
  WatchConfig config;
  config.streaming_list = false;
  return config;
}

TEST(WatchMachine, starts_with_a_streaming_list_of_whatever_version_is_consistent) {
  Watching w;
  w.start();
  EXPECT_TRUE(std::holds_alternative<BeginGeneration>(w.last.front()));
  EXPECT_TRUE(w.the<Watch>().send_initial);
  EXPECT_TRUE(w.the<Watch>().rv.empty());
  EXPECT_FALSE(w.machine.synced());
}

TEST(WatchMachine, a_watch_is_asked_to_end_between_five_and_ten_minutes) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Watching w;
    w.random = test::SeededRandom{seed};
    const Seconds timeout = w.start().the<Watch>().timeout;
    EXPECT_GE(timeout, Seconds{300});
    EXPECT_LE(timeout, Seconds{600});
  }
}

TEST(WatchMachine, objects_of_a_streaming_list_do_not_advance_the_version_the_closing_bookmark_does) {
  Watching w;
  w.start();
  EXPECT_TRUE(w.event("500").last.empty());
  EXPECT_TRUE(w.bookmark("400", false).last.empty());
  w.bookmark("450", true);
  EXPECT_EQ(w.the<Sweep>(), (Sweep{.rv = ResourceVersion{"450"}, .new_epoch = false}));
  EXPECT_TRUE(w.machine.synced());
  EXPECT_EQ(w.machine.phase(), WatchPhase::watching);
  EXPECT_FALSE(w.has<Watch>()) << "the same stream goes on";
}

TEST(WatchMachine, a_streaming_list_without_progress_for_thirty_seconds_becomes_a_list_for_good) {
  Watching w;
  w.start();
  w.now += Millis{29'000};
  w.event("7");
  w.now += Millis{1'000};
  w.did(w.machine.timer_fired(w.now));
  EXPECT_FALSE(w.has<Cancel>()) << "there was progress a second ago";
  w.fire();
  EXPECT_TRUE(w.has<Cancel>());
  EXPECT_TRUE(w.has<Note>());
  EXPECT_TRUE(w.has<List>());
  EXPECT_TRUE(w.machine.fell_back());
  w.page("9");
  w.fail(Code::gone, 410);
  EXPECT_FALSE(w.has<Watch>()) << "remembered";
  EXPECT_TRUE(w.has<List>());
}

TEST(WatchMachine, a_streaming_list_ends_within_ten_minutes_however_busy_it_is) {
  Watching w;
  w.start();
  const Monotonic begun = w.now;
  while (!w.machine.fell_back() && w.now < begun + Millis{1'000'000}) {
    w.now += Millis{20'000};
    w.event("7");
    w.did(w.machine.timer_fired(w.now));
  }
  EXPECT_LE(w.now - begun, Millis{600'000});
}

TEST(WatchMachine, a_server_that_refuses_streaming_lists_is_listed_at_once) {
  for (const int http : {400, 422}) {
    Watching w;
    w.start().fail(Code::invalid, http);
    EXPECT_TRUE(w.has<List>()) << http;
    EXPECT_TRUE(w.machine.fell_back());
  }
}

TEST(WatchMachine, a_streaming_list_that_ends_without_its_bookmark_becomes_a_list) {
  Watching w;
  w.start();
  w.did(w.machine.ended(w.now));
  EXPECT_TRUE(w.has<List>());
}

TEST(WatchMachine, the_first_list_is_a_consistent_one_in_pages) {
  Watching w{listing()};
  w.start();
  EXPECT_EQ(w.the<List>(), (List{.rv = {}, .match = "", .continue_token = "", .limit = 500}));
  w.page("10", "token-1");
  EXPECT_EQ(w.the<List>(), (List{.rv = {}, .match = "", .continue_token = "token-1", .limit = 500}));
  EXPECT_FALSE(w.has<Sweep>());
  w.page("10");
  EXPECT_EQ(w.the<Sweep>().rv, ResourceVersion{"10"});
  EXPECT_EQ(w.the<Watch>().rv, ResourceVersion{"10"});
  EXPECT_FALSE(w.the<Watch>().send_initial);
}

TEST(WatchMachine, an_expired_continue_token_leads_to_one_list_without_pages) {
  Watching w{listing()};
  w.start().page("10", "token").fail(Code::gone, 410);
  EXPECT_TRUE(w.has<BeginGeneration>());
  EXPECT_EQ(w.the<List>(), (List{.rv = {}, .match = "", .continue_token = "", .limit = 0}));
  w.page("11");
  EXPECT_EQ(w.machine.phase(), WatchPhase::watching);
}

TEST(WatchMachine, a_clean_end_watches_on_at_the_last_version_without_listing) {
  Watching w;
  w.synced_at("100").event("101");
  w.now += Millis{400'000};
  w.did(w.machine.ended(w.now));
  EXPECT_EQ(w.the<Watch>().rv, ResourceVersion{"101"});
  EXPECT_FALSE(w.has<BeginGeneration>());
}

TEST(WatchMachine, a_bookmark_advances_the_version_too) {
  Watching w;
  w.synced_at("100").bookmark("180", false);
  EXPECT_EQ(w.the<Advance>().rv, ResourceVersion{"180"});
  EXPECT_EQ(w.machine.resource_version(), ResourceVersion{"180"});
}

TEST(WatchMachine, refused_broken_or_throttled_it_waits_and_watches_on_at_the_same_version) {
  const std::pair<Code, int> ways[] = {{Code::unavailable, 0}, {Code::timeout, 0}, {Code::too_many_requests, 429}};
  for (const auto& [code, http] : ways) {
    Watching w;
    w.synced_at("100").fail(code, http);
    EXPECT_EQ(w.machine.phase(), WatchPhase::waiting);
    w.fire();
    EXPECT_EQ(w.the<Watch>().rv, ResourceVersion{"100"});
    EXPECT_FALSE(w.has<BeginGeneration>()) << name(code);
  }
}

TEST(WatchMachine, any_other_failure_waits_and_lists_again_from_the_last_version) {
  const std::pair<Code, int> ways[] = {
      {Code::unavailable, 500}, {Code::forbidden, 403}, {Code::internal, 0}, {Code::unauthenticated, 401}};
  for (const auto& [code, http] : ways) {
    Watching w;
    w.synced_at("100").fail(code, http);
    ASSERT_EQ(w.machine.phase(), WatchPhase::waiting);
    w.fire();
    EXPECT_TRUE(w.has<BeginGeneration>()) << name(code);
    EXPECT_EQ(w.the<Watch>().rv, ResourceVersion{"100"});
    EXPECT_TRUE(w.the<Watch>().send_initial);
  }
}

TEST(WatchMachine, gone_lists_from_the_last_version_and_only_then_from_any) {
  Watching w;
  w.synced_at("100").fail(Code::gone, 410);
  EXPECT_EQ(w.the<Watch>().rv, ResourceVersion{"100"}) << "not empty: time must not go back";
  w.fail(Code::gone, 410).fire();
  EXPECT_TRUE(w.the<Watch>().rv.empty());
}

TEST(WatchMachine, a_list_from_a_version_is_not_older_than_it_and_not_paged) {
  Watching w{listing()};
  w.start().page("100").fail(Code::gone, 410);
  EXPECT_EQ(w.the<List>(),
            (List{.rv = ResourceVersion{"100"}, .match = "NotOlderThan", .continue_token = "", .limit = 0}));
}

TEST(WatchMachine, a_storm_of_gone_backs_off) {
  Watching w;
  w.synced_at("100").fail(Code::gone, 410);
  for (int i = 0; i < 5; ++i) {
    w.bookmark("100", true).fail(Code::gone, 410);
    ASSERT_EQ(w.machine.phase(), WatchPhase::waiting);
    w.fire();
  }
  EXPECT_GT(w.now - Monotonic{Millis{1'000'000}}, Millis{20'000});
}

TEST(WatchMachine, a_version_that_the_server_has_not_reached_leads_to_any_version) {
  Watching w;
  w.synced_at("100").fail(Code::internal).fire();
  w.fail(Code::unavailable, 504);
  EXPECT_TRUE((w.has<Watch>() ? w.the<Watch>() : w.fire().the<Watch>()).rv.empty());
}

TEST(WatchMachine, a_list_older_than_what_was_known_opens_a_new_epoch) {
  Watching w;
  w.synced_at("100").fail(Code::gone, 410).fail(Code::gone, 410).fire();
  w.bookmark("60", true);
  EXPECT_EQ(w.the<Sweep>(), (Sweep{.rv = ResourceVersion{"60"}, .new_epoch = true}));
  EXPECT_EQ(w.machine.resource_version(), ResourceVersion{"60"});
}

TEST(WatchMachine, an_event_older_than_what_was_known_starts_over) {
  Watching w;
  w.synced_at("100").event("99");
  EXPECT_TRUE(w.has<Cancel>());
  w.fire();
  EXPECT_TRUE(w.the<Watch>().rv.empty());
}

TEST(WatchMachine, versions_that_cannot_be_ordered_are_followed_as_they_come) {
  Watching w;
  w.synced_at("b-17").event("a-9");
  EXPECT_EQ(w.the<Advance>().rv, ResourceVersion{"a-9"});
}

TEST(WatchMachine, a_very_short_watch_is_a_failure_and_backs_off) {
  Watching w;
  w.synced_at("100");
  w.now += Millis{300'000};
  w.did(w.machine.ended(w.now));
  w.did(w.machine.opened(w.now));
  w.now += Millis{300};
  w.did(w.machine.ended(w.now));
  EXPECT_EQ(w.machine.phase(), WatchPhase::waiting);
}

TEST(WatchMachine, waits_from_eight_tenths_to_thirty_seconds_doubling_with_up_to_as_much_jitter) {
  Watching w;
  w.synced_at("100");
  Millis least{800};
  for (int i = 0; i < 10; ++i) {
    w.fail(Code::unavailable);
    const Millis wait = w.the<SetTimer>().at - w.now;
    EXPECT_GE(wait, least);
    EXPECT_LE(wait, least * 2);
    least = std::min(Millis{30'000}, least * 2);
    w.fire();
  }
}

TEST(WatchMachine, after_two_quiet_minutes_failures_count_from_nought) {
  Watching w;
  w.synced_at("100");
  for (int i = 0; i < 6; ++i) w.fail(Code::unavailable).fire();
  w.now += Millis{121'000};
  w.fail(Code::unavailable);
  EXPECT_LE(w.the<SetTimer>().at - w.now, Millis{1'600});
}

TEST(WatchMachine, waits_at_least_as_long_as_the_server_asks) {
  Watching w;
  w.retry_after = Millis{45'000};
  w.synced_at("100").fail(Code::too_many_requests, 429);
  EXPECT_GE(w.the<SetTimer>().at - w.now, Millis{45'000});
}

TEST(WatchMachine, throttled_at_the_start_is_not_fatal) {
  Watching w;
  w.start();
  for (int i = 0; i < 20; ++i) w.fail(Code::too_many_requests, 429).fire();
  EXPECT_TRUE(w.the<Watch>().send_initial);
  w.bookmark("7", true);
  EXPECT_TRUE(w.machine.synced());
}

TEST(WatchMachine, a_watch_that_outlives_its_time_is_cancelled_and_asked_for_again) {
  Watching w;
  w.synced_at("100").fire();
  EXPECT_TRUE(w.has<Cancel>());
  EXPECT_EQ(w.the<Watch>().rv, ResourceVersion{"100"});
}

TEST(WatchMachine, after_a_live_list_it_never_asks_for_anything_older) {
  Watching w;
  w.synced_at("100");
  w.machine.refreshed(ResourceVersion{"140"});
  w.event("120");
  EXPECT_FALSE(w.has<Cancel>()) << "the stream may lag behind the live list";
  w.did(w.machine.ended(w.now));
  EXPECT_EQ(w.the<Watch>().rv, ResourceVersion{"140"});
}

TEST(WatchMachine, inputs_that_come_late_are_ignored) {
  Watching w;
  w.synced_at("100").fail(Code::unavailable);
  EXPECT_TRUE(w.page("200").last.empty());
  EXPECT_TRUE(w.fail(Code::unavailable).last.empty());
  EXPECT_TRUE(w.did(w.machine.ended(w.now)).last.empty());
  EXPECT_EQ(w.machine.phase(), WatchPhase::waiting);
}

}  // namespace
}  // namespace k8s
