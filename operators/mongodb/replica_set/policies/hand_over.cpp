// SPDX-License-Identifier: Apache-2.0
// The server hands off to the highest priority, ties to the lowest configuration index, and decides on what its last
// heartbeats said. So the choice is steered: every other candidate is frozen, the freeze is seen to have been carried
// by a heartbeat, the successor is seen to be caught up now, and only then the primary steps down, with catch-up.
#include <algorithm>

#include <fmt/format.h>

#include "operators/mongodb/replica_set/gates.hpp"
#include "operators/mongodb/replica_set/policies/operation.hpp"

namespace mongodb::policies {
namespace {

constexpr k8s::Seconds kFreezeFor{30};
// A freeze with less left than this is renewed before the primary steps down.
constexpr k8s::Millis kFreezeLeft{8'000};
constexpr k8s::Seconds kPatience{120};

const FreezeFact* active_freeze(const View& view, const Member& member) {
  const auto& all = view.observed.freezes;
  const auto at = std::find_if(all.begin(), all.end(), [&](const FreezeFact& one) {
    return one.ordinal == member.ordinal && one.process == member.facts->process &&
           one.at + one.duration - view.observed.now > kFreezeLeft;
  });
  return at == all.end() ? nullptr : &*at;
}

// The primary has had a heartbeat answer of that member since the freeze, so it knows that the member does not stand.
bool primary_knows(const View& view, const Member& frozen, const FreezeFact& freeze) {
  const auto& peers = view.primary->facts->peers;
  const auto peer =
      std::find_if(peers.begin(), peers.end(), [&](const PeerView& one) { return one.host == frozen.host; });
  if (peer == peers.end() || peer->heartbeat_age < k8s::Millis{0}) return false;
  return view.primary->facts->observed_at - peer->heartbeat_age > freeze.at;
}

std::optional<Proposal> steer(const View& view, const Member& successor, const std::string& because) {
  std::vector<Effect> freezes;
  bool known = true;
  for (const Member& member : view.members) {
    if (member.ordinal == successor.ordinal || member.ordinal == view.primary->ordinal) continue;
    if (!member.electable() || !member.answers()) continue;
    const FreezeFact* freeze = active_freeze(view, member);
    if (member.facts->process.empty()) {
      known = false;
    } else if (freeze == nullptr) {
      freezes.push_back(effect::Freeze{
          .member = member.ordinal, .process = member.facts->process, .duration = kFreezeFor, .because = because});
    } else {
      known = known && primary_knows(view, member, *freeze);
    }
  }
  if (!freezes.empty()) {
    Proposal act = propose::act("HandingOver", std::move(freezes));
    act.requeue_after = k8s::Millis{1'000};
    return act;
  }
  if (known) return std::nullopt;
  // Until the next heartbeat: at most two seconds by default.
  return propose::poll(view, "HandingOver", "freeze heard", because);
}

Proposal cannot(const View& view, const Operation& operation, const Member& primary, const std::string& why) {
  const std::string message = fmt::format("no member can take over from the primary {}: {}", primary.name, why);
  if (age(view, operation) < kPatience) return propose::wait("NoSuccessor", message, k8s::Millis{2'000});
  return propose::stall("NoSuccessor",
                        message + ". It is never forced: bring another member up to date, or revert the change");
}

}  // namespace

Proposal hand_over(const View& view, const Operation& operation, Phase next) {
  const Member* member = view.member(operation.member);
  if (member == nullptr || member->pod == nullptr) return advance(view, operation, next, "HandedOver");
  if (view.primary == nullptr) {
    return propose::wait("HandingOver", fmt::format("waiting for a new primary in place of {}", member->name),
                         k8s::Millis{500});
  }
  if (view.primary->ordinal != operation.member) return advance(view, operation, next, "HandedOver");

  std::string why;
  const Member* successor = operation.successor ? view.member(*operation.successor) : nullptr;
  const bool only_wanted = operation.type == OperationType::scale_down;
  const Member* best = choose_successor(view, *member, only_wanted, why);
  const bool still_good = successor != nullptr && view.is_healthy(*successor) && successor->electable() &&
                          view.lag_seconds(*successor).value_or(INT64_MAX) <= view.spec.update.max_lag_seconds;
  if (!still_good) {
    if (best == nullptr) return cannot(view, operation, *member, why);
    Operation again = operation;
    again.successor = best->ordinal;
    again.term = view.primary->facts->term;
    return propose::begin(view, "SuccessorChosen", std::move(again));
  }

  const std::string because = fmt::format("{} hands over to {}: {}", member->name, successor->name, operation.because);
  if (auto steering = steer(view, *successor, because)) return *steering;
  const std::string purpose = fmt::format("hand over from {} to {}", member->name, successor->name);
  if (auto ask = propose::fresh(view, purpose, because)) return *ask;
  if (auto against = others_unfit_because(view, *member))
    return propose::wait("HandingOver", because + ", but " + *against);
  if (view.lag_seconds(*successor).value_or(INT64_MAX) > 1) {
    return propose::wait("HandingOver", because + ", once it has caught up", k8s::Millis{500});
  }
  return propose::act("HandingOver", effect::StepDown{
                                         .member = member->ordinal,
                                         .term = view.primary->facts->term,
                                         .grounds = view.grounds(purpose),
                                         .because = because,
                                     });
}

}  // namespace mongodb::policies
