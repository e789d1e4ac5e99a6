// SPDX-License-Identifier: Apache-2.0
// How is the operator started? Its flags, with what the environment of a pod fills in.
#pragma once

#include <optional>
#include <string>

#include "libk8s/auth/config.hpp"
#include "libk8s/base/log.hpp"
#include "libk8s/runtime/executor.hpp"
#include "libk8s/runtime/fault_plan.hpp"

namespace mongodb {

struct Options {
  std::string ns;        // the namespace whose replica sets are looked after
  std::string identity;  // who holds the lease: the pod's name
  std::string helper_image;
  std::string cluster_domain = "cluster.local";
  std::string lease_name = "sagong-mongodb";
  std::string health_address = "0.0.0.0:8080";
  std::string record = {};                   // empty: no record
  std::optional<k8s::FaultPlan> fault = {};  // crash sweeps only
  k8s::RunMode mode = k8s::RunMode::real;
  k8s::LogLevel log_level = k8s::LogLevel::info;
  k8s::ConfigInputs cluster = {};
};

// Nothing when the program should end at once with `exit_code`: help was asked for, or a flag was wrong and has been
// explained.
std::optional<Options> parse_options(int argc, char** argv, int& exit_code);

}  // namespace mongodb
