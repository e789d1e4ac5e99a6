// SPDX-License-Identifier: Apache-2.0
// Which numbers does serverStatus show?
#include <fmt/format.h>

#include "sandbox/simmongod/admin.hpp"
#include "sandbox/simmongod/hello.hpp"

namespace simmongod {
namespace {

bson::Document called(std::int64_t calls, std::int64_t successes) {
  return bson::Document{{"called", calls}, {"successful", successes}};
}

bson::Document election_metrics(const Member& member) {
  const Election& election = member.election;
  constexpr std::int64_t kNone = 0;
  return bson::Document{{"stepUpCmd", called(election.called_step_up, election.won_step_up)},
                        {"priorityTakeover", called(election.called_priority, election.won_priority)},
                        {"catchUpTakeover", called(0, 0)},
                        {"electionTimeout", called(election.called_timeout, election.won_timeout)},
                        {"freezeTimeout", called(election.called_freeze, 0)},
                        {"numStepDownsCausedByHigherTerm", election.stepped_down_by_term},
                        {"numCatchUps", kNone},
                        {"numCatchUpsSucceeded", kNone},
                        {"numCatchUpsAlreadyCaughtUp", kNone},
                        {"numCatchUpsSkipped", kNone},
                        {"numCatchUpsTimedOut", kNone},
                        {"numCatchUpsFailedWithError", kNone},
                        {"numCatchUpsFailedWithNewTerm", kNone},
                        {"numCatchUpsFailedWithReplSetAbortPrimaryCatchUpCmd", kNone},
                        {"averageCatchUpOps", 0.0}};
}

bson::Document counters(const Member& member, bool own) {
  bson::Builder out;
  for (const char* name : {"insert", "query", "update", "delete", "getmore", "command"}) {
    const auto found = member.counters.find(name);
    out.append(name, own && found != member.counters.end() ? found->second : std::int64_t{0});
  }
  return out.done();
}

bson::Document connections(const Member& member) {
  const auto current = static_cast<int>(member.clients.size());
  return bson::Document{{"current", current},
                        {"available", 16000 - current},
                        {"totalCreated", static_cast<int>(member.connections_created)},
                        {"active", current},
                        {"exhaustIsMaster", 0},
                        {"exhaustHello", 0},
                        {"awaitingTopologyChanges", static_cast<int>(member.hello_waits.size())}};
}

}  // namespace

bson::Document server_status(const Member& member) {
  const k8s::Millis up = member.now.monotonic - member.started;
  const std::int64_t seconds = up.count() / 1000;
  const bson::Document queue{{"total", 0}, {"readers", 0}, {"writers", 0}};
  bson::Builder out;
  out.append("host", member.options.host_text).append("version", member.options.flavor.version);
  out.append("process", "mongod").append("pid", member.options.pid).append("uptime", static_cast<double>(seconds));
  out.append("uptimeMillis", std::int64_t{up.count()}).append("uptimeEstimate", seconds);
  out.append("localTime", date_of(member.now.wall));
  out.append(
      "asserts",
      bson::Document{{"regular", 0}, {"warning", 0}, {"msg", 0}, {"user", 0}, {"tripwire", 0}, {"rollovers", 0}});
  out.append("connections", connections(member));
  out.append("defaultRWConcern", get_default_concerns(member));
  out.append("electionMetrics", election_metrics(member));
  out.append("flowControl", bson::Document{{"enabled", true},
                                           {"targetRateLimit", 1000000000},
                                           {"timeAcquiringMicros", std::int64_t{0}},
                                           {"locksPerKiloOp", 0.0},
                                           {"sustainerRate", 0},
                                           {"isLagged", false},
                                           {"isLaggedCount", 0},
                                           {"isLaggedTimeMicros", std::int64_t{0}}});
  out.append("freeMonitoring", bson::Document{{"state", "undecided"}});
  out.append("globalLock",
             bson::Document{
                 {"totalTime", std::int64_t{up.count() * 1000}}, {"currentQueue", queue}, {"activeClients", queue}});
  out.append("opcounters", counters(member, true)).append("opcountersRepl", counters(member, false));
  if (!member.options.set_name.empty()) {
    out.append("repl", bson::Builder(hello_topology(member, HelloName::hello)).append("rbid", 1).done());
  }
  out.append("storageEngine", bson::Document{{"name", "wiredTiger"},
                                             {"supportsCommittedReads", true},
                                             {"oldestRequiredTimestampForCrashRecovery", member.committed.ts},
                                             {"supportsPendingDrops", true},
                                             {"dropPendingIdents", std::int64_t{0}},
                                             {"supportsSnapshotReadConcern", true},
                                             {"readOnly", false},
                                             {"persistent", true},
                                             {"backupCursorOpen", false},
                                             {"supportsResumableIndexBuilds", true}});
  out.append("trafficRecording", bson::Document{{"running", false}});
  out.append("mem", bson::Document{{"bits", 64}, {"resident", 64}, {"virtual", 256}, {"supported", true}});
  return out.done();
}

}  // namespace simmongod
