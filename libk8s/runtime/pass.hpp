// SPDX-License-Identifier: Apache-2.0
// One pass over one key: what the runtime knows beforehand, and what the controller's three functions made of it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libk8s/json/value.hpp"
#include "libk8s/runtime/attempts.hpp"
#include "libk8s/runtime/refresh.hpp"
#include "libk8s/runtime/step.hpp"

namespace k8s {

// Facts that the runtime adds to the stores; observe copies what the controller needs of them into its Observed.
struct PassFacts {
  Monotonic now{};
  Wall wall{};
  std::vector<Attempt> attempts;
  AppliedByTarget applied;
  std::vector<RefreshState> refreshes;
};

// Collects a plan's steps in order, on behalf of one key; apply calls one member per effect and never chooses.
class Steps {
 public:
  virtual ~Steps() = default;
  virtual void cluster(const ClusterEffect& effect) = 0;
  virtual void refresh(const effect::Refresh& effect) = 0;
  // A verb of the controller's own.
  virtual void own(Step step) = 0;
};

// Renews all facts behind a purpose in one batch. `done` once, on the loop or at once; success only when every store
// has answered.
using Gather =
    std::function<std::unique_ptr<Pending>(const ObjectKey& key, const std::string& purpose, Performed done)>;

// A controller's three functions with their types hidden; made by controller.hpp.
class Logic {
 public:
  virtual ~Logic() = default;

  struct Pass {
    // Appends the plan's effects, in order.
    std::function<void(Steps&)> apply;
    std::optional<Millis> requeue_after;
    // Null unless asked for.
    json::Value observed;
    json::Value plan;
  };
  enum class Record { no, yes };

  virtual Pass look(const ObjectKey& key, const PassFacts& facts, Record record) = 0;
};

}  // namespace k8s
