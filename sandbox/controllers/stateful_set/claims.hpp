// SPDX-License-Identifier: Apache-2.0
// What becomes of a StatefulSet pod's PersistentVolumeClaims? Made before the pod; who owns them follows
// spec.persistentVolumeClaimRetentionPolicy, so that garbage collection removes them when the policy says so.
//
//   whenDeleted  whenScaled  owner of a pod's claims
//   Retain       Retain      none
//   Delete       Retain      the set
//   Retain       Delete      the pod, once it is beyond the range
//   Delete       Delete      the set; the pod, once it is beyond the range
#pragma once

#include "sandbox/controllers/controller.hpp"

namespace controllers::stateful_set {

// All claims of that pod are there. An error when one of them is being deleted: the pod has to wait for a new one.
Result<void> make_claims(Api& api, const Now& now, const Value& set, std::int64_t ordinal);
// A claim still belongs to a former pod of that name, with which it will go: nothing may be made on it.
bool has_stale_claim(const Api& api, const Value& set, std::int64_t ordinal);
// Writes the owner references of the pod's claims where they are not as the table says.
Result<void> settle_owners(Api& api, const Value& set, const Value& pod);

}  // namespace controllers::stateful_set
