// SPDX-License-Identifier: Apache-2.0
// How does one member get the operator's commands (initiate, reconfigure, step down …)? On a connection of its own,
// opened when there is something to say and closed after a while of silence: a step-down that waits for catch-up must
// not hold up the monitoring beside it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include <boost/asio/steady_timer.hpp>

#include "operators/mongodb/monitor/members.hpp"
#include "operators/mongodb/wire/connection.hpp"

namespace mongodb {

class CommandLine {
 public:
  CommandLine(const mongo::WireContext& context, const MemberTarget& target);
  // Commands without a reply are told so, on the loop: cancelled, or unknown_outcome for a write.
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  void run(MemberCommand command, Members::Reply reply);

 private:
  struct Waiting {
    mongo::Intent intent = mongo::Intent::read;
    Members::Reply reply;
  };

  void dial();
  // Nobody waits: a broken connection goes at once, a good one after a while.
  void settle();

  mongo::WireContext context_;
  MemberTarget target_;
  std::unique_ptr<mongo::Connection> connection_;
  std::map<std::uint64_t, Waiting> waiting_;
  std::uint64_t last_ = 0;
  boost::asio::steady_timer idle_;
  // Handlers that outlive this find it expired.
  std::shared_ptr<CommandLine*> self_;
};

}  // namespace mongodb
