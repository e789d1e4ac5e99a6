// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/replica_set/proposal.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace mongodb::propose {
namespace {

// So many requests in a row without a complete answer: somebody has to look.
constexpr int kRefreshAttempts = 30;

}  // namespace

Proposal act(std::string reason, Effect effect) {
  return act(std::move(reason), std::vector<Effect>{std::move(effect)});
}

Proposal act(std::string reason, std::vector<Effect> effects) {
  std::string message = because(effects.front());
  return {.effects = std::move(effects), .reason = std::move(reason), .message = std::move(message), .requeue_after = k8s::Millis{5'000}};
}

Proposal wait(std::string reason, std::string message, k8s::Millis look_again) {
  return {.reason = std::move(reason), .message = std::move(message), .requeue_after = look_again};
}

Proposal stall(std::string reason, std::string message) {
  return {.verdict = Verdict::stalled, .reason = std::move(reason), .message = std::move(message), .requeue_after = k8s::Millis{30'000}};
}

Proposal begin(std::string reason, Operation operation) {
  std::string message = operation.because;
  return {.remember = Proposal::Remember{.operation = std::optional{std::move(operation)}},
          .reason = std::move(reason),
          .message = std::move(message)};
}

Proposal finish(std::string reason, std::string message) {
  return {.remember = Proposal::Remember{.operation = std::optional<Operation>{}}, .reason = std::move(reason), .message = std::move(message)};
}

std::optional<Proposal> fresh(const View& view, const std::string& purpose, const std::string& message) {
  if (view.is_fresh(purpose)) return std::nullopt;
  const auto& all = view.observed.refreshes;
  const auto at = std::find_if(all.begin(), all.end(), [&](const k8s::RefreshState& one) { return one.purpose == purpose; });
  if (at != all.end() && at->pending) return wait("GatheringFacts", message);
  if (at != all.end() && at->attempts >= kRefreshAttempts) {
    Proposal stalled = stall("FactsNotFresh", fmt::format("{}, but its members' present state cannot be had: {}", message, at->problem));
    stalled.effects.push_back(k8s::effect::Refresh{.purpose = purpose, .because = message});
    return stalled;
  }
  Proposal ask = act("GatheringFacts", k8s::effect::Refresh{.purpose = purpose, .because = message});
  ask.requeue_after = k8s::Millis{1'000};
  return ask;
}

}  // namespace mongodb::propose
