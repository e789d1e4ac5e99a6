// SPDX-License-Identifier: Apache-2.0
// What one policy proposes: effects, or a change of what status remembers, and in either case a sentence.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operators/mongodb/replica_set/plan.hpp"
#include "operators/mongodb/replica_set/view.hpp"

namespace mongodb {

enum class Verdict {
  progressing,  // something is being done, or waited for that will come by itself
  stalled,      // it cannot go on without somebody: the message says who and what
  resting,      // all is as the spec says
};

// Intent before act: a proposal that changes what status remembers has no other effects. A later pass, which reads it
// back, acts.
struct Proposal {
  struct Remember {
    std::optional<std::optional<Operation>> operation = {};
    std::optional<std::optional<Preflight>> preflight = {};
    std::optional<std::string> replica_set_id = {};
  };

  std::vector<Effect> effects = {};
  std::optional<Remember> remember = {};
  Verdict verdict = Verdict::progressing;
  std::string reason = {};   // CamelCase, for programs
  std::string message = {};  // a sentence, for people
  std::optional<k8s::Millis> requeue_after = {};
  // Only looks more closely: the conditions go on saying what they said.
  bool quiet = false;
};

// The one-line forms that policies are written in.
namespace propose {
Proposal act(std::string reason, Effect effect);
Proposal act(std::string reason, std::vector<Effect> effects);
Proposal wait(std::string reason, std::string message, k8s::Millis look_again = k8s::Millis{2'000});
Proposal stall(std::string reason, std::string message);
// Enters the phase that the operation names; the sentence says which member and what for.
Proposal begin(const View& view, std::string reason, Operation operation);
Proposal finish(std::string reason, std::string message);
// Waits for something that only facts can show: asks for them, at most once a second.
Proposal poll(const View& view, std::string reason, const std::string& purpose, std::string message);
// Asks for facts of one batch when the present ones are not; nothing when they are.
std::optional<Proposal> fresh(const View& view, const std::string& purpose, const std::string& message);
}  // namespace propose

// One idea of what to do next, or none.
using Policy = std::optional<Proposal> (*)(const View& view);

}  // namespace mongodb
