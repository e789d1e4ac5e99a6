// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/runner.hpp"

namespace controllers {

Runner::Runner(std::vector<Controller> controllers) : controllers_(std::move(controllers)) {
  for (std::size_t i = 0; i < controllers_.size(); ++i) {
    for (std::size_t j = 0; j < controllers_[i].wakes.size(); ++j) {
      wakes_[controllers_[i].wakes[j].kind].emplace_back(i, j);
    }
  }
}

void Runner::enqueue(const Place& place, k8s::Monotonic due) {
  if (const auto trouble = trouble_.find(place); trouble != trouble_.end()) {
    due = std::max(due, trouble->second.not_before);
  }
  const auto [found, added] = waiting_.try_emplace(place);
  if (!added) {
    if (found->second.due <= due) return;
    order_.erase({found->second.due, found->second.turn, place});
  }
  found->second = {.due = due, .turn = ++turns_};
  order_.emplace(due, found->second.turn, place);
}

void Runner::notify(const Api& api, const Change& change) {
  Keys keys;
  const auto wake = [&](std::string_view kind) {
    const auto found = wakes_.find(kind);
    if (found == wakes_.end()) return;
    for (const auto& [controller, index] : found->second) {
      keys.clear();
      controllers_[controller].wakes[index].keys(api, change, keys);
      for (const Key& key : keys) enqueue({controller, key}, k8s::Monotonic{});
    }
  };
  wake(change.kind.kind);
  wake("*");
}

std::optional<Runner::Step> Runner::step(Api& api, const Now& now) {
  if (order_.empty() || std::get<0>(*order_.begin()) > now.monotonic) return std::nullopt;
  const Place place = std::get<2>(*order_.begin());
  order_.erase(order_.begin());
  waiting_.erase(place);
  const auto& [index, key] = place;
  const Controller& controller = controllers_[index];
  const Look look = controller.reconcile(api, key, now);
  Step step{.controller = controller.name, .key = key};
  if (look) {
    trouble_.erase(place);
    if (*look) enqueue(place, now.monotonic + **look);
    return step;
  }
  Trouble& trouble = trouble_[place];
  trouble.not_before = now.monotonic + backoff_.delay(trouble.failures++);
  // A change that the look itself made has brought the key back already.
  if (const auto found = waiting_.find(place); found != waiting_.end()) {
    order_.erase({found->second.due, found->second.turn, place});
    waiting_.erase(found);
  }
  enqueue(place, trouble.not_before);
  step.failure = look.error();
  return step;
}

std::optional<k8s::Monotonic> Runner::next_wake() const {
  if (order_.empty()) return std::nullopt;
  return std::get<0>(*order_.begin());
}

}  // namespace controllers
