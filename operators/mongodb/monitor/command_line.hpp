// SPDX-License-Identifier: Apache-2.0
// How does one member get the operator's commands (initiate, reconfigure, step down …)? On a connection of its own,
// opened when there is something to say and closed after a while of silence: a step-down that waits for catch-up must
// not hold up the monitoring beside it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "operators/mongodb/monitor/members.hpp"

namespace mongodb {

class CommandLine {
 public:
  CommandLine(const MonitorWorld& world, const MemberTarget& target) : world_(world), target_(target) {}
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  void run(MemberCommand command, Members::Reply reply);
  // Hangs up. Who has no reply yet, and what to tell them: cancelled, or unknown_outcome for a write.
  std::vector<std::pair<Members::Reply, k8s::Error>> close();

 private:
  struct Waiting {
    mongo::Intent intent = mongo::Intent::read;
    Members::Reply reply;
  };

  void dial();
  // Nobody waits: a broken connection goes at once, a good one after a while.
  void settle();

  MonitorWorld world_;
  MemberTarget target_;
  std::unique_ptr<mongo::Link> link_;
  std::map<std::uint64_t, Waiting> waiting_;
  std::uint64_t last_ = 0;
  std::unique_ptr<k8s::Loop::Timer> idle_;
};

}  // namespace mongodb
