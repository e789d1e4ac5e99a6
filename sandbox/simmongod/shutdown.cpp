// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/shutdown.hpp"

#include "sandbox/simmongod/commit.hpp"
#include "sandbox/simmongod/fetch_source.hpp"
#include "sandbox/simmongod/parameters.hpp"
#include "sandbox/simmongod/stepdown.hpp"

namespace simmongod {
namespace {

// Between the end of the quiesce period and the end of the process, as recorded with a small database.
constexpr k8s::Millis kCheckpoint{100};

void exit_now(Member& member) {
  interrupt_writes(member, Err::interrupted_at_shutdown, "interrupted at shutdown");
  log(member, {"CONTROL", 23138, "Shutting down"}, bson::Document{{"exitCode", 0}});
  record(member, {}, output::Durability::synced);
  member.outputs.push_back(output::Exit{.code = 0});
}

void quiesce(Member& member, k8s::Millis period) {
  log(member, {"COMMAND", 4695701, "Entering quiesce mode for shutdown"},
      bson::Document{{"quiesceTimeMillis", period.count()}});
  member.shutdown.quiescing = true;
  member.shutdown.quiesce_until = member.now.monotonic + period;
  topology_changed(member);
  after(member, period + kCheckpoint, [](Member& later) { exit_now(later); });
}

void begin(Member& member, k8s::Millis period) {
  member.shutdown.requested = true;
  log(member, {"REPL", 4784900, "Stepping down the ReplicationCoordinator for shutdown"});
  step_down_for_shutdown(member, period, [period](Member& later) { quiesce(later, period); });
}

}  // namespace

void begin_shutdown(Member& member) {
  if (member.shutdown.requested) return;
  const std::int64_t period = number_parameter(member, "shutdownTimeoutMillisForSignaledShutdown", 15000);
  log(member, {"CONTROL", 23377, "Received signal"}, bson::Document{{"signal", 15}, {"error", "Terminated"}});
  const bool alone = !member.config || member.self < 0;
  begin(member, alone ? k8s::Millis(0) : k8s::Millis(period));
}

std::optional<bson::Document> shutdown_command(Member& member, ReplyTo to, bson::View command) {
  if (member.shutdown.requested) return refusal_reply(Err::shutdown_in_progress, "shutdown is in progress");
  (void)to;  // the server closes the connection instead of answering
  const bool alone = !member.config || member.self < 0;
  begin(member,
        alone || command.flag("force") ? k8s::Millis(0) : k8s::Seconds(command.number("timeoutSecs").value_or(15)));
  return {};
}

}  // namespace simmongod
