// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/stepdown.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sandbox/simmongod/commit.hpp"
#include "sandbox/simmongod/elections.hpp"
#include "sandbox/simmongod/fetch_source.hpp"
#include "sandbox/simmongod/parameters.hpp"
#include "sandbox/simmongod/sync.hpp"

namespace simmongod {
namespace {

// Between "no more writes" and the state lock, as recorded: about ten milliseconds.
constexpr k8s::Millis kLock{10};

void release(Member& member) {
  member.timers.cancel(member.step_down->timer);
  member.step_down.reset();
}

bool is_caught_up(const Member& member, std::size_t index) {
  return member.peers[index].up && member.peers[index].applied >= member.oplog.last();
}

bool is_electable(const Member& member, std::size_t index) {
  const MemberConfig& config = member.config->members[index];
  const Peer& peer = member.peers[index];
  return config.is_electable() && peer.up && peer.state == MemberState::secondary && peer.electable;
}

// The server's own choice: highest priority, then lowest place in the configuration.
int successor(const Member& member) {
  int best = -1;
  for (std::size_t i = 0; i < member.peers.size(); ++i) {
    if (static_cast<int>(i) == member.self || !is_electable(member, i) || !is_caught_up(member, i)) continue;
    const bool better = best < 0 || member.config->members[i].priority >
                                        member.config->members[static_cast<std::size_t>(best)].priority;
    if (better) best = static_cast<int>(i);
  }
  return best;
}

bool majority_is_caught_up(const Member& member) {
  int count = 0;
  for (std::size_t i = 0; i < member.peers.size(); ++i) {
    const MemberConfig& config = member.config->members[i];
    if (!config.is_voter() || config.arbiter) continue;
    count += (static_cast<int>(i) == member.self || is_caught_up(member, i)) ? 1 : 0;
  }
  return count >= member.config->write_majority();
}

void become_secondary(Member& member) {
  const MemberState before = state_of(member);
  log(member, {"REPL", 21475, "Stepping down from primary, stats"});
  member.election.leadership = Leadership::none;
  member.election.metrics = {};
  member.following = MemberState::secondary;
  member.primary_id = -1;
  interrupt_writes(member, Err::interrupted_by_state_change, "operation was interrupted");
  state_may_have_changed(member, before);
  wake_tails(member);
  start_syncing(member);
  arm_election_timeout(member);
}

void hand_over(Member& member, int to) {
  if (to < 0 || !flag_parameter(member, "enableElectionHandoff", true)) return;
  const std::string host = member.config->members[static_cast<std::size_t>(to)].host;
  log(member, {"ELECTION", 21356, "Handing off election"}, bson::Document{{"target", host}});
  ask_peer(member, host, Channel::control, bson::Document{{"replSetStepUp", 1}, {"skipDryRun", true}},
           k8s::Millis(5000), [](Member&, const PeerAnswer&) {});
}

void succeed(Member& member) {
  const int heir = successor(member);
  StepDown over = std::move(*member.step_down);
  release(member);
  member.election.frozen_until = member.now.monotonic + over.no_election_for;
  become_secondary(member);
  // A set of one stands again by itself when its time is over.
  after(member, over.no_election_for, [](Member& later) { elect_if_alone(later); });
  hand_over(member, heir);
  if (over.to) answer(member, *over.to, {});
  if (over.then) over.then(member);
}

std::string date_text(k8s::Wall wall) {
  return k8s::to_rfc3339_micro(wall).substr(0, 23) + "+00:00";
}

void give_up(Member& member) {
  StepDown over = std::move(*member.step_down);
  release(member);
  member.election.leadership = Leadership::writable;
  topology_changed(member);
  if (over.to) {
    answer(
        member, *over.to,
        refusal_reply(Err::exceeded_time_limit,
                      fmt::format("No electable secondaries caught up as of {}. Please use the replSetStepDown command "
                                  "with the argument {{force: true}} to force node to step down.",
                                  date_text(member.now.wall))));
  }
  if (over.then) over.then(member);
}

void look(Member& member) {
  if (!member.step_down || !member.step_down->acquired) return;
  if (successor(member) >= 0 && majority_is_caught_up(member)) return succeed(member);
  if (member.now.monotonic >= member.step_down->wait_until) {
    return member.step_down->force ? succeed(member) : give_up(member);
  }
}

void begin(Member& member, StepDown attempt) {
  member.election.leadership = Leadership::attempting;
  member.step_down = std::move(attempt);
  topology_changed(member);
  member.step_down->timer = after(member, kLock, [](Member& later) {
    if (!later.step_down) return;
    later.step_down->acquired = true;
    interrupt_writes(later, Err::interrupted_by_state_change, "operation was interrupted");
    const k8s::Millis rest = later.step_down->wait_until - later.now.monotonic;
    later.step_down->timer = after(later, std::max(rest, k8s::Millis(0)), [](Member& then) { look(then); });
    look(later);
  });
}

}  // namespace

std::optional<bson::Document> step_down_command(Member& member, ReplyTo to, bson::View command) {
  if (!member.config) return refusal_reply(Err::not_yet_initialized, "no replset config has been received");
  const std::int64_t seconds = command.number("replSetStepDown").value_or(60);
  const bool force = command.flag("force");
  const std::int64_t catch_up = command.number("secondaryCatchUpPeriodSecs").value_or(force ? 0 : 10);
  if (seconds < 0) return refusal_reply(Err::bad_value, "stepdown period must be a positive integer");
  if (catch_up < 0)
    return refusal_reply(Err::bad_value, "secondaryCatchUpPeriodSecs period must be a positive or absent");
  if (seconds < catch_up) {
    return refusal_reply(Err::bad_value, "stepdown period must be longer than secondaryCatchUpPeriodSecs");
  }
  if (!is_primary(member)) return refusal_reply(Err::not_writable_primary, "not primary so can't step down");
  if (member.step_down) {
    return refusal_reply(Err::configuration_in_progress,
                         "replSetStepDown failed because another step down is in progress");
  }
  begin(member, StepDown{.to = to,
                         .wait_until = member.now.monotonic + k8s::Seconds(catch_up),
                         .no_election_for = k8s::Seconds(seconds),
                         .force = force});
  return {};
}

void step_down_for_shutdown(Member& member, k8s::Millis at_most, Action then) {
  if (!is_primary(member)) return then(member);
  if (member.step_down) {
    member.step_down->then = std::move(then);
    return;
  }
  begin(member, StepDown{.wait_until = member.now.monotonic + at_most,
                         .no_election_for = k8s::Seconds(120),
                         .force = true,
                         .then = std::move(then)});
}

void step_down_if_possible(Member& member) {
  look(member);
}

void step_down_now(Member& member, std::string_view why) {
  log(member, {"REPL", 21343, "Stepping down from primary"}, bson::Document{{"reason", why}});
  std::optional<StepDown> attempt = std::move(member.step_down);
  if (attempt) member.timers.cancel(attempt->timer);
  member.step_down.reset();
  interrupt_writes(member, Err::primary_stepped_down, "Primary stepped down while waiting for replication");
  become_secondary(member);
  if (attempt && attempt->to) answer(member, *attempt->to, {});
  if (attempt && attempt->then) attempt->then(member);
}

bool is_caught_in_the_middle(Member& member) {
  if (!member.step_down || member.step_down->acquired) return false;
  return !std::exchange(member.step_down->caught_one, true);
}

}  // namespace simmongod
