// SPDX-License-Identifier: Apache-2.0
// Is this process alive, is it ready? Named checks and their answer, in the form of Kubernetes' own /healthz.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "libk8s/base/result.hpp"

namespace k8s {

struct HealthCheck {
  std::string name;
  // Synchronous, from memory. The error's message is shown to whoever may ask, so it holds no secrets.
  std::function<Result<void>()> run;
};

struct HealthReport {
  bool healthy = true;
  // "ok" when healthy and not verbose; else one line per check ("[+]ping ok", "[-]stores failed: pods not synced") and
  // a last one for all.
  std::string text;

  bool operator==(const HealthReport&) const = default;
};

enum class Verbosity { terse, verbose };

// `endpoint` names the whole in the last line: "readyz check passed". No checks: healthy.
HealthReport run_checks(const std::vector<HealthCheck>& checks, std::string_view endpoint, Verbosity verbosity);

}  // namespace k8s
