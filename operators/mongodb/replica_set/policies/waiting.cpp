// SPDX-License-Identifier: Apache-2.0
// Nothing to do, and yet not all is well: say what is missing.
#include <fmt/format.h>

#include "operators/mongodb/replica_set/gates.hpp"
#include "operators/mongodb/replica_set/policies/policies.hpp"

namespace mongodb::policies {

std::optional<Proposal> paused(const View& view) {
  if (!view.spec.paused) return std::nullopt;
  return propose::wait("Paused", "spec.paused is true: nothing is begun; members keep running", k8s::Millis{60'000});
}

std::optional<Proposal> no_primary(const View& view) {
  if (view.config == nullptr || view.primary != nullptr) return std::nullopt;
  if (view.healthy_voters() >= view.majority()) {
    return propose::wait("NoPrimary", "a majority of the members is well and elects a primary", k8s::Millis{1'000});
  }
  const auto why = unhealthy_because(view);
  return propose::wait("NoMajority",
                       fmt::format("{} of {} voting members are healthy, a majority is {}: {}", view.healthy_voters(),
                                   view.voters(), view.majority(), why.value_or("")),
                       k8s::Millis{2'000});
}

std::optional<Proposal> unhealthy(const View& view) {
  if (auto why = unhealthy_because(view)) {
    for (const Member& member : view.members) {
      if (!pod_problem(member).empty()) return propose::stall("MemberCannotRun", *why);
    }
    return propose::wait("MemberUnhealthy", *why);
  }
  return std::nullopt;
}

std::optional<Proposal> not_ready(const View& view) {
  for (const Member& member : view.members) {
    if (member.config == nullptr || (member.pod != nullptr && k8s::is_ready(*member.pod))) continue;
    return propose::wait("WaitingForReadiness", fmt::format("the pod of {} is not Ready yet", member.name));
  }
  return std::nullopt;
}

}  // namespace mongodb::policies
