// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/replica_set/report.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "operators/mongodb/replica_set/gates.hpp"
#include "operators/mongodb/replica_set/policies/policies.hpp"

namespace mongodb {
namespace {

// Lag in steps that mean something, so that a busy set is not written to each second: the largest step that has been
// reached.
std::int64_t coarse(std::int64_t seconds) {
  constexpr std::array<std::int64_t, 8> kSteps{0, 10, 30, 60, 300, 900, 3600, 86400};
  std::int64_t reached = 0;
  for (const std::int64_t step : kSteps) {
    if (seconds >= step) reached = step;
  }
  return reached;
}

std::string state_of(const Member& member) {
  if (member.pod == nullptr) return "Pending";
  if (member.is_going()) return "Stopping";
  if (member.facts == nullptr) return "Starting";
  switch (member.facts->reach) {
    case Reach::connecting: return "Starting";
    case Reach::unreachable: return "Unreachable";
    case Reach::unauthenticated: return "Unauthenticated";
    case Reach::uninitialized: return "Uninitialized";
    case Reach::removed: return "Removed";
    case Reach::shutting_down: return "Stopping";
    case Reach::member: return to_text(member.facts->state);
  }
  return "Unknown";
}

MemberStatus member_status(const View& view, const Member& member) {
  MemberStatus status{.name = member.name,
                      .state = state_of(member),
                      .revision = member.pod_revision(),
                      .message = pod_problem(member)};
  status.lag_seconds = coarse(view.sure_lag_seconds(member));
  if (member.pod != nullptr) {
    status.node = member.pod->spec.node_name;
    status.ready = k8s::is_ready(*member.pod);
  }
  return status;
}

bool older(const std::string& a, const std::string& b) {
  const auto number = [](const std::string& text, std::size_t& at) {
    std::int64_t value = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) value = value * 10 + (text[at] - '0');
    while (at < text.size() && (text[at] < '0' || text[at] > '9')) ++at;
    return value;
  };
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    const std::int64_t left = number(a, i);
    const std::int64_t right = number(b, j);
    if (left != right) return left < right;
  }
  return false;
}

void report_facts(const View& view, MongoReplicaSetStatus& status) {
  status.observed_generation = view.observed.set.metadata.generation;
  status.selector = view.names.selector();
  if (!view.target_revision.empty()) status.revision = view.target_revision;
  status.members.clear();
  status.ready_replicas = 0;
  std::string version;
  for (const Member& member : view.members) {
    status.members.push_back(member_status(view, member));
    if (view.is_healthy(member) && status.members.back().ready) ++status.ready_replicas;
    if (member.answers() && !member.facts->version.empty() &&
        (version.empty() || older(member.facts->version, version)))
      version = member.facts->version;
  }
  if (!version.empty()) status.version = version;
  status.primary = view.primary == nullptr ? std::string{} : view.primary->name;
  if (view.primary != nullptr) status.term = std::max(status.term, view.primary->facts->term);
  if (view.config != nullptr) {
    status.config_version = view.config->version;
    status.replicas = static_cast<std::int64_t>(view.config->members.size());
  } else if (view.status.replica_set_id.empty()) {
    status.replicas = 0;
  }
}

bool is_ready(const View& view) {
  if (view.config == nullptr || view.primary == nullptr || unhealthy_because(view)) return false;
  const auto wanted_votes = std::count_if(view.members.begin(), view.members.end(), [](const Member& one) {
    return one.wanted && one.votes() && one.pod != nullptr && k8s::is_ready(*one.pod);
  });
  return wanted_votes == view.spec.members && wanted_votes == static_cast<std::int64_t>(view.config->members.size());
}

void report_conditions(const View& view, const Proposal& proposal, MongoReplicaSetStatus& status) {
  const auto set = [&](const char* type, bool holds, std::string reason, std::string message) {
    k8s::set_condition(status.conditions, k8s::Condition{
                                              .type = type,
                                              .status = holds ? "True" : "False",
                                              .observed_generation = status.observed_generation,
                                              .last_transition_time = k8s::to_seconds(view.observed.wall),
                                              .reason = std::move(reason),
                                              .message = std::move(message),
                                          });
  };
  const bool stalled = proposal.verdict == Verdict::stalled;
  const bool reconciling = proposal.verdict == Verdict::progressing;
  const bool ready = is_ready(view);
  set("Ready", ready, ready ? "MembersReady" : proposal.reason,
      ready ? fmt::format("{} of {} members are ready, {} is primary", status.ready_replicas, view.spec.members,
                          status.primary)
            : proposal.message);
  set("Reconciling", reconciling, reconciling ? proposal.reason : "AtRest", reconciling ? proposal.message : "");
  set("Stalled", stalled, stalled ? proposal.reason : "NotStalled", stalled ? proposal.message : "");
}

}  // namespace

MongoReplicaSetStatus report(const View& view, const Proposal& proposal) {
  MongoReplicaSetStatus status = view.status;
  report_facts(view, status);
  if (proposal.remember) {
    if (proposal.remember->operation) status.operation = *proposal.remember->operation;
    if (proposal.remember->preflight) status.preflight = *proposal.remember->preflight;
    if (proposal.remember->replica_set_id) status.replica_set_id = *proposal.remember->replica_set_id;
  }
  const Preview cost = policies::preview(view);
  const bool any = cost.restarts + cost.added + cost.removed > 0;
  status.preview = any ? std::optional{cost} : std::nullopt;
  if (!proposal.quiet) report_conditions(view, proposal, status);
  return status;
}

}  // namespace mongodb
