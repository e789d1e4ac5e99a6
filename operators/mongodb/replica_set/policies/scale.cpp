// SPDX-License-Identifier: Apache-2.0
// ScaleUp:    Adding -> Promoting -> done
// ScaleDown:  [HandingOver] -> Demoting -> Removing -> Shrinking -> done
#include <algorithm>

#include <fmt/format.h>

#include "operators/mongodb/replica_set/gates.hpp"
#include "operators/mongodb/replica_set/policies/operation.hpp"
#include "operators/mongodb/replica_set/policies/policies.hpp"

namespace mongodb::policies {
namespace {

constexpr k8s::Seconds kJoinPatience{3600};

std::int64_t unused_id(const ReplicaSetConfig& config, std::int64_t ordinal) {
  std::int64_t highest = -1;
  bool taken = false;
  for (const ConfigMember& one : config.members) {
    highest = std::max(highest, one.id);
    taken = taken || one.id == ordinal;
  }
  return taken ? highest + 1 : ordinal;
}

// A member whose mongod answers and waits to be taken in.
bool is_waiting_outside(const Member& member) {
  return member.facts != nullptr &&
         (member.facts->reach == Reach::uninitialized || member.facts->reach == Reach::removed);
}

bool has_joined(const Member& member) {
  return member.config != nullptr && member.config->votes > 0 && member.config->priority > 0;
}

Proposal poll(const View& view, const Member& member, std::string reason, std::string message) {
  return propose::poll(view, std::move(reason), "has " + member.name + " joined", std::move(message));
}

Proposal add(const View& view, const Operation& operation, const Member& member) {
  if (member.config != nullptr) return advance(view, operation, Phase::promoting, "MemberAdded");
  // Its pod may need to be replaced before it can join: nothing is begun yet that would have to be finished.
  if (!is_waiting_outside(member))
    return propose::finish("MemberNotThere", fmt::format("{} does not answer any more", member.name));
  return reconfigure(view, effect::Reconfigure::Add{.id = unused_id(*view.config, member.ordinal), .host = member.host},
                     fmt::format("{} joins without a vote", member.name));
}

Proposal promote(const View& view, const Operation& operation, const Member& member) {
  if (member.config == nullptr) return advance(view, operation, Phase::adding, "MemberNotAdded");
  if (member.config->votes > 0 && member.config->priority > 0 && !member.config->newly_added) {
    if (!is_committed(view))
      return poll(view, member, "Promoting", fmt::format("the vote of {} is being made known", member.name));
    return propose::finish("MemberJoined", fmt::format("{} has joined with a vote", member.name));
  }
  const auto lag = view.lag_seconds(member);
  if (!view.is_healthy(member) || !lag || *lag > view.spec.update.max_lag_seconds) {
    if (age(view, operation) > kJoinPatience) {
      return propose::stall("MemberNotSynced", fmt::format("{} has not caught up within {} s: see its pod's log",
                                                           member.name, kJoinPatience.count()));
    }
    return poll(view, member, "InitialSync", fmt::format("{} copies the data before it gets a vote", member.name));
  }
  if (member.config->votes > 0 && member.config->priority > 0)
    return poll(view, member, "Promoting", fmt::format("{} is about to count as a voter", member.name));
  return reconfigure(view, effect::Reconfigure::SetVote{.host = member.host, .votes = 1, .priority = 1},
                     fmt::format("{} has caught up and gets its vote", member.name));
}

// The configuration that remains must have a majority that is healthy now.
std::optional<std::string> against_removing(const View& view, const Member& victim) {
  std::int64_t voters = 0;
  std::int64_t healthy = 0;
  for (const Member& member : view.members) {
    if (!member.votes() || member.ordinal == victim.ordinal) continue;
    ++voters;
    if (view.is_healthy(member)) ++healthy;
  }
  if (healthy >= voters / 2 + 1) return std::nullopt;
  return fmt::format("of the {} voting members that would remain only {} are healthy", voters, healthy);
}

Proposal demote(const View& view, const Operation& operation, const Member& member) {
  if (member.config == nullptr) return advance(view, operation, Phase::shrinking, "MemberRemoved");
  if (view.primary != nullptr && view.primary->ordinal == member.ordinal)
    return advance(view, operation, Phase::handing_over, "PrimaryAgain");
  if (member.config->votes == 0) return advance(view, operation, Phase::removing, "MemberDemoted");
  if (auto against = against_removing(view, member)) return propose::wait("Demoting", *against);
  if (member.config->priority > 0) {
    return reconfigure(view, effect::Reconfigure::SetVote{.host = member.host, .votes = 1, .priority = 0},
                       fmt::format("{} leaves: it may no longer become primary", member.name));
  }
  return reconfigure(view, effect::Reconfigure::SetVote{.host = member.host, .votes = 0, .priority = 0},
                     fmt::format("{} leaves: it gives up its vote", member.name));
}

Proposal shrink(const View& view, const Member& member) {
  const std::string because = fmt::format("{} is no longer in the replica set", member.name);
  if (member.stateful_set != nullptr) {
    const std::string purpose = "shrink";
    if (auto ask = propose::fresh(view, purpose, because)) return *ask;
    if (!is_committed(view))
      return propose::wait("Shrinking", because + ", once a majority knows it", k8s::Millis{1'000});
    return propose::act("Shrinking", k8s::ClusterEffect{k8s::effect::Delete{
                                         .target = {.type = k8s::kStatefulSets, .key = view.names.key(member.name)},
                                         .uid = member.stateful_set->metadata.uid,
                                         .grounds = view.grounds(purpose),
                                         .because = because,
                                     }});
  }
  if (member.pod != nullptr) return propose::wait("Shrinking", fmt::format("{} is stopping", member.name));
  return propose::finish("MemberGone", because);
}

}  // namespace

std::optional<Proposal> joining_members(const View& view) {
  if (view.config == nullptr || view.primary == nullptr) return std::nullopt;
  for (const Member& member : view.members) {
    if (!member.wanted || has_joined(member) || (member.config == nullptr && !is_waiting_outside(member))) continue;
    return propose::begin(view, "MemberJoins",
                          Operation{
                              .type = OperationType::scale_up,
                              .phase = member.config == nullptr ? Phase::adding : Phase::promoting,
                              .member = member.ordinal,
                              .since = now_seconds(view),
                              .because = fmt::format("the spec asks for {} members", view.spec.members),
                          });
  }
  return std::nullopt;
}

std::optional<Proposal> missing_members(const View& view) {
  for (const Member& member : view.members) {
    if (!member.wanted || member.config != nullptr) continue;
    const std::string problem = pod_problem(member);
    if (!problem.empty())
      return propose::stall("MemberCannotRun", fmt::format("{} cannot run: {}", member.name, problem));
    return propose::wait("WaitingForMembers", fmt::format("{} has not answered yet", member.name));
  }
  return std::nullopt;
}

std::optional<Proposal> scale_down(const View& view) {
  if (view.config == nullptr) return std::nullopt;
  for (auto at = view.members.rbegin(); at != view.members.rend(); ++at) {
    const Member& member = *at;
    if (member.wanted) continue;
    Operation operation{
        .type = OperationType::scale_down,
        .phase = member.config == nullptr ? Phase::shrinking : Phase::demoting,
        .member = member.ordinal,
        .since = now_seconds(view),
        .because = fmt::format("the spec asks for {} members", view.spec.members),
    };
    if (member.config != nullptr) {
      if (view.primary == nullptr)
        return propose::wait("NoPrimary", fmt::format("{} leaves once there is a primary", member.name));
      if (auto against = others_unfit_because(view, member)) {
        return propose::wait("WaitingToScaleDown",
                             fmt::format("{} leaves once the others are well: {}", member.name, *against));
      }
      if (view.primary->ordinal == member.ordinal) {
        std::string why;
        const Member* successor = choose_successor(view, member, true, why);
        operation.phase = Phase::handing_over;
        operation.term = view.primary->facts->term;
        if (successor != nullptr) operation.successor = successor->ordinal;
      }
    }
    return propose::begin(view, "MemberLeaves", std::move(operation));
  }
  return std::nullopt;
}

Proposal continue_scale_up(const View& view, const Operation& operation) {
  const Member* member = view.member(operation.member);
  if (member == nullptr || !member->wanted)
    return propose::finish("ChangeWithdrawn", "the spec no longer asks for the joining member");
  if (view.config == nullptr || view.primary == nullptr)
    return propose::wait("NoPrimary", fmt::format("{} joins once there is a primary", member->name));
  return operation.phase == Phase::adding ? add(view, operation, *member) : promote(view, operation, *member);
}

Proposal continue_scale_down(const View& view, const Operation& operation) {
  const Member* member = view.member(operation.member);
  if (member == nullptr)
    return propose::finish("MemberGone", fmt::format("{} is gone", view.names.member(operation.member)));
  const bool untouched = operation.phase == Phase::handing_over || operation.phase == Phase::demoting;
  if (member->wanted && untouched)
    return propose::finish("ChangeWithdrawn", fmt::format("{} stays: the spec has changed again", member->name));
  if (operation.phase != Phase::shrinking && view.config == nullptr)
    return propose::wait("NoPrimary", "no member answers", k8s::Millis{1'000});
  switch (operation.phase) {
    case Phase::handing_over: return hand_over(view, operation, Phase::demoting);
    case Phase::demoting: return demote(view, operation, *member);
    case Phase::removing:
      if (member->config == nullptr) return advance(view, operation, Phase::shrinking, "MemberRemoved");
      return reconfigure(view, effect::Reconfigure::Remove{.host = member->host},
                         fmt::format("{} leaves the replica set", member->name));
    case Phase::shrinking:
      if (member->config != nullptr) return advance(view, operation, Phase::demoting, "MemberStillThere");
      return shrink(view, *member);
    case Phase::initiating:
    case Phase::taking_down:
    case Phase::coming_back:
    case Phase::adding:
    case Phase::promoting: break;
  }
  return propose::finish("PhaseUnknown", "status.operation had a phase that no scaling down has");
}

}  // namespace mongodb::policies
