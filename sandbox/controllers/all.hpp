// SPDX-License-Identifier: Apache-2.0
// Every controller of the sandbox, in the order in which they look.
//
//   controllers::Runner runner{controllers::all_controllers({.root_ca = pem})};
//   for each object there is: runner.notify(api, {.kind = …, .before = nullptr, .after = &object});
#pragma once

#include "sandbox/controllers/controller.hpp"
#include "sandbox/controllers/nodes/nodes.hpp"
#include "sandbox/controllers/volumes/volumes.hpp"

namespace controllers {

struct Settings {
  std::string root_ca = {};  // PEM, for kube-root-ca.crt
  VolumeSettings volumes = {};
  NodeSettings nodes = {};
};

std::vector<Controller> all_controllers(Settings settings);

}  // namespace controllers
