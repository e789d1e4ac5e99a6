// SPDX-License-Identifier: Apache-2.0
// Is there never more than one leader, and soon one again?
#include "libk8s/election/election.hpp"

#include <gtest/gtest.h>

#include "libk8s/election/elector.hpp"
#include "tests/libk8s/support/fake_api.hpp"
#include "tests/libk8s/support/small_fakes.hpp"

namespace k8s::test {
namespace {

using namespace election_action;

const ObjectKey kKey{.ns = Namespace{"operators"}, .name = Name{"sagong-mongodb"}};

ElectionConfig config(const char* identity) {
  return {.lease = kKey, .identity = identity};
}

class Machine {
 public:
  explicit Machine(const char* identity = "me") : election(config(identity), random) {
    last = election.start(now, wall);
  }

  Machine& got(const Lease& lease) { return did(election.got(lease, now, wall)); }
  Machine& failed(Code code) { return did(election.failed({.code = code, .message = "x"}, now, wall)); }
  // The server stores what was asked for.
  Machine& stored() {
    Lease lease = std::holds_alternative<Put>(last) ? std::get<Put>(last).lease : std::get<Create>(last).lease;
    lease.metadata.uid = Uid{"uid"};
    lease.metadata.resource_version = ResourceVersion{std::to_string(++rv)};
    return did(election.written(lease, now, wall));
  }
  Machine& fire() {
    now = std::max(now, std::get<Sleep>(last).until);
    return did(election.timer_fired(now, wall));
  }
  Machine& did(ElectionAction action) {
    last = std::move(action);
    return *this;
  }
  Machine& leading() {
    failed(Code::not_found);
    return stored();
  }
  template <class A>
  bool is() const {
    return std::holds_alternative<A>(last);
  }
  ElectionRole role() { return election.role(now); }

