// SPDX-License-Identifier: Apache-2.0
// Which member restarts next: what is down already first, then members without a vote, then secondaries, and the
// primary last.
#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "operators/mongodb/replica_set/gates.hpp"
#include "operators/mongodb/replica_set/policies/operation.hpp"
#include "operators/mongodb/replica_set/policies/policies.hpp"

namespace mongodb::policies {
namespace {

bool needs_restart(const View& view, const Member& member) {
  return member.pod != nullptr && !view.target_revision.empty() && member.pod_revision() != view.target_revision;
}

// Smaller goes first.
auto turn(const View& view, const Member& member) {
  const bool primary = view.primary != nullptr && view.primary->ordinal == member.ordinal;
  return std::make_tuple(view.is_healthy(member), primary, member.votes(), -member.ordinal);
}

const Member* next_in_turn(const View& view) {
  const Member* next = nullptr;
  for (const Member& member : view.members) {
    if (!member.wanted || !needs_restart(view, member)) continue;
    if (next == nullptr || turn(view, member) < turn(view, *next)) next = &member;
  }
  return next;
}

Proposal begin_restart(const View& view, const Member& member) {
  Operation operation{
      .type = OperationType::restart_member,
      .phase = Phase::taking_down,
      .member = member.ordinal,
      .pod_uid = member.pod->metadata.uid,
      .revision = view.target_revision,
      .since = now_seconds(view),
      .because = fmt::format("the spec asks for revision {}, it runs {}", view.target_revision, member.pod_revision()),
  };
  const bool primary = view.primary != nullptr && view.primary->ordinal == member.ordinal;
  if (primary && view.voters() > 1) {
    std::string why;
    const Member* successor = choose_successor(view, member, false, why);
    operation.phase = Phase::handing_over;
    operation.term = view.primary->facts->term;
    if (successor != nullptr) operation.successor = successor->ordinal;
  }
  return propose::begin(view, "RestartBegins", std::move(operation));
}

// Every StatefulSet gets the template; the user deletes the pods.
std::optional<Proposal> templates_only(const View& view) {
  for (const Member& member : view.members) {
    if (member.stateful_set == nullptr || !member.wanted || member.template_revision() == view.target_revision)
      continue;
    return propose::act(
        "UpdatingTemplate",
        k8s::ClusterEffect{k8s::effect::Apply{
            .manifest = member_stateful_set(view.build(), member.ordinal, view.target_revision),
            .uid = member.stateful_set->metadata.uid,
            .because = "spec.update.strategy is OnDelete: the member takes the change when its pod is deleted",
        }});
  }
  return std::nullopt;
}

}  // namespace

std::optional<Proposal> replace_outsiders(const View& view) {
  // Without a configuration to look at, only a set that never had one is known to have no members.
  const bool known = view.config != nullptr ? view.primary != nullptr : view.status.replica_set_id.empty();
  if (!known) return std::nullopt;
  for (const Member& member : view.members) {
    if (!needs_restart(view, member) || member.is_going() || member.stateful_set == nullptr) continue;
    if (member.config != nullptr || member.answers()) continue;
    const std::string because =
        fmt::format("{} runs a spec that has changed, and it is in no replica set that it could harm", member.name);
    if (member.template_revision() != view.target_revision) {
      return propose::act("UpdatingTemplate",
                          k8s::ClusterEffect{k8s::effect::Apply{
                              .manifest = member_stateful_set(view.build(), member.ordinal, view.target_revision),
                              .uid = member.stateful_set->metadata.uid,
                              .because = because,
                          }});
    }
    const std::string purpose = "replace " + member.name;
    if (auto ask = propose::fresh(view, purpose, because)) return ask;
    return propose::act("RestartingMember", k8s::ClusterEffect{k8s::effect::Evict{
                                                .pod = view.names.key(view.names.pod(member.ordinal)),
                                                .uid = member.pod->metadata.uid,
                                                .grounds = view.grounds(purpose),
                                                .because = because,
                                            }});
  }
  return std::nullopt;
}

std::optional<Proposal> next_restart(const View& view) {
  const Member* next = next_in_turn(view);
  if (next == nullptr || view.config == nullptr) return std::nullopt;
  switch (view.spec.update.strategy) {
    case UpdateStrategy::paused:
      return propose::wait("UpdatePaused", fmt::format("spec.update.strategy is Paused: {}", preview(view).message),
                           k8s::Millis{60'000});
    case UpdateStrategy::on_delete: return templates_only(view);
    case UpdateStrategy::automatic: break;
  }
  if (next->is_going()) return propose::wait("MemberStopping", fmt::format("{} is stopping", next->name));
  if (next->config == nullptr) return std::nullopt;  // not in the set yet: missing_members speaks of it
  if (auto against = reason_against_taking_down(view, *next)) {
    return propose::wait("WaitingToRestart", fmt::format("{} has to restart, but {}", next->name, *against));
  }
  return begin_restart(view, *next);
}

Preview preview(const View& view) {
  Preview cost;
  bool primary = false;
  for (const Member& member : view.members) {
    if (member.wanted && member.config == nullptr) ++cost.added;
    if (!member.wanted && member.config != nullptr) ++cost.removed;
    const bool is_primary = view.primary != nullptr && view.primary->ordinal == member.ordinal;
    if (member.wanted && member.config != nullptr && needs_restart(view, member)) {
      ++cost.restarts;
      primary = primary || is_primary;
    }
    primary = primary || (is_primary && !member.wanted);
  }
  if (primary && view.voters() > 1) cost.elections = 1;
  const char* elections = cost.elections == 0 ? "no election" : "1 election";
  cost.message = fmt::format("{} restart{}, {}", cost.restarts, cost.restarts == 1 ? "" : "s", elections);
  if (cost.added > 0) cost.message += fmt::format(", {} member{} added", cost.added, cost.added == 1 ? "" : "s");
  if (cost.removed > 0)
    cost.message += fmt::format(", {} member{} removed", cost.removed, cost.removed == 1 ? "" : "s");
  if (primary && view.voters() == 1) cost.message += "; the only member restarts, so there is downtime";
  return cost;
}

}  // namespace mongodb::policies
