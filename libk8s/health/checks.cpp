// SPDX-License-Identifier: Apache-2.0
#include "libk8s/health/checks.hpp"

#include <fmt/format.h>

namespace k8s {

HealthReport run_checks(const std::vector<HealthCheck>& checks, std::string_view endpoint, Verbosity verbosity) {
  HealthReport report;
  for (const HealthCheck& check : checks) {
    const Result<void> result = check.run();
    if (result) {
      report.text += fmt::format("[+]{} ok\n", check.name);
    } else {
      report.healthy = false;
      report.text += fmt::format("[-]{} failed: {}\n", check.name, result.error().message);
    }
  }
  report.text += fmt::format("{} check {}\n", endpoint, report.healthy ? "passed" : "failed");
  if (report.healthy && verbosity == Verbosity::terse) report.text = "ok";
  return report;
}

}  // namespace k8s
