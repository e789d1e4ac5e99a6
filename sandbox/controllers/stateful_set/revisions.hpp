// SPDX-License-Identifier: Apache-2.0
// Which templates has a StatefulSet had? ControllerRevisions, as `kubectl rollout history` and `undo` read them.
//
// A revision's data is {"spec": {"template": {…, "$patch": "replace"}}}, a strategic merge patch of the set. Its name
// is the set's name and a hash of the data, which is also the value of the pods' label controller-revision-hash.
#pragma once

#include "sandbox/controllers/api.hpp"

namespace controllers::stateful_set {

struct Revisions {
  std::string current;     // name of what pods had before; the update revision when nothing is under way
  std::string update;      // name of what the set says now
  Value current_template;  // pod templates
  Value update_template;
  std::int64_t collisions = 0;
  Objects all = {};  // by rising revision
};

// Adopts, finds or makes what the set's present template needs.
Result<Revisions> look_at_revisions(Api& api, const Value& set);
// Removes those that nothing refers to, beyond spec.revisionHistoryLimit, oldest first.
Result<void> drop_old_revisions(Api& api, const Value& set, const Revisions& revisions, const Objects& pods);

}  // namespace controllers::stateful_set
