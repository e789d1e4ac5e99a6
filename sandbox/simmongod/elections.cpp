// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/elections.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "sandbox/simmongod/heartbeats.hpp"
#include "sandbox/simmongod/stepdown.hpp"
#include "sandbox/simmongod/stepup.hpp"

namespace simmongod {
namespace {

enum class DryRun { yes, no };

struct Ballot {
  std::string reason;
  std::int64_t term = 0;
  DryRun dry_run = DryRun::yes;
  int granted = 0;
  int outstanding = 0;
  bool over = false;
  std::uint64_t round = 0;
  std::function<void(Member&, bool)> done;
};
using BallotPtr = std::shared_ptr<Ballot>;

void write_vote(Member& member) {
  record(member, bson::Document{{"vote", member.election.voted_term}, {"for", member.election.voted_for}},
         output::Durability::synced);
}

void finish(Member& member, const BallotPtr& ballot, bool won) {
  if (ballot->over) return;
  ballot->over = true;
  if (ballot->round == member.election.round) member.election.running = false;
  if (!won) {
    log(member, {"ELECTION", 21440, "Not becoming primary, we received insufficient votes"},
        bson::Document{{"term", ballot->term}, {"dryRun", ballot->dry_run == DryRun::yes}});
  }
  if (ballot->done) ballot->done(member, won);
}

void run_ballot(Member& member, const BallotPtr& ballot);

void count(Member& member, const BallotPtr& ballot) {
  if (ballot->over || ballot->round != member.election.round) return;
  if (ballot->granted >= member.config->vote_majority()) {
    if (ballot->dry_run == DryRun::no) {
      ballot->over = true;
      member.election.running = false;
      win_election(member, ballot->reason);
      if (ballot->done) ballot->done(member, true);
      return;
    }
    log(member, {"ELECTION", 21444, "Dry election run succeeded, running for election"},
        bson::Document{{"newTerm", member.election.term + 1}});
    ballot->dry_run = DryRun::no;
    return run_ballot(member, ballot);
  }
  if (ballot->outstanding == 0) finish(member, ballot, false);
}

void voted(Member& member, const BallotPtr& ballot, std::uint64_t round, const PeerAnswer& reply) {
  if (ballot->over || round != ballot->round) return;
  // A newer term has ended this election; whoever asked for it still waits for an answer.
  if (round != member.election.round) return finish(member, ballot, false);
  --ballot->outstanding;
  if (reply && reply->real("ok") != 0.0) {
    const std::int64_t term = reply->number("term").value_or(-1);
    log(member, {"ELECTION", 51799, "VoteRequester processResponse"},
        bson::Document{{"term", ballot->term},
                       {"dryRun", ballot->dry_run == DryRun::yes},
                       {"vote", reply->flag("voteGranted") ? "yes" : "no"},
                       {"reason", reply->string("reason").value_or("")}});
    if (reply->flag("voteGranted")) ++ballot->granted;
    if (term > member.election.term) {
      saw_term(member, term);
      return finish(member, ballot, false);
    }
  }
  count(member, ballot);
}

void run_ballot(Member& member, const BallotPtr& ballot) {
  ballot->round = ++member.election.round;
  ballot->granted = 1;
  ballot->outstanding = 0;
  if (ballot->dry_run == DryRun::no) {
    member.election.term += 1;
    member.election.voted_term = member.election.term;
    member.election.voted_for = own_id(member);
    write_vote(member);
  }
  ballot->term = member.election.term;
  const bson::Document request{{"replSetRequestVotes", 1},
                               {"setName", member.options.set_name},
                               {"dryRun", ballot->dry_run == DryRun::yes},
                               {"term", member.election.term},
                               {"candidateId", own_id(member)},
                               {"configVersion", member.config->stamp.version},
                               {"configTerm", member.config->stamp.term},
                               {"lastAppliedOpTime", member.oplog.last()}};
  for (std::size_t i = 0; i < member.config->members.size(); ++i) {
    if (static_cast<int>(i) == member.self || !member.config->members[i].is_voter()) continue;
    ++ballot->outstanding;
    ask_peer(member, member.config->members[i].host, Channel::control, request, k8s::Millis(5000),
             [ballot, round = ballot->round](Member& later, const PeerAnswer& reply) {
               voted(later, ballot, round, reply);
             });
  }
  count(member, ballot);
}

bool may_stand(const Member& member) {
  const MemberConfig* own = own_config(member);
  return own != nullptr && own->is_electable() && own->is_voter() && state_of(member) == MemberState::secondary &&
         member.sync.phase != Phase::initial_sync && member.sync.phase != Phase::rollback &&
         member.election.frozen_until <= member.now.monotonic && !member.shutdown.requested;
}

void stand(Member& member, std::string reason, DryRun dry_run, std::function<void(Member&, bool)> done = {}) {
  if (!may_stand(member) || member.election.running) {
    if (done) done(member, false);
    return;
  }
  member.election.running = true;
  auto ballot = std::make_shared<Ballot>();
  ballot->reason = std::move(reason);
  ballot->dry_run = dry_run;
  ballot->done = std::move(done);
  run_ballot(member, ballot);
}

std::string why_not(Member& member, bson::View command) {
  const std::int64_t term = command.number("term").value_or(-1);
  const ConfigStamp theirs{.version = command.number("configVersion").value_or(-2),
                           .term = command.number("configTerm").value_or(-1)};
  if (term < member.election.term) {
    return fmt::format("candidate's term ({}) is lower than mine ({})", term, member.election.term);
  }
  if (theirs < member.config->stamp) {
    return fmt::format("candidate's config with {} is older than mine with {}", to_string(theirs),
                       to_string(member.config->stamp));
  }
  if (command.string("setName") != member.options.set_name) return "candidate's set name differs from mine";
  if (!is_up_to_date(member, command.op_time("lastAppliedOpTime").value_or(OpTime{}))) {
    return "candidate's data is staler than mine";
  }
  if (!command.flag("dryRun") && member.election.voted_term == term) {
    return fmt::format("already voted for another candidate ({}) this term ({})",
                       host_of(member, member.election.voted_for), term);
  }
  const MemberConfig* own = own_config(member);
  const MemberConfig* candidate = member.config->by_id(command.number("candidateId").value_or(-1));
  if (own != nullptr && own->arbiter && candidate != nullptr) {
    for (std::size_t i = 0; i < member.peers.size(); ++i) {
      const Peer& peer = member.peers[i];
      const bool healthy =
          peer.up && peer.state == MemberState::primary && member.config->members[i].id != candidate->id;
      if (healthy && member.config->members[i].priority >= candidate->priority) {
        return "can see a healthy primary of equal or greater priority";
      }
    }
  }
  return {};
}

// 0 for the member nobody outranks.
int priority_rank(const Member& member) {
  const MemberConfig& own = *own_config(member);
  return static_cast<int>(std::ranges::count_if(
      member.config->members, [&own](const MemberConfig& one) { return one.priority > own.priority; }));
}

}  // namespace

bool is_up_to_date(const Member& member, const OpTime& candidate) {
  const MemberConfig* own = own_config(member);
  return (own != nullptr && own->arbiter) || candidate >= member.oplog.last();
}

bson::Document request_votes_command(Member& member, bson::View command) {
  if (!member.config || member.self < 0) {
    return refusal_reply(Err::not_yet_initialized, "no replset config has been received");
  }
  const std::int64_t term = command.number("term").value_or(-1);
  if (!command.flag("dryRun")) saw_term(member, term);
  const std::string reason = why_not(member, command);
  if (reason.empty() && !command.flag("dryRun")) {
    member.election.voted_term = term;
    member.election.voted_for = command.number("candidateId").value_or(-1);
    write_vote(member);
    // Whoever has just voted gives the candidate its time.
    heard_from_primary(member);
  }
  return bson::Document{{"term", member.election.term}, {"voteGranted", reason.empty()}, {"reason", reason}};
}

std::optional<bson::Document> step_up_command(Member& member, ReplyTo to, bson::View command) {
  if (!member.config) return refusal_reply(Err::not_yet_initialized, "no replset config has been received");
  const bool skip = command.flag("skipDryRun");
  log(member, {"ELECTION", 21442, "Received replSetStepUp request"});
  ++member.election.called_step_up;
  stand(member, skip ? "stepUpRequestSkipDryRun" : "stepUpRequest", skip ? DryRun::no : DryRun::yes,
        [to](Member& later, bool won) {
          later.election.won_step_up += won ? 1 : 0;
          answer(later, to, won ? bson::Document{} : refusal_reply(Err::command_failed, "Election failed."));
        });
  return {};
}

bson::Document freeze_command(Member& member, bson::View command) {
  if (!member.config) return refusal_reply(Err::not_yet_initialized, "no replset config has been received");
  const std::int64_t seconds = command.number("replSetFreeze").value_or(0);
  if (is_primary(member) || member.election.running) {
    return refusal_reply(Err::not_secondary, "Cannot freeze node when primary or running for election, state: Primary");
  }
  if (seconds == 0) {
    member.election.frozen_until = member.now.monotonic;
    elect_if_alone(member);
    return bson::Document{{"info", "unfreezing"}};
  }
  member.election.frozen_until = member.now.monotonic + k8s::Seconds(seconds);
  after(member, k8s::Seconds(seconds), [](Member& later) { elect_if_alone(later); });
  if (seconds == 1) return bson::Document{{"warning", "you really want to freeze for only 1 second?"}};
  return {};
}

void saw_term(Member& member, std::int64_t term) {
  if (term <= member.election.term || !member.config) return;
  const bool was_primary = is_primary(member);
  member.election.term = term;
  ++member.election.round;
  member.election.running = false;
  record(member, bson::Document{{"term", term}}, output::Durability::buffered);
  if (was_primary) {
    ++member.election.stepped_down_by_term;
    step_down_now(member, "a newer term was seen");
  } else {
    set_primary(member, -1);
  }
}

void set_primary(Member& member, std::int64_t id) {
  if (member.primary_id == id) return;
  member.primary_id = id;
  topology_changed(member);
}

void heard_from_primary(Member& member) {
  if (!is_primary(member)) arm_election_timeout(member);
}

void arm_election_timeout(Member& member) {
  member.timers.cancel(member.election.timeout);
  member.election.timeout = 0;
  if (!member.config || member.self < 0 || is_primary(member)) return;
  const k8s::Millis base(member.config->election_timeout_ms);
  const k8s::Millis offset = random_up_to(member, k8s::Millis(base.count() * 15 / 100));
  member.election.timeout = after(member, base + offset, [](Member& later) {
    later.election.timeout = 0;
    if (may_stand(later) && !later.election.running) {
      log(later, {"ELECTION", 4615652, "Starting an election, since we've seen no PRIMARY in election timeout period"},
          bson::Document{{"electionTimeoutPeriodMillis", later.config->election_timeout_ms}});
      ++later.election.called_timeout;
      stand(later, "electionTimeout", DryRun::yes,
            [](Member& then, bool won) { then.election.won_timeout += won ? 1 : 0; });
    }
    arm_election_timeout(later);
  });
}

void consider_priority_takeover(Member& member) {
  const int primary = index_of_id(member, member.primary_id);
  if (!may_stand(member) || primary < 0 || member.election.takeover != 0) return;
  const Peer& peer = member.peers[static_cast<std::size_t>(primary)];
  if (own_config(member)->priority <= member.config->members[static_cast<std::size_t>(primary)].priority) return;
  if (member.oplog.last().ts.t + 2 < peer.applied.ts.t) return;  // not fresh enough
  const k8s::Millis timeout(member.config->election_timeout_ms);
  const k8s::Millis delay = timeout * (priority_rank(member) + 1) + random_up_to(member, timeout * 15 / 100);
  log(member, {"REPL_HB", 23975, "Scheduling priority takeover"}, bson::Document{{"delayMillis", delay.count()}});
  member.election.takeover = after(member, delay, [primary_id = member.primary_id](Member& later) {
    later.election.takeover = 0;
    if (later.primary_id != primary_id || !may_stand(later)) return;
    log(later, {"ELECTION", 4615660, "Starting an election for a priority takeover"});
    ++later.election.called_priority;
    stand(later, "priorityTakeover", DryRun::yes,
          [](Member& then, bool won) { then.election.won_priority += won ? 1 : 0; });
  });
}

void elect_if_alone(Member& member) {
  if (!may_stand(member) || member.election.running) return;
  if (member.config->voters() != 1 || !own_config(member)->is_voter()) return;
  ++member.election.called_timeout;
  stand(member, "electionTimeout", DryRun::yes,
        [](Member& then, bool won) { then.election.won_timeout += won ? 1 : 0; });
}

}  // namespace simmongod
