// SPDX-License-Identifier: Apache-2.0
// What a namespace has from the beginning, and how it ends.
#pragma once

#include "sandbox/controllers/controller.hpp"

namespace controllers {

// A namespace that is being deleted is emptied kind by kind; status.conditions say what is left and which finalizers
// hold it; when nothing is left, spec.finalizers loses "kubernetes".
Controller namespace_controller();
// The ServiceAccount "default" in every namespace.
Controller service_account_controller();
// The ConfigMap kube-root-ca.crt in every namespace.
Controller root_ca_controller(std::string certificates_pem);

}  // namespace controllers
