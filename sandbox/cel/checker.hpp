// SPDX-License-Identifier: Apache-2.0
// Does an expression make sense, and of which type is its result?
//
// Sentences are those that Kubernetes users know from cel-go: "undefined field 'x'", "undeclared reference to 'y' (in
// container
// '')", "found no matching overload for 'f' applied to '(int, string)'". Literal patterns, durations and times are read
// here, so that a wrong one is found when the rule is written and not when it first runs.
#pragma once

#include <vector>

#include "sandbox/cel/diagnostic.hpp"
#include "sandbox/cel/environment.hpp"
#include "sandbox/cel/plan.hpp"

namespace cel {

struct CheckResult {
  Plan plan;  // of use only without diagnostics
  std::vector<Diagnostic> diagnostics;
};

CheckResult check(Syntax syntax, const Environment& environment);

}  // namespace cel
