// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/replica_set/gates.hpp"

#include <array>

#include <fmt/format.h>

#include "operators/mongodb/replica_set/last_words.hpp"

namespace mongodb {
namespace {

std::string state_words(const View& view, const Member& member) {
  if (member.pod == nullptr) return "has no pod";
  const std::string problem = pod_problem(member);
  if (!problem.empty()) return "cannot run: " + problem;
  if (member.is_going()) return "is going away";
  if (member.facts == nullptr) return "has not answered yet";
  switch (member.facts->reach) {
    case Reach::connecting: return "has not answered yet";
    case Reach::unreachable: return "does not answer: " + member.facts->problem;
    case Reach::unauthenticated: return "refuses the keyfile: " + member.facts->problem;
    case Reach::uninitialized: return "has no replica set configuration";
    case Reach::removed: return "is not in the replica set configuration";
    case Reach::shutting_down: return "is shutting down";
    case Reach::member: break;
  }
  if (member.facts->initial_sync) return "is in initial sync";
  if (view.config != nullptr && member.facts->config && *member.facts->config != *view.config)
    return "has an older replica set configuration";
  return "is " + to_text(member.facts->state);
}

std::optional<std::string> against_by_majority(const View& view, const Member& victim) {
  const bool counts = victim.votes() && view.is_healthy(victim);
  const std::int64_t left = view.healthy_voters() - (counts ? 1 : 0);
  if (left >= view.majority()) return std::nullopt;
  return fmt::format("without {} only {} of {} voting members would be healthy, and a majority is {}", victim.name,
                     left, view.voters(), view.majority());
}

// A member that leaves while an index is being built commits it late, or builds it anew.
std::optional<std::string> against_by_index_build(const View& view) {
  for (const Member& member : view.members) {
    if (!member.answers() || member.facts->index_builds.value_or(0) == 0) continue;
    return fmt::format("{} is building an index", member.name);
  }
  return std::nullopt;
}

// The budget would refuse the eviction, and so would a node's drain be refused: clients that go by endpoints do not see
// the member yet.
std::optional<std::string> against_by_readiness(const View& view, const Member& victim) {
  for (const Member& member : view.members) {
    if (member.ordinal == victim.ordinal || member.config == nullptr) continue;
    if (member.pod == nullptr || !k8s::is_ready(*member.pod))
      return fmt::format("the pod of {} is not Ready yet", member.name);
  }
  return std::nullopt;
}

std::optional<std::string> against_by_oplog(const View& view) {
  const std::int64_t least = view.spec.update.min_oplog_window_seconds;
  if (least == 0 || view.primary == nullptr || !view.primary->facts->oplog_window) return std::nullopt;
  const std::int64_t window = view.primary->facts->oplog_window->count();
  if (window >= least) return std::nullopt;
  return fmt::format(
      "the primary's oplog covers {} s, less than spec.update.minOplogWindowSeconds ({}): a member that is away for "
      "longer "
      "would have to start over",
      window, least);
}

// Reasons of a container that does not get on by itself.
bool is_stuck(const std::string& reason) {
  constexpr std::array kStuck{"CrashLoopBackOff",           "ErrImagePull",     "ImagePullBackOff",
                              "ErrImageNeverPull",          "InvalidImageName", "CreateContainerError",
                              "CreateContainerConfigError", "RunContainerError"};
  for (const char* stuck : kStuck) {
    if (reason == stuck) return true;
  }
  return false;
}

std::string container_problem(const k8s::ContainerStatus& status) {
  if (!status.state.waiting || !is_stuck(status.state.waiting->reason)) return {};
  std::string words = fmt::format("container {}: {}", status.name, status.state.waiting->reason);
  const auto& last = status.last_state.terminated;
  if (last && !last->message.empty()) {
    words += fmt::format(" (exit code {}: {})", last->exit_code, last_words(last->message));
  } else if (!status.state.waiting->message.empty()) {
    words += fmt::format(" ({})", status.state.waiting->message.substr(0, 400));
  }
  return words;
}

bool can_take_over(const View& view, const Member& member, const Member& current, bool only_wanted,
                   std::string& why_not) {
  if (member.ordinal == current.ordinal || (only_wanted && !member.wanted)) return false;
  if (!member.electable()) {
    why_not += fmt::format("; {} cannot be elected", member.name);
    return false;
  }
  if (!view.is_healthy(member)) {
    why_not += fmt::format("; {} {}", member.name, state_words(view, member));
    return false;
  }
  const auto lag = view.lag_seconds(member);
  if (lag && *lag <= view.spec.update.max_lag_seconds) return true;
  why_not += fmt::format("; {} is more than {} s behind", member.name, view.spec.update.max_lag_seconds);
  return false;
}

bool is_better(const View& view, const Member& candidate, const Member& best) {
  const bool candidate_current = candidate.pod_revision() == view.target_revision;
  const bool best_current = best.pod_revision() == view.target_revision;
  if (candidate_current != best_current) return candidate_current;
  if (candidate.facts->applied != best.facts->applied) return candidate.facts->applied > best.facts->applied;
  return candidate.ordinal < best.ordinal;
}

template <class Lag>
std::optional<std::string> first_unfit(const View& view, Lag lag, const Member* except = nullptr) {
  for (const Member& member : view.members) {
    if (member.config == nullptr || (except != nullptr && member.ordinal == except->ordinal)) continue;
    if (!view.is_healthy(member)) return fmt::format("{} {}", member.name, state_words(view, member));
    if (lag(member) > view.spec.update.max_lag_seconds) {
      return fmt::format("{} is more than spec.update.maxLagSeconds ({}) behind the primary", member.name,
                         view.spec.update.max_lag_seconds);
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> unhealthy_because(const View& view) {
  return first_unfit(view, [&view](const Member& member) { return view.sure_lag_seconds(member); });
}

std::optional<std::string> others_unfit_because(const View& view, const Member& except) {
  return first_unfit(view, [&view](const Member& member) { return view.lag_seconds(member).value_or(0); }, &except);
}

std::optional<std::string> reason_against_taking_down(const View& view, const Member& victim) {
  if (view.config == nullptr || victim.config == nullptr || view.config->members.size() == 1) return std::nullopt;
  if (!victim.answers() && !pod_problem(victim).empty()) return std::nullopt;
  if (auto majority = against_by_majority(view, victim)) return majority;
  if (!view.is_healthy(victim)) return std::nullopt;
  if (view.primary == nullptr) return "there is no primary";
  if (auto others = others_unfit_because(view, victim)) return others;
  if (auto readiness = against_by_readiness(view, victim)) return readiness;
  if (auto building = against_by_index_build(view)) return building;
  return against_by_oplog(view);
}

const Member* choose_successor(const View& view, const Member& current, bool only_wanted, std::string& why_not) {
  const Member* best = nullptr;
  std::string reasons;
  for (const Member& member : view.members) {
    if (!can_take_over(view, member, current, only_wanted, reasons)) continue;
    if (best == nullptr || is_better(view, member, *best)) best = &member;
  }
  if (best == nullptr) why_not = reasons.empty() ? "there is no other member" : reasons.substr(2);
  return best;
}

std::string pod_problem(const Member& member) {
  if (member.pod == nullptr) return {};
  for (const auto* statuses : {&member.pod->status.init_container_statuses, &member.pod->status.container_statuses}) {
    for (const k8s::ContainerStatus& status : *statuses) {
      const std::string problem = container_problem(status);
      if (!problem.empty()) return problem;
    }
  }
  for (const k8s::PodCondition& condition : member.pod->status.conditions) {
    if (condition.type == "PodScheduled" && condition.status == "False") return "not scheduled: " + condition.message;
  }
  return {};
}

}  // namespace mongodb
