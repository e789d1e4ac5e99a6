// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/replica_set/decide.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "operators/mongodb/replica_set/policies/policies.hpp"
#include "operators/mongodb/replica_set/report.hpp"

namespace mongodb {
namespace {

struct Row {
  Policy policy;
  std::string_view reason;
};

// Asked from top to bottom; the first proposal counts.
constexpr std::array kPolicies{
    Row{policies::deletion, "what is being deleted goes in order, and nothing else is done with it"},
    Row{policies::finalizer, "from the start, so that deletion can be in order"},
    Row{policies::record_identity, "which replica set this is must be known before anything could harm it"},
    Row{policies::operation_under_way, "what was begun is finished, or withdrawn, before anything new"},
    Row{policies::valid_spec, "a spec that cannot work changes nothing"},
    Row{policies::paused, "nothing new is begun while the user says so"},
    Row{policies::shared_objects, "keyfile, Services and budget come before members"},
    Row{policies::preflight, "mongod itself must accept the spec before any member meets it"},
    Row{policies::replace_outsiders,
        "outside the replica set there is nothing to protect: a corrected spec takes hold at once"},
    Row{policies::member_objects, "every wanted member has its claim, Service and StatefulSet"},
    Row{policies::initialise, "once, when every member was seen to be empty"},
    Row{policies::primary_service, "clients find the primary"},
    Row{policies::scale_down, "fewer members first: a change then costs fewer restarts"},
    Row{policies::joining_members, "more voters before fewer: two of them could not spare one for a restart"},
    Row{policies::next_restart, "one member at a time takes the change; what is down comes first"},
    Row{policies::no_primary, "without a primary nothing can be added"},
    Row{policies::missing_members, "say who has not come yet"},
    Row{policies::unhealthy, "say what is wrong"},
    Row{policies::leftovers, "what nobody uses any more goes"},
    Row{policies::not_ready, "the replica set is well, and its clients do not all see it yet"},
};

Proposal first_proposal(const View& view) {
  for (const Row& row : kPolicies) {
    if (std::optional<Proposal> proposal = row.policy(view)) return std::move(*proposal);
  }
  return {.verdict = Verdict::resting, .reason = "AsSpecified", .message = "all members are as the spec says"};
}

const k8s::Attempt* failed_before(const Observed& observed, const Effect& effect) {
  const auto at = std::find_if(observed.attempts.begin(), observed.attempts.end(), [&](const k8s::Attempt& one) {
    return one.effect == effect_name(effect) && one.target == target_of(effect);
  });
  return at == observed.attempts.end() ? nullptr : &*at;
}

// After so long, a transient failure too is worth somebody's attention.
constexpr k8s::Seconds kFailureToStall{60};

std::string advice(const k8s::Attempt& failure) {
  if (failure.code == "already_exists")
    return "; an object of that name belongs to somebody else and is not adopted: rename or remove it";
  if (failure.code == "forbidden")
    return "; the operator's Role lacks this right: apply the install manifests of this version";
  return {};
}

// An effect that failed is not tried again before its time; meanwhile the failure is what there is to say.
void hold_back(const Observed& observed, Proposal& proposal) {
  for (const Effect& effect : proposal.effects) {
    const k8s::Attempt* failure = failed_before(observed, effect);
    if (failure == nullptr) continue;
    const auto code = k8s::code_from_name(failure->code).value_or(k8s::Code::internal);
    if (!k8s::is_transient(code) || observed.wall - failure->first > kFailureToStall) {
      proposal.verdict = Verdict::stalled;
      proposal.reason = "EffectFails";
      proposal.message = fmt::format("cannot {}: {}{}", describe(effect), failure->message, advice(*failure));
    }
    if (failure->retry_at <= observed.now) continue;
    proposal.requeue_after = failure->retry_at - observed.now;
    proposal.effects.clear();
    return;
  }
}

k8s::ClusterEffect event(const Observed& observed, k8s::effect::EventType type, std::string reason,
                         std::string message) {
  return k8s::effect::EmitEvent{
      .regarding = {.type = kMongoReplicaSets, .key = k8s::key_of(observed.set.metadata)},
      .uid = observed.set.metadata.uid,
      .type = type,
      .reason = std::move(reason),
      .action = "Reconcile",
      .because = std::move(message),
  };
}

bool says_something_new(const MongoReplicaSetStatus& before, const MongoReplicaSetStatus& after, const char* type) {
  const k8s::Condition* was = k8s::find_condition(before.conditions, type);
  const k8s::Condition* is = k8s::find_condition(after.conditions, type);
  if (is == nullptr || is->status != "True") return false;
  return was == nullptr || was->status != "True" || was->reason != is->reason;
}

// The status goes last; then, for people, what changed.
void add_status(const View& view, const Proposal& proposal, Plan& plan) {
  const MongoReplicaSetStatus& before = view.status;
  MongoReplicaSetStatus after = report(view, proposal);
  if (after == before) return;
  plan.effects.push_back(k8s::ClusterEffect{k8s::effect::PatchStatus{
      .target = {.type = kMongoReplicaSets, .key = k8s::key_of(view.observed.set.metadata)},
      .resource_version = view.observed.set.metadata.resource_version,
      .status = k8s::json::encode(after),
      .because = proposal.message,
  }});
  using k8s::effect::EventType;
  if (proposal.remember) {
    const EventType type = proposal.verdict == Verdict::stalled ? EventType::warning : EventType::normal;
    plan.effects.push_back(event(view.observed, type, proposal.reason, proposal.message));
  } else if (says_something_new(before, after, "Stalled")) {
    plan.effects.push_back(event(view.observed, EventType::warning, proposal.reason, proposal.message));
  } else if (says_something_new(before, after, "Ready")) {
    plan.effects.push_back(
        event(view.observed, EventType::normal, "Ready", k8s::find_condition(after.conditions, "Ready")->message));
  }
}

}  // namespace

Plan decide(const Observed& observed) {
  const View view{observed};
  Proposal proposal = first_proposal(view);
  k8s::check(!proposal.remember || proposal.effects.empty(), "an intent is a plan of its own");
  hold_back(observed, proposal);
  Plan plan{.effects = std::move(proposal.effects), .requeue_after = proposal.requeue_after};
  const bool deleted = observed.set.metadata.deletion_timestamp && !plan.effects.empty();
  // The object may be gone when its finalizer is: no status after that.
  if (!deleted) add_status(view, proposal, plan);
  return plan;
}

std::vector<std::string_view> policy_order() {
  std::vector<std::string_view> reasons;
  for (const Row& row : kPolicies) reasons.push_back(row.reason);
  return reasons;
}

}  // namespace mongodb
