// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/replica_set/proposal.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace mongodb::propose {
namespace {

// So many requests in a row without a complete answer: somebody has to look.
constexpr int kRefreshAttempts = 30;
constexpr k8s::Millis kPollEvery{1'000};

const k8s::RefreshState* refresh_for(const View& view, const std::string& purpose) {
  const auto& all = view.observed.refreshes;
  const auto at =
      std::find_if(all.begin(), all.end(), [&](const k8s::RefreshState& one) { return one.purpose == purpose; });
  return at == all.end() ? nullptr : &*at;
}

std::string what_begins(const View& view, const Operation& operation) {
  const std::string member = view.names.member(operation.member);
  switch (operation.phase) {
    case Phase::initiating: return member + " is to initiate the replica set";
    case Phase::handing_over:
      return operation.successor
                 ? fmt::format("{} is to hand over to {}", member, view.names.member(*operation.successor))
                 : member + " is to hand over";
    case Phase::taking_down: return member + " is to restart";
    case Phase::coming_back: return member + " is down and has to come back";
    case Phase::adding: return member + " is to join";
    case Phase::promoting: return member + " has joined and is to get its vote";
    case Phase::demoting: return member + " is to lose its vote";
    case Phase::removing: return member + " has no vote any more and is to leave";
    case Phase::shrinking: return member + " has left and is to stop";
  }
  return member;
}

}  // namespace

Proposal act(std::string reason, Effect effect) {
  return act(std::move(reason), std::vector<Effect>{std::move(effect)});
}

Proposal act(std::string reason, std::vector<Effect> effects) {
  std::string message = because(effects.front());
  return {.effects = std::move(effects),
          .reason = std::move(reason),
          .message = std::move(message),
          .requeue_after = k8s::Millis{5'000}};
}

Proposal wait(std::string reason, std::string message, k8s::Millis look_again) {
  return {.reason = std::move(reason), .message = std::move(message), .requeue_after = look_again};
}

Proposal stall(std::string reason, std::string message) {
  return {.verdict = Verdict::stalled,
          .reason = std::move(reason),
          .message = std::move(message),
          .requeue_after = k8s::Millis{30'000}};
}

Proposal begin(const View& view, std::string reason, Operation operation) {
  std::string message = fmt::format("{}: {}", what_begins(view, operation), operation.because);
  return {.remember = Proposal::Remember{.operation = std::optional{std::move(operation)}},
          .reason = std::move(reason),
          .message = std::move(message)};
}

Proposal finish(std::string reason, std::string message) {
  return {.remember = Proposal::Remember{.operation = std::optional<Operation>{}},
          .reason = std::move(reason),
          .message = std::move(message)};
}

Proposal poll(const View& view, std::string reason, const std::string& purpose, std::string message) {
  const k8s::RefreshState* last = refresh_for(view, purpose);
  const bool soon = last != nullptr && (last->pending || view.observed.now - last->observed_at < kPollEvery);
  if (soon) return wait(std::move(reason), std::move(message), k8s::Millis{500});
  Proposal ask = act(std::move(reason), k8s::effect::Refresh{.purpose = purpose, .because = std::move(message)});
  ask.requeue_after = kPollEvery;
  return ask;
}

std::optional<Proposal> fresh(const View& view, const std::string& purpose, const std::string& message) {
  if (view.is_fresh(purpose)) return std::nullopt;
  const k8s::RefreshState* last = refresh_for(view, purpose);
  if (last != nullptr && last->attempts >= kRefreshAttempts) {
    Proposal stalled = stall(
        "FactsNotFresh", fmt::format("{}, but its members' present state cannot be had: {}", message, last->problem));
    if (!last->pending) stalled.effects.push_back(k8s::effect::Refresh{.purpose = purpose, .because = message});
    return stalled;
  }
  Proposal ask = wait("GatheringFacts", message, k8s::Millis{1'000});
  if (last == nullptr || !last->pending)
    ask.effects.push_back(k8s::effect::Refresh{.purpose = purpose, .because = message});
  ask.quiet = true;
  return ask;
}

}  // namespace mongodb::propose
