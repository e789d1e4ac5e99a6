// SPDX-License-Identifier: Apache-2.0
#include "libk8s/runtime/refresh.hpp"

namespace k8s {

std::optional<Grounds> grounds_of(const std::vector<RefreshState>& refreshes, const std::string& purpose,
                                  Millis valid_for) {
  for (const RefreshState& state : refreshes) {
    if (state.purpose == purpose && state.complete) {
      return Grounds{.epoch = state.epoch, .observed_at = state.observed_at, .valid_for = valid_for};
    }
  }
  return std::nullopt;
}

std::optional<std::uint64_t> RefreshBook::request(const ObjectKey& key, const std::string& purpose, Monotonic now) {
  RefreshState& state = keys_[key][purpose];
  if (state.pending) return std::nullopt;
  state.purpose = purpose;
  state.epoch = ++last_epoch_;
  state.observed_at = now;
  state.complete = false;
  state.pending = true;
  ++state.attempts;
  return state.epoch;
}

RefreshState* RefreshBook::pending(const ObjectKey& key, const std::string& purpose, std::uint64_t epoch) {
  const auto of_key = keys_.find(key);
  if (of_key == keys_.end()) return nullptr;
  const auto at = of_key->second.find(purpose);
  const bool expected = at != of_key->second.end() && at->second.pending && at->second.epoch == epoch;
  return expected ? &at->second : nullptr;
}

void RefreshBook::complete(const ObjectKey& key, const std::string& purpose, std::uint64_t epoch) {
  RefreshState* state = pending(key, purpose, epoch);
  if (!state) return;
  state->pending = false;
  state->complete = true;
  state->attempts = 0;
  state->problem.clear();
}

void RefreshBook::failed(const ObjectKey& key, const std::string& purpose, std::uint64_t epoch, std::string problem) {
  RefreshState* state = pending(key, purpose, epoch);
  if (!state) return;
  state->pending = false;
  state->problem = std::move(problem);
}

void RefreshBook::consume(const ObjectKey& key) {
  keys_.erase(key);
}

std::vector<RefreshState> RefreshBook::of(const ObjectKey& key) const {
  std::vector<RefreshState> all;
  if (const auto at = keys_.find(key); at != keys_.end()) {
    for (const auto& [purpose, state] : at->second) all.push_back(state);
  }
  return all;
}

}  // namespace k8s
