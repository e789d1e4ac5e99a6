// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/job/tally.hpp"

#include <algorithm>
#include <charconv>

#include "sandbox/controllers/pods.hpp"

namespace controllers::job {
namespace {

std::optional<std::int64_t> parse(std::string_view text) {
  std::int64_t value = -1;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

// The latest end of a container, else of the deletion, else the beginning.
k8s::Wall ended_at(const Value& pod) {
  std::optional<k8s::Wall> end;
  for (const Value& container : elements(pod, {"status", "containerStatuses"})) {
    const auto finished = time(container, {"state", "terminated", "finishedAt"});
    if (finished && (!end || *end < *finished)) end = finished;
  }
  if (!end) end = time(pod, {"metadata", "deletionTimestamp"});
  return end.value_or(created_at(pod));
}

}  // namespace

bool is_indexed(const Value& job) {
  return text(job, {"spec", "completionMode"}) == "Indexed";
}

std::optional<std::int64_t> index_of(const Value& pod) {
  return parse(annotation(pod, kIndex));
}

std::string print_indexes(const std::set<std::int64_t>& indexes) {
  std::string out;
  for (auto one = indexes.begin(); one != indexes.end();) {
    const std::int64_t first = *one;
    std::int64_t last = first;
    while (++one != indexes.end() && *one == last + 1) last = *one;
    if (!out.empty()) out += ',';
    out += std::to_string(first);
    // Two in a row are still two numbers.
    if (last == first + 1) out += "," + std::to_string(last);
    if (last > first + 1) out += "-" + std::to_string(last);
  }
  return out;
}

std::set<std::int64_t> parse_indexes(const std::string& words) {
  std::set<std::int64_t> out;
  std::size_t from = 0;
  while (from < words.size()) {
    const std::size_t comma = std::min(words.find(',', from), words.size());
    const std::string_view part = std::string_view{words}.substr(from, comma - from);
    const std::size_t dash = part.find('-');
    const auto first = parse(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse(part.substr(dash + 1));
    for (std::int64_t i = first.value_or(0); first && last && i <= *last; ++i) out.insert(i);
    from = comma + 1;
  }
  return out;
}

Tally tally(const Value& job, const Objects& pods) {
  Tally out;
  const Value& before = members(job, {"status", "uncountedTerminatedPods"});
  out.completed = parse_indexes(text(job, {"status", "completedIndexes"}));
  out.counted_completed = out.completed;
  out.counted_succeeded = number(job, {"status", "succeeded"}, 0);
  out.counted_failed = number(job, {"status", "failed"}, 0);
  Value succeeded = Value::array(), failed = Value::array();
  std::optional<k8s::Wall> last_success;
  std::vector<k8s::Wall> failures;
  Value held = Value::array();  // uids that still have the finalizer
  for (const ObjectRef& pod : pods) {
    if (has_finalizer(*pod, kFinalizer)) held.push_back(uid_of(*pod));
  }
  for (const char* member : {"succeeded", "failed"}) {
    for (const Value& uid : elements(before, {member})) {
      const bool success = std::string_view{member} == "succeeded";
      if (contains(held, text(uid, {}))) {
        (success ? succeeded : failed).push_back(uid);
      } else if (success) {
        ++out.counted_succeeded;  // in Indexed mode its index counts instead
      } else {
        ++out.counted_failed;
      }
    }
  }
  const std::int64_t completions = number(job, {"spec", "completions"}, 0);
  for (const ObjectRef& pod : pods) {
    const std::string& phase = text(*pod, {"status", "phase"});
    const auto index = index_of(*pod);
    const bool counts = !is_indexed(job) || (index && *index < completions);
    if (phase == "Succeeded" && (!last_success || *last_success < ended_at(*pod))) last_success = ended_at(*pod);
    const bool is_failure =
        phase == "Failed" || (phase != "Succeeded" && is_terminating(*pod) && has_finalizer(*pod, kFinalizer));
    if (is_failure) failures.push_back(ended_at(*pod));
    if (is_active(*pod)) {
      out.active.push_back(pod);
      if (is_ready(*pod)) ++out.ready;
    } else if (is_terminating(*pod) && !has_ended(*pod)) {
      ++out.terminating;
    }
    if (!has_finalizer(*pod, kFinalizer) || is_active(*pod)) continue;
    out.ended.push_back(pod);
    const std::string& uid = uid_of(*pod);
    if (phase == "Succeeded") {
      // Of an index the first success counts.
      if (is_indexed(job) && counts) out.completed.insert(*index);
      if (!is_indexed(job) && counts && !contains(succeeded, uid)) succeeded.push_back(uid);
    } else if (!contains(failed, uid)) {
      failed.push_back(uid);
    }
  }
  out.succeeded = is_indexed(job) ? static_cast<std::int64_t>(out.completed.size())
                                  : out.counted_succeeded + static_cast<std::int64_t>(succeeded.size());
  if (is_indexed(job)) out.counted_succeeded = out.succeeded;
  out.counted_completed = out.completed;
  out.failed = out.counted_failed + static_cast<std::int64_t>(failed.size());
  out.uncounted = Value::object();
  if (!succeeded.empty()) out.uncounted["succeeded"] = std::move(succeeded);
  if (!failed.empty()) out.uncounted["failed"] = std::move(failed);
  for (const k8s::Wall failure : failures) {
    if (last_success && failure <= *last_success) continue;
    ++out.failures_in_a_row;
    if (!out.last_failure || *out.last_failure < failure) out.last_failure = failure;
  }
  return out;
}

}  // namespace controllers::job
