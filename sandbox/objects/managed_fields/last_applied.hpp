// SPDX-License-Identifier: Apache-2.0
// What does kubectl's client-side annotation mean to server-side apply? Fields that kubectl applied from the client are
// not in conflict with kubectl applying them on the server, and the annotation is kept in step.
#pragma once

#include <string>

#include "sandbox/objects/managed_fields/field_manager.hpp"

namespace objects {

// All of `conflicts` when there is no usable annotation.
Conflicts conflicts_beyond_last_applied(const Conflicts& conflicts, const Value& live, const Schema& schema,
                                        const std::string& api_version);
// Only where the annotation is there already.
void refresh_last_applied(Value& object, const Value& applied);

}  // namespace objects
