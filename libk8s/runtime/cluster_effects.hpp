// SPDX-License-Identifier: Apache-2.0
// How is a Kubernetes verb carried out? Turns each ClusterEffect into a Step over Client, and tells the stores what was
// written.
//
// Create: AlreadyExists is a failure. CreateOnce: AlreadyExists is success; the generator is called while the step is
// performed, and its bytes go into `data` as base64. Apply and Delete: uid mismatch is a conflict. Delete and Evict:
// not found is success, the object is gone as wanted. EmitEvent is handed to the recorder and never fails. Evict is
// always destructive; Delete is when it carries grounds.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "libk8s/base/secret_bytes.hpp"
#include "libk8s/client/client.hpp"
#include "libk8s/events/recorder.hpp"
#include "libk8s/runtime/attempts.hpp"
#include "libk8s/runtime/own_writes.hpp"
#include "libk8s/runtime/step.hpp"

namespace k8s {

// By the name that CreateOnce::generator says. A generator draws entropy: it runs in apply only.
using Generators = std::map<std::string, std::function<Result<SecretBytes>()>>;

class ClusterEffects {
 public:
  // What the reconcile loop wants to hear while a step of one of its keys is performed. Valid as long as that loop.
  struct Hooks {
    std::function<void(const OwnWrite&)> wrote;
    std::function<void(const std::string& target, Applied applied)> applied;
  };

  ClusterEffects(Client& client, Recorder& recorder, Generators generators = {});

  Step step(const ClusterEffect& effect, Hooks hooks);

 private:
  Client& client_;
  Recorder& recorder_;
  Generators generators_;
};

}  // namespace k8s
