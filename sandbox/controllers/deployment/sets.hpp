// SPDX-License-Identifier: Apache-2.0
// Which ReplicaSets does a Deployment have, and which of them is the newest?
#pragma once

#include "sandbox/controllers/controller.hpp"

namespace controllers::deployment {

inline constexpr std::string_view kComponent = "deployment-controller";
inline constexpr std::string_view kRevision = "deployment.kubernetes.io/revision";
inline constexpr std::string_view kRevisionHistory = "deployment.kubernetes.io/revision-history";
inline constexpr std::string_view kDesired = "deployment.kubernetes.io/desired-replicas";
inline constexpr std::string_view kMax = "deployment.kubernetes.io/max-replicas";
inline constexpr std::string_view kHashLabel = "pod-template-hash";

struct Sets {
  ObjectRef newest;  // null: not made yet
  Objects old = {};  // by age
  std::int64_t collisions = 0;
  Objects all() const;
};

std::int64_t wanted(const Value& deployment_or_set);  // spec.replicas
std::int64_t available(const Value& set);
std::int64_t total_wanted(const Objects& sets);
std::int64_t total(const Objects& sets, std::string_view status_member);
std::int64_t max_surge(const Value& deployment);
std::int64_t max_unavailable(const Value& deployment);
bool is_rolling(const Value& deployment);
bool is_complete(const Value& deployment, const Value& status);

// Adopts, then sorts out; `make` lets it create the newest one. Keeps revision annotations of the newest and of the
// deployment up to date.
enum class Make { no, yes };
Result<Sets> look_at_sets(Api& api, const Now& now, const Value& deployment, Make make);

// spec.replicas and the annotations that say which total it is part of; an Event when the number changes. The set as it
// is afterwards.
Result<ObjectRef> scale(Api& api, const Now& now, const Value& deployment, const ObjectRef& set, std::int64_t replicas);
// Old ones without pods beyond spec.revisionHistoryLimit.
Result<void> drop_old_sets(Api& api, const Value& deployment, const Sets& sets);

}  // namespace controllers::deployment
