// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/replica_set/policies/operation.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "operators/mongodb/replica_set/gates.hpp"
#include "operators/mongodb/replica_set/policies/policies.hpp"

namespace mongodb::policies {

std::optional<Proposal> operation_under_way(const View& view) {
  if (!view.status.operation) return std::nullopt;
  const Operation& operation = *view.status.operation;
  switch (operation.type) {
    case OperationType::initialise: return continue_initialise(view, operation);
    case OperationType::restart_member: return continue_restart(view, operation);
    case OperationType::scale_up: return continue_scale_up(view, operation);
    case OperationType::scale_down: return continue_scale_down(view, operation);
  }
  return std::nullopt;
}

k8s::WallSeconds now_seconds(const View& view) {
  return k8s::to_seconds(view.observed.wall);
}

k8s::Seconds age(const View& view, const Operation& operation) {
  return now_seconds(view) - operation.since;
}

Proposal advance(const View& view, const Operation& operation, Phase phase, std::string reason) {
  Operation next = operation;
  next.phase = phase;
  next.since = now_seconds(view);
  return propose::begin(view, std::move(reason), std::move(next));
}

bool is_committed(const View& view) {
  std::int64_t voters = 0;
  for (const Member& member : view.members) {
    if (!member.votes() || !member.answers() || !member.facts->config) continue;
    if (member.facts->config->version == view.config->version && member.facts->config->term == view.config->term)
      ++voters;
  }
  return voters >= view.majority();
}

Proposal reconfigure(const View& view, decltype(effect::Reconfigure::change) change, std::string because) {
  if (view.primary == nullptr)
    return propose::wait("NoPrimary", because + ", once there is a primary", k8s::Millis{1'000});
  const std::string purpose = "reconfigure";
  if (auto ask = propose::fresh(view, purpose, because)) return *ask;
  if (!is_committed(view)) {
    return propose::wait("ConfigurationNotCommitted",
                         because + ", once the present configuration has reached a majority", k8s::Millis{1'000});
  }
  return propose::act("Reconfiguring", effect::Reconfigure{
                                           .primary = view.primary->ordinal,
                                           .term = view.config->term,
                                           .version = view.config->version,
                                           .change = std::move(change),
                                           .grounds = view.grounds(purpose),
                                           .because = because,
                                       });
}

}  // namespace mongodb::policies
