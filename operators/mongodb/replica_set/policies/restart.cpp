// SPDX-License-Identifier: Apache-2.0
// RestartMember:  [HandingOver] -> TakingDown -> ComingBack -> done
#include <algorithm>

#include <fmt/format.h>

#include "libk8s/apply/diff.hpp"
#include "operators/mongodb/replica_set/gates.hpp"
#include "operators/mongodb/replica_set/policies/operation.hpp"

namespace mongodb::policies {
namespace {

// How long others may take to find another sync source before the member goes down all the same: they would find one
// then.
constexpr k8s::Seconds kSyncSourcePatience{30};
constexpr k8s::Seconds kBackPatience{600};

// Who syncs from the victim stalls when it goes, and majority writes with it: move them to the primary first.
std::optional<Proposal> move_followers(const View& view, const Operation& operation, const Member& victim) {
  if (view.primary == nullptr || view.primary->ordinal == victim.ordinal || age(view, operation) > kSyncSourcePatience)
    return std::nullopt;
  std::vector<Effect> moves;
  for (const Member& member : view.members) {
    if (!member.answers() || member.facts->sync_source != victim.host || member.ordinal == victim.ordinal) continue;
    moves.push_back(effect::SyncFrom{
        .member = member.ordinal,
        .source = view.primary->host,
        .because = fmt::format("{} syncs from {}, which is about to restart", member.name, victim.name),
    });
  }
  if (moves.empty()) return std::nullopt;
  Proposal act = propose::act("MovingSyncSources", std::move(moves));
  act.requeue_after = k8s::Millis{1'000};
  return act;
}

bool pod_is_another(const Member& member, const Operation& operation) {
  return member.pod == nullptr || (operation.pod_uid && member.pod->metadata.uid != *operation.pod_uid);
}

// The template first: the pod that follows takes it.
std::optional<Proposal> put_template(const View& view, const Operation& operation, const Member& member) {
  if (member.stateful_set == nullptr)
    return propose::wait("MemberMissing", fmt::format("{} has no StatefulSet", member.name));
  if (member.template_revision() == operation.revision.value_or("")) return std::nullopt;
  return propose::act("UpdatingTemplate",
                      k8s::ClusterEffect{k8s::effect::Apply{
                          .manifest = member_stateful_set(view.build(), member.ordinal, *operation.revision),
                          .uid = member.stateful_set->metadata.uid,
                          .because = operation.because,
                      }});
}

Proposal take_down(const View& view, const Operation& operation, const Member& member) {
  if (pod_is_another(member, operation)) {
    if (view.primary == nullptr && view.voters() > 1) {
      return propose::wait("NoPrimary", fmt::format("{} went down and there is no primary", member.name),
                           k8s::Millis{1'000});
    }
    Proposal back = advance(view, operation, Phase::coming_back, "MemberDown");
    if (view.primary != nullptr) back.remember->operation->value().commit_point = view.primary->facts->committed;
    return back;
  }
  if (member.is_going())
    return propose::wait("MemberStopping", fmt::format("{} is stopping", member.name), k8s::Millis{2'000});
  if (view.target_revision != operation.revision)
    return propose::finish("ChangeWithdrawn",
                           fmt::format("{} was not taken down: the spec has changed again", member.name));
  if (view.primary != nullptr && view.primary->ordinal == member.ordinal && view.voters() > 1) {
    return advance(view, operation, Phase::handing_over, "PrimaryAgain");
  }
  if (auto put = put_template(view, operation, member)) return *put;
  if (auto against = reason_against_taking_down(view, member)) {
    return propose::wait("WaitingToRestart", fmt::format("{} waits for its restart: {}", member.name, *against));
  }
  if (auto move = move_followers(view, operation, member)) return *move;
  const std::string purpose = "take down " + member.name;
  const std::string because = fmt::format("{} restarts: {}", member.name, operation.because);
  if (auto ask = propose::fresh(view, purpose, because)) return *ask;
  return propose::act("RestartingMember", k8s::ClusterEffect{k8s::effect::Evict{
                                              .pod = view.names.key(view.names.pod(member.ordinal)),
                                              .uid = member.pod->metadata.uid,
                                              .grounds = view.grounds(purpose),
                                              .because = because,
                                          }});
}

bool is_back(const View& view, const Operation& operation, const Member& member) {
  if (!view.is_healthy(member) || member.pod_revision() != operation.revision.value_or("")) return false;
  if (view.primary == nullptr) return false;
  if (operation.commit_point && member.facts->applied < *operation.commit_point) return false;
  const auto lag = view.lag_seconds(member);
  return lag && *lag <= view.spec.update.max_lag_seconds;
}

std::optional<Proposal> come_back(const View& view, const Operation& operation, const Member& member) {
  if (is_back(view, operation, member)) {
    return propose::finish("MemberRestarted", fmt::format("{} is back as {} on revision {}", member.name,
                                                          to_text(member.facts->state), member.pod_revision()));
  }
  // Fix forward: what comes back on a revision that is no longer wanted, or never got the right template, is replaced
  // at once.
  const bool outdated = view.target_revision != operation.revision ||
                        (member.pod != nullptr && member.pod_revision() != view.target_revision);
  const bool allowed =
      view.status.preflight && view.status.preflight->passed && view.status.preflight->revision == view.target_revision;
  if (outdated && !allowed) return std::nullopt;
  if (outdated && member.pod != nullptr && !member.is_going()) {
    Operation again = operation;
    again.phase = Phase::taking_down;
    again.pod_uid = member.pod->metadata.uid;
    again.revision = view.target_revision;
    again.since = now_seconds(view);
    again.because = "the spec has changed again before it was back";
    return propose::begin(view, "FixingForward", std::move(again));
  }
  const std::string problem = pod_problem(member);
  const std::string waiting = fmt::format("waiting until {} is back and has caught up", member.name);
  if (!problem.empty() && age(view, operation) > k8s::Seconds{10}) {
    return propose::stall(
        "MemberNotBack", fmt::format("{} does not come back: {}. The other members are left alone: correct the spec or "
                                     "revert it, and this member is replaced first",
                                     member.name, problem));
  }
  if (age(view, operation) > kBackPatience) {
    return propose::stall("MemberNotBack",
                          fmt::format("{} is not back after {} s: see its pod's log. The other members are left alone",
                                      member.name, kBackPatience.count()));
  }
  return propose::poll(view, "WaitingForMember", "is " + member.name + " back", waiting);
}

}  // namespace

std::optional<Proposal> continue_restart(const View& view, const Operation& operation) {
  const Member* member = view.member(operation.member);
  if (member == nullptr)
    return propose::finish("MemberGone", fmt::format("{} is no member any more", view.names.member(operation.member)));
  switch (operation.phase) {
    case Phase::handing_over:
      // Nobody has been disturbed yet: a spec that was reverted needs no hand-over.
      if (view.target_revision != operation.revision)
        return propose::finish("ChangeWithdrawn", "the primary keeps its role: the spec has changed again");
      return hand_over(view, operation, Phase::taking_down);
    case Phase::taking_down: return take_down(view, operation, *member);
    case Phase::coming_back: return come_back(view, operation, *member);
    case Phase::initiating:
    case Phase::adding:
    case Phase::promoting:
    case Phase::demoting:
    case Phase::removing:
    case Phase::shrinking: break;
  }
  return propose::finish("PhaseUnknown", "status.operation had a phase that no restart has");
}

}  // namespace mongodb::policies