  SeededRandom random;
  Monotonic now{Millis{5'000'000}};
  Wall wall{std::chrono::seconds{1'790'000'000}};
  int rv = 0;
  Election election;
  ElectionAction last;
};

Lease held_by(const char* holder, int renewed = 0) {
  Lease lease;
  lease.metadata.ns = kKey.ns;
  lease.metadata.name = kKey.name;
  lease.metadata.uid = Uid{"uid"};
  lease.metadata.resource_version = ResourceVersion{"7"};
  lease.spec = {.holder_identity = holder,
                .lease_duration_seconds = 15,
                .acquire_time = Wall{std::chrono::seconds{1}},
                .renew_time = Wall{std::chrono::seconds{renewed}},
                .lease_transitions = 4};
  return lease;
}

TEST(Election, makes_the_lease_when_there_is_none_and_leads) {
  Machine m;
  EXPECT_TRUE(m.is<Get>());
  m.failed(Code::not_found);
  ASSERT_TRUE(m.is<Create>());
  const LeaseSpec& spec = std::get<Create>(m.last).lease.spec;
  EXPECT_EQ(spec.holder_identity, "me");
  EXPECT_EQ(spec.lease_duration_seconds, 15);
  EXPECT_EQ(spec.lease_transitions, 0);
  EXPECT_EQ(m.role(), ElectionRole::standing_by) << "not before the server has stored it";
  m.stored();
  EXPECT_EQ(m.role(), ElectionRole::leading);
  EXPECT_EQ(m.election.remaining(m.now), Millis{15'000});
}

TEST(Election, does_not_touch_a_lease_that_another_keeps_renewing) {
  Machine m;
  for (int i = 0; i < 100; ++i) {
    m.got(held_by("other", i));
    ASSERT_TRUE(m.is<Sleep>());
    m.fire();
    ASSERT_TRUE(m.is<Get>());
  }
}

TEST(Election, takes_over_only_after_the_record_has_not_changed_for_its_duration_on_our_own_clock) {
  Machine m;
  const Monotonic first_seen = m.now;
  m.got(held_by("other", 3));
  while (m.is<Sleep>()) {
    m.fire();
    m.got(held_by("other", 3));
  }
  EXPECT_TRUE(m.is<Put>());
  EXPECT_GE(m.now, first_seen + Millis{15'000});
  const LeaseSpec& spec = std::get<Put>(m.last).lease.spec;
  EXPECT_EQ(spec.lease_transitions, 5);
  EXPECT_EQ(spec.acquire_time, m.wall);
  EXPECT_EQ(std::get<Put>(m.last).lease.metadata.resource_version, ResourceVersion{"7"});
}

TEST(Election, remote_times_are_never_believed) {
  for (const int skewed : {-1'000'000, 0, 2'000'000'000}) {
    Machine m;
    m.got(held_by("other", skewed));
    EXPECT_TRUE(m.is<Sleep>()) << "however old or new the record says it is";
  }
}

TEST(Election, our_own_wall_clock_may_jump_without_any_effect) {
  Machine m;
  m.got(held_by("other", 3));
  m.wall += std::chrono::hours{24 * 365};
  m.fire().got(held_by("other", 3));
  EXPECT_TRUE(m.is<Sleep>());
}

TEST(Election, a_released_lease_is_taken_at_once) {
  Machine m;
  m.got(held_by(""));
  EXPECT_TRUE(m.is<Put>());
}

TEST(Election, a_process_that_comes_back_under_its_own_name_goes_on_with_its_lease) {
  Machine m;
  m.got(held_by("me"));
  ASSERT_TRUE(m.is<Put>());
  EXPECT_EQ(std::get<Put>(m.last).lease.spec.lease_transitions, 4);
  EXPECT_EQ(std::get<Put>(m.last).lease.spec.acquire_time, Wall{std::chrono::seconds{1}});
}

TEST(Election, renews_every_two_seconds_by_one_put_under_the_last_version) {
  Machine m;
  m.leading();
  for (int i = 0; i < 20; ++i) {
    const Monotonic before = m.now;
    m.fire();
    ASSERT_TRUE(m.is<Put>()) << "no GET in between";
    EXPECT_EQ(std::get<Put>(m.last).lease.metadata.resource_version, ResourceVersion{std::to_string(m.rv)});
    EXPECT_EQ(m.now - before, Millis{2'000});
    m.stored();
  }
  EXPECT_EQ(m.election.slow_paths(), 0);
}

TEST(Election, a_conflict_on_renewal_is_looked_into_and_survived_when_the_lease_is_still_ours) {
  Machine m;
  m.leading().fire().failed(Code::conflict);
  EXPECT_TRUE(m.is<Get>());
  EXPECT_EQ(m.election.slow_paths(), 1);
  m.got(held_by("me"));
  EXPECT_TRUE(m.is<Put>());
  m.stored();
  EXPECT_EQ(m.role(), ElectionRole::leading);
}

TEST(Election, a_lease_found_in_other_hands_is_lost_at_once) {
  Machine m;
  m.leading().fire().failed(Code::conflict).got(held_by("other"));
  EXPECT_EQ(m.role(), ElectionRole::lost);
  EXPECT_TRUE(m.is<Nothing>());
  EXPECT_EQ(m.election.remaining(m.now), std::nullopt);
}

TEST(Election, failed_renewals_are_retried_until_the_renew_deadline_and_then_it_is_lost) {
  Machine m;
  m.leading();
  const Monotonic renewed = m.now;
  int tries = 0;
  while (m.is<Sleep>()) {
    m.fire();
    if (!m.is<Put>()) break;
    ++tries;
    m.failed(Code::unavailable);
  }
  EXPECT_EQ(m.role(), ElectionRole::lost);
  EXPECT_GE(m.now, renewed + Millis{10'000});
  EXPECT_LT(m.now, renewed + Millis{13'000});
  EXPECT_GE(tries, 5);
}

TEST(Election, leading_is_over_at_the_renew_deadline_even_when_nothing_calls) {
  Machine m;
  m.leading();
  EXPECT_EQ(m.election.remaining(m.now + Millis{9'999}), Millis{5'001});
  EXPECT_EQ(m.election.remaining(m.now + Millis{10'000}), std::nullopt);
  m.now += Millis{10'000};
  EXPECT_EQ(m.role(), ElectionRole::lost);
}

TEST(Election, the_lease_counts_from_when_the_renewal_was_sent_not_from_when_it_was_answered) {
  Machine m;
  m.leading().fire();
  m.now += Millis{3'000};
  m.stored();
  EXPECT_EQ(m.election.remaining(m.now), Millis{12'000});
}

TEST(Election, a_paused_process_finds_itself_lost_before_it_can_act) {
  Machine m;
  m.leading().fire();
  m.now += Millis{30'000};
  EXPECT_EQ(m.election.remaining(m.now), std::nullopt) << "before any callback ran";
  m.stored();
  EXPECT_EQ(m.role(), ElectionRole::lost) << "an answer from before the pause does not bring it back";
}

TEST(Election, an_answer_to_the_take_over_that_comes_too_late_is_not_believed) {
  Machine m;
  m.failed(Code::not_found);
  m.now += Millis{20'000};
  m.stored();
  EXPECT_EQ(m.role(), ElectionRole::standing_by);
  EXPECT_TRUE(m.is<Get>());
}

TEST(Election, a_lease_that_somebody_deletes_is_made_again) {
  Machine m;
  m.leading().fire().failed(Code::not_found);
  EXPECT_TRUE(m.is<Create>());
  m.failed(Code::already_exists);
  EXPECT_TRUE(m.is<Get>());
}

TEST(Election, a_standby_spreads_its_retries) {
  std::set<Millis> waits;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Machine m;
    m.random = SeededRandom{seed};
    m.got(held_by("other"));
    const Millis wait = std::get<Sleep>(m.last).until - m.now;
    EXPECT_GE(wait, Millis{2'000});
    EXPECT_LE(wait, Millis{4'400});
    waits.insert(wait);
  }
  EXPECT_GT(waits.size(), 15u);
}

TEST(Election, releasing_writes_an_empty_holder_and_ends_leading_at_once) {
  Machine m;
  m.leading().did(m.election.release(m.now, m.wall));
  ASSERT_TRUE(m.is<Put>());
  EXPECT_EQ(std::get<Put>(m.last).lease.spec.holder_identity, "");
  EXPECT_EQ(std::get<Put>(m.last).lease.spec.lease_duration_seconds, 1);
  EXPECT_EQ(m.election.remaining(m.now), std::nullopt);
  m.stored();
  EXPECT_TRUE(m.is<Nothing>());
  EXPECT_EQ(m.role(), ElectionRole::released);
}

TEST(Election, a_conflict_on_release_is_looked_into_and_anothers_lease_left_alone) {
  Machine m;
  m.leading().did(m.election.release(m.now, m.wall)).failed(Code::conflict);
  ASSERT_TRUE(m.is<Get>());
  m.got(held_by("me"));
  EXPECT_TRUE(m.is<Put>());
  m.failed(Code::conflict).got(held_by("other"));
  EXPECT_TRUE(m.is<Nothing>());
}

TEST(Election, nothing_is_written_when_a_standby_or_a_lost_one_releases) {
  Machine standby;
  EXPECT_TRUE(std::holds_alternative<Nothing>(standby.election.release(standby.now, standby.wall)));
  Machine lost;
  lost.leading().fire().failed(Code::conflict).got(held_by("other"));
  EXPECT_TRUE(std::holds_alternative<Nothing>(lost.election.release(lost.now, lost.wall)));
}

// ---- over HTTP, several processes on one server

class Process {
 public:
  Process(VirtualLoop& loop, FakeApi& api, const char* name, std::uint64_t seed) : random(seed) {
    elector = std::make_unique<Elector>(Elector::World{loop, api, random, log}, config(name));
    elector->start([this] { ++wins; }, [this] { ++losses; });
  }
  SeededRandom random;
  MemoryLog log;
  std::unique_ptr<Elector> elector;
  int wins = 0;
  int losses = 0;
};

TEST(Elector, of_two_processes_one_leads_and_the_other_follows_within_the_lease_when_it_dies) {
  VirtualLoop loop;
  FakeApi api{loop};
  Process a{loop, api, "a", 1};
  Process b{loop, api, "b", 2};
  loop.run_for(Millis{60'000});
  ASSERT_EQ(a.wins + b.wins, 1);
  Process& first = a.wins ? a : b;
  Process& second = a.wins ? b : a;
  first.elector.reset();
  loop.run_for(Millis{14'000});
  EXPECT_EQ(second.wins, 0);
  loop.run_for(Millis{10'000});
  EXPECT_EQ(second.wins, 1);
}

TEST(Elector, a_released_lease_is_taken_within_one_retry) {
  VirtualLoop loop;
  FakeApi api{loop};
  Process a{loop, api, "a", 1};
  loop.run_for(Millis{1'000});
  Process b{loop, api, "b", 2};
  loop.run_for(Millis{10'000});
  bool released = false;
  a.elector->release([&] { released = true; });
  EXPECT_FALSE(released) << "never from inside the call";
  loop.run_for(Millis{5'000});
  EXPECT_TRUE(released);
  EXPECT_EQ(b.wins, 1);
  EXPECT_EQ(a.losses, 0) << "giving it back is no loss";
}

TEST(Elector, a_release_that_the_server_does_not_answer_ends_all_the_same) {
  VirtualLoop loop;
  FakeApi api{loop};
  Process a{loop, api, "a", 1};
  loop.run_for(Millis{1'000});
  api.fault({.matches = on(Method::put, "leases"), .fault = FakeApi::Fault::hang, .times = 10});
  bool released = false;
  a.elector->release([&] { released = true; });
  loop.run_for(Millis{2'000});
  EXPECT_TRUE(released);
}

TEST(Elector, is_lost_at_the_renew_deadline_when_the_server_hangs) {
  VirtualLoop loop;
  FakeApi api{loop};
  Process a{loop, api, "a", 1};
  loop.run_for(Millis{1'000});
  ASSERT_EQ(a.wins, 1);
  api.fault({.matches = on(Method::put, "leases"), .fault = FakeApi::Fault::hang, .times = 100});
  loop.run_for(Millis{8'000});
  EXPECT_EQ(a.losses, 0);
  loop.run_for(Millis{4'000});
  EXPECT_EQ(a.losses, 1);
  EXPECT_FALSE(a.elector->leading());
  loop.run_for(Millis{60'000});
  EXPECT_EQ(a.losses, 1);
}

TEST(Elector, survives_one_hanging_request_and_a_lost_reply) {
  VirtualLoop loop;
  FakeApi api{loop};
  Process a{loop, api, "a", 1};
  loop.run_for(Millis{1'000});
  api.fault({.matches = on(Method::put, "leases"), .fault = FakeApi::Fault::hang});
  api.fault({.matches = on(Method::put, "leases"), .fault = FakeApi::Fault::apply_reset});
  loop.run_for(Millis{60'000});
  EXPECT_EQ(a.losses, 0);
  EXPECT_TRUE(a.elector->leading());
}

TEST(Elector, all_its_traffic_is_on_the_lease_lane_and_in_time) {
  VirtualLoop loop;
  FakeApi api{loop};
  Process a{loop, api, "a", 1};
  loop.run_for(Millis{10'000});
  ASSERT_GE(api.seen.size(), 5u);
  for (const Request& request : api.seen) {
    EXPECT_EQ(request.lane, Lane::lease);
    EXPECT_LE(request.deadline, Millis{5'000});
  }
}

TEST(Elector, a_process_that_was_stopped_for_a_minute_never_leads_beside_its_successor) {
  VirtualLoop loop;
  FakeApi api{loop};
  Process a{loop, api, "a", 1};
  loop.run_for(Millis{1'000});
  // Another process, on its own clock, took the lease while this one stood still.
  Value lease = *api.find(kLeases, kKey);
  loop.pause(Millis{60'000});
  lease["spec"]["holderIdentity"] = "b";
  api.put(kLeases, lease);
  EXPECT_FALSE(a.elector->leading());
  EXPECT_EQ(a.elector->remaining(loop.now()), std::nullopt);
  loop.run_for(Millis{100});
  EXPECT_EQ(a.losses, 1);
  EXPECT_EQ((*api.find(kLeases, kKey))["spec"]["holderIdentity"], "b");
}

TEST(Elector, never_two_lead_at_once_whatever_breaks) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    VirtualLoop loop;
    FakeApi api{loop};
    SeededRandom chance{seed};
    Process a{loop, api, "a", seed * 3};
    Process b{loop, api, "b", seed * 3 + 1};
    Process c{loop, api, "c", seed * 3 + 2};
    int reigns = 0;
    for (int i = 0; i < 300; ++i) {
      if (chance.unit() < 0.3) {
        const FakeApi::Fault faults[] = {FakeApi::Fault::refuse, FakeApi::Fault::apply_reset, FakeApi::Fault::hang,
                                         FakeApi::Fault::status};
        api.fault({.matches = on(chance.unit() < 0.5 ? Method::put : Method::get, "leases"),
                   .fault = faults[chance.next() % 4],
                   .times = 1 + static_cast<int>(chance.next() % 8)});
      }
      loop.run_for(Millis{static_cast<int>(chance.next() % 2'000)});
      const int leaders = a.elector->leading() + b.elector->leading() + c.elector->leading();
      ASSERT_LE(leaders, 1) << "seed " << seed;
      reigns += leaders;
    }
    EXPECT_GT(reigns, 0) << "seed " << seed;
  }
}

TEST(Elector, may_be_destroyed_at_every_pending_callback) {
  for (std::size_t steps = 0; steps < 25; ++steps) {
    VirtualLoop loop;
    FakeApi api{loop};
    Process a{loop, api, "a", 1};
    loop.run_steps(steps, Millis{30'000});
    if (steps % 2) a.elector->release([] {});
    loop.run_steps(steps % 3, Millis{100});
    a.elector.reset();
    EXPECT_EQ(loop.pending(), 0u);
  }
}

}  // namespace
}  // namespace k8s::test
