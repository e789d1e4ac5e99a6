// SPDX-License-Identifier: Apache-2.0
// What state is a pod in, and how does one begin from a template?
#pragma once

#include "sandbox/controllers/controller.hpp"

namespace controllers {

bool is_ready(const Value& pod);
// Ready for at least `min_ready`; the second: in how long it may be, when it is ready but not for long enough.
bool is_available(const Value& pod, k8s::Seconds min_ready, const Now& now);
std::optional<k8s::Millis> available_in(const Value& pod, k8s::Seconds min_ready, const Now& now);
bool has_ended(const Value& pod);  // phase Succeeded or Failed
// Neither ended nor being deleted.
bool is_active(const Value& pod);
bool is_scheduled(const Value& pod);

// A pod of the owner's namespace, controlled by it, with the template's labels, annotations, finalizers and spec; no
// name.
Value pod_from_template(const Value& pod_template, const Value& owner);

// The first to give up when a ReplicaSet or Job has one pod too many: unassigned before assigned, Pending before
// Running, not ready before ready, lower deletion cost, more restarts, younger, then by name.
struct DeletionRank {
  explicit DeletionRank(const Value& pod);
  auto operator<=>(const DeletionRank&) const = default;

  int assigned;
  int phase;
  int ready;
  std::int64_t cost;
  std::int64_t ready_for;  // negated moment of becoming ready: ready for a shorter time goes first
  std::int64_t restarts;   // negated
  std::int64_t age;        // negated moment of creation
  std::string name;
};

}  // namespace controllers
