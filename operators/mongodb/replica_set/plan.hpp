// SPDX-License-Identifier: Apache-2.0
// What the replica set controller can do: the cluster's verbs, and mongod's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "libk8s/apply/effect.hpp"
#include "libk8s/base/clock.hpp"
#include "libk8s/json/value.hpp"

namespace mongodb {

namespace effect {

// replSetInitiate with this one member, on that member. 23 AlreadyInitialized is success. Irreversible: status says
// Initiating before it.
struct Initiate {
  static constexpr const char* kName = "initiate";
  std::int64_t member = 0;
  std::string set_name = {};
  std::string host = {};
  k8s::Grounds grounds = {};
  std::string because = {};
};

// One change of the replica set configuration, as compare-and-set on (term, version): apply edits the raw document of
// exactly that version (what we do not know is kept), adds one to it and sends replSetReconfig with maxTimeMS. Never
// forced.
struct Reconfigure {
  static constexpr const char* kName = "reconfigure";
  struct Add {
    std::int64_t id = 0;    // never used before in this set
    std::string host = {};  // joins with votes 0 and priority 0
  };
  struct SetVote {
    std::string host = {};
    std::int64_t votes = 1;
    double priority = 1;
  };
  struct Remove {
    std::string host = {};
  };

  std::int64_t primary = 0;  // ordinal of the member that is asked
  std::int64_t term = 0;
  std::int64_t version = 0;
  std::variant<Add, SetVote, Remove> change;
  k8s::Grounds grounds = {};
  std::string because = {};
};

// replSetStepDown with catch-up, never with force. Starts the hand-over; that it happened is an observation.
struct StepDown {
  static constexpr const char* kName = "stepDown";
  std::int64_t member = 0;
  std::int64_t term = 0;
  k8s::Grounds grounds = {};
  std::string because = {};
};

// replSetFreeze: that member does not stand for election for so long. 0 unfreezes.
struct Freeze {
  static constexpr const char* kName = "freeze";
  std::int64_t member = 0;
  std::string process = {};  // of the facts that this rests on: a freeze ends with its process
  k8s::Seconds duration{30};
  std::string because = {};
};

// replSetSyncFrom: before a member goes down, nobody may sync from it.
struct SyncFrom {
  static constexpr const char* kName = "syncFrom";
  std::int64_t member = 0;
  std::string source = {};
  std::string because = {};
};

}  // namespace effect

using Effect = std::variant<k8s::ClusterEffect, k8s::effect::Refresh, effect::Initiate, effect::Reconfigure,
                            effect::StepDown, effect::Freeze, effect::SyncFrom>;

struct Plan {
  // Performed in this order; the first failure ends the plan. The status comes last, but for Events.
  std::vector<Effect> effects = {};
  // When to look again if nothing changes before; nothing: only when something does.
  std::optional<k8s::Millis> requeue_after = {};
};

// True for what takes a member of a living set away, or cannot be undone: such an effect comes first in its plan, and
// there is one at most.
bool is_disruptive(const Effect& effect);
k8s::json::Value to_json(const Effect& effect);
k8s::json::Value to_json(const Plan& plan);
std::string describe(const Effect& effect);
const std::string& because(const Effect& effect);
// What an Attempt of this effect is called: its kName, and its object or member.
std::string effect_name(const Effect& effect);
std::string target_of(const Effect& effect);

}  // namespace mongodb
