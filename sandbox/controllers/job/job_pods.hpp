// SPDX-License-Identifier: Apache-2.0
// Which pods does a Job make, and how many at a time?
#pragma once

#include "sandbox/controllers/job/tally.hpp"

namespace controllers::job {

inline constexpr std::string_view kComponent = "job-controller";

// spec.parallelism, but no more than there is left to do.
std::int64_t wanted_active(const Value& job, const Tally& tally);
// Makes what is missing (lowest indexes first), removes what is too much. How long new pods have to wait because of
// failures, when they have to.
Result<std::optional<k8s::Millis>> settle_pods(Api& api, const Now& now, const Value& job, const Tally& tally);
// Deletes pods. Those of a Job that has failed count as failed; those that are merely too many do not: they let go of
// the finalizer first.
enum class Count { failed, no };
Result<void> stop_pods(Api& api, const Now& now, const Value& job, const Objects& pods, Count count);

}  // namespace controllers::job
