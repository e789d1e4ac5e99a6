// SPDX-License-Identifier: Apache-2.0
// mongod itself reads the target image's configuration, in a pod of its own, before any running member meets either.
#include <fmt/format.h>

#include "operators/mongodb/manifests/shared.hpp"
#include "operators/mongodb/replica_set/gates.hpp"
#include "operators/mongodb/replica_set/last_words.hpp"
#include "operators/mongodb/replica_set/policies/policies.hpp"

namespace mongodb::policies {
namespace {

const k8s::Pod* pod_of(const View& view) {
  const auto at = view.observed.pods.find(view.names.preflight_pod(view.target_revision));
  return at == view.observed.pods.end() ? nullptr : &at->second;
}

Proposal remember(Preflight preflight, std::string reason) {
  std::string message = preflight.message;
  const Verdict verdict = preflight.passed ? Verdict::progressing : Verdict::stalled;
  return {.remember = Proposal::Remember{.preflight = std::optional{std::move(preflight)}},
          .verdict = verdict,
          .reason = std::move(reason),
          .message = std::move(message)};
}

std::string what_to_do(const View& view) {
  return view.config == nullptr ? "correct the spec"
                                : "the running members are untouched: correct the spec, or revert it";
}

std::optional<Proposal> verdict_of(const View& view, const k8s::Pod& pod) {
  for (const k8s::ContainerStatus& status : pod.status.container_statuses) {
    if (!status.state.terminated) continue;
    const auto& end = *status.state.terminated;
    if (end.exit_code == 0) {
      return remember({.revision = view.target_revision,
                       .passed = true,
                       .message = fmt::format("mongod of {} accepts the configuration", image_of(view.spec))},
                      "PreflightPassed");
    }
    const std::string said = end.message.empty() ? end.reason : last_words(end.message);
    return remember({.revision = view.target_revision,
                     .passed = false,
                     .message = fmt::format("mongod of {} does not start with this spec (exit code {}): {}; {}",
                                            image_of(view.spec), end.exit_code, said, what_to_do(view))},
                    "PreflightFailed");
  }
  // An image that cannot be pulled may yet come; it is said, and not remembered as a verdict.
  const Member as_member{.pod = &pod};
  const std::string problem = pod_problem(as_member);
  if (!problem.empty())
    return propose::stall("PreflightCannotRun",
                          fmt::format("{} cannot be tried: {}; {}", image_of(view.spec), problem, what_to_do(view)));
  return std::nullopt;
}

}  // namespace

std::optional<Proposal> preflight(const View& view) {
  const auto& known = view.status.preflight;
  const bool decided = known && known->revision == view.target_revision;
  if (decided && !known->passed) return propose::stall("PreflightFailed", known->message);
  if (decided) return std::nullopt;

  const std::string because =
      fmt::format("revision {} is tried by mongod itself before any member meets it", view.target_revision);
  const std::string config_name = view.names.config_map(view.target_revision);
  if (!view.observed.config_maps.contains(config_name)) {
    return propose::act("Preflight",
                        k8s::ClusterEffect{k8s::effect::Create{
                            .manifest = config_map(view.build(), view.target_revision, *view.mongod_config),
                            .because = because,
                        }});
  }
  const k8s::Pod* pod = pod_of(view);
  if (pod == nullptr) {
    return propose::act("Preflight",
                        k8s::ClusterEffect{k8s::effect::Create{
                            .manifest = preflight_pod(view.build(), view.target_revision), .because = because}});
  }
  if (auto verdict = verdict_of(view, *pod)) return verdict;
  return propose::wait("Preflight", because);
}

}  // namespace mongodb::policies
