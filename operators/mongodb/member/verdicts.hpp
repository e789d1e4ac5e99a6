// SPDX-License-Identifier: Apache-2.0
// What does an answer to `hello` mean for a probe, and for a member that is about to stop?
//
//   question    passes when
//   startup     mongod answers hello, whatever it says, but not that it is shutting down
//   readiness   it is PRIMARY, SECONDARY or ARBITER
//   liveness    it answers hello, whatever it says: never depends on replication, and holds while it shuts down
#pragma once

#include <string>
#include <string_view>

#include "libk8s/base/result.hpp"
#include "operators/mongodb/wire/bson.hpp"

namespace mongo::member {

enum class Probe { startup, readiness, liveness };

struct Verdict {
  bool passed = false;
  // One sentence: what the kubelet shows in the pod's events.
  std::string because;

  bool operator==(const Verdict&) const = default;
};

// `hello`: the reply, whatever its `ok` says, or why there was none.
Verdict judge(Probe probe, const k8s::Result<bson::Document>& hello);

bool is_primary(bson::View hello);

// Must this member hand over before it stops? Not when it is no primary, nor when nobody else has a vote to take over.
Verdict needs_hand_over(bson::View hello);

// Did replSetStepDown's reply say that this member is giving way, so that waiting for it makes sense? A connection that
// breaks on the way is no refusal: servers close connections when they step down.
Verdict step_down_outcome(const k8s::Result<bson::Document>& reply);

}  // namespace mongo::member
