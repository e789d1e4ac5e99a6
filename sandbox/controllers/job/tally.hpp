// SPDX-License-Identifier: Apache-2.0
// How many of a Job's pods are active, succeeded and failed, each of them counted once?
#pragma once

#include <set>

#include "sandbox/controllers/controller.hpp"

namespace controllers::job {

inline constexpr std::string_view kFinalizer = "batch.kubernetes.io/job-tracking";
inline constexpr std::string_view kIndex = "batch.kubernetes.io/job-completion-index";

bool is_indexed(const Value& job);
std::optional<std::int64_t> index_of(const Value& pod);
// "1,3-5,7" and back.
std::string print_indexes(const std::set<std::int64_t>& indexes);
std::set<std::int64_t> parse_indexes(const std::string& text);

struct Tally {
  Objects active = {};
  std::int64_t ready = 0;
  std::int64_t terminating = 0;
  std::int64_t succeeded = 0;  // counted, and about to be
  std::int64_t failed = 0;
  std::set<std::int64_t> completed = {};  // indexes
  Objects ended = {};                     // that still hold the finalizer
  // status.uncountedTerminatedPods as it has to be written before those let go.
  Value uncounted;
  // What is counted for good: uncounted ones whose pods have let go.
  std::int64_t counted_succeeded = 0;
  std::int64_t counted_failed = 0;
  std::set<std::int64_t> counted_completed = {};
  std::optional<k8s::Wall> last_failure = {};
  int failures_in_a_row = 0;
};

// `pods`: all that the job controls.
Tally tally(const Value& job, const Objects& pods);

}  // namespace controllers::job
