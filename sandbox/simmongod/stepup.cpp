// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/stepup.hpp"

#include <array>

#include "sandbox/simmongod/changes.hpp"
#include "sandbox/simmongod/heartbeats.hpp"
#include "sandbox/simmongod/sync.hpp"

namespace simmongod {
namespace {

// Between the election and the first write: what a server needs to drain and to write its new configuration.
constexpr k8s::Millis kDrain{20};

// A new set's own collections, in the order the recorded server made them.
void create_own_collections(Member& member) {
  if (member.store.find("config.system.indexBuilds") != nullptr) return;
  ensure_collection(member, "config.system.indexBuilds");
  ensure_collection(member, "admin.system.keys");
  if (member.options.flavor.development_49) ensure_collection(member, "config.tenantMigrationDonors");
  for (int i = 0; i < 2; ++i) {
    const std::int64_t key = 7710617695447678980 + i;
    log_change(
        member,
        LocalChange{.op = "i", .ns = "admin.system.keys", .o = bson::Document{{"_id", key}, {"purpose", "HMAC"}}});
  }
  ensure_collection(member, "admin.system.version");
  const bson::Document version{{"_id", "featureCompatibilityVersion"},
                               {"version", member.options.flavor.feature_versions.front()}};
  log_change(member, LocalChange{.op = "i", .ns = "admin.system.version", .o = version});
}

void become_writable(Member& member) {
  if (member.election.leadership != Leadership::elected) return;
  if (member.config->stamp.term != member.election.term) {
    member.config->stamp.term = member.election.term;
    record(member, bson::Document{{"config", to_document(*member.config, member.options.flavor, NewlyAdded::show)}},
           output::Durability::synced);
  }
  if (member.store.find("config.transactions") == nullptr) ensure_collection(member, "config.transactions");
  log_noop(member, "new primary");
  create_own_collections(member);
  member.election.leadership = Leadership::writable;
  member.election.metrics = bson::Builder(member.election.metrics)
                                .append("newTermStartDate", date_of(member.now.wall))
                                .append("wMajorityWriteAvailabilityDate", date_of(member.now.wall))
                                .done();
  log(member, {"REPL", 21331, "Transition to primary complete; database writes are now permitted"});
  topology_changed(member);
  heartbeat_everybody(member);
}

bson::Document metrics(const Member& member, const std::string& reason, std::int64_t prior) {
  bson::Builder out;
  out.append("lastElectionReason", reason).append("lastElectionDate", date_of(member.now.wall));
  out.append("electionTerm", member.election.term);
  out.append("lastCommittedOpTimeAtElection", member.committed).append("lastSeenOpTimeAtElection", member.oplog.last());
  out.append("numVotesNeeded", member.config->vote_majority())
      .append("priorityAtElection", own_config(member)->priority);
  out.append("electionTimeoutMillis", member.config->election_timeout_ms);
  if (prior >= 0) out.append("priorPrimaryMemberId", static_cast<int>(prior));
  if (member.config->members.size() > 1) out.append("numCatchUpOps", std::int64_t{0});
  return out.done();
}

}  // namespace

void win_election(Member& member, const std::string& reason) {
  const MemberState before = state_of(member);
  log(member, {"ELECTION", 21450, "Election succeeded, assuming primary role"},
      bson::Document{{"term", member.election.term}});
  member.election.metrics = metrics(member, reason, member.primary_id);
  member.timers.cancel(member.election.timeout);
  member.timers.cancel(member.election.takeover);
  member.election.timeout = member.election.takeover = 0;
  member.election.leadership = Leadership::elected;
  member.election.time = next_timestamp(member);
  member.election.wall = member.now.wall;
  member.primary_id = own_id(member);
  stop_syncing(member);
  member.sync.message = member.config->members.size() > 1 ? "" : "Could not find member to sync from";
  state_may_have_changed(member, before);
  heartbeat_everybody(member);
  const std::int64_t term = member.election.term;
  after(member, kDrain, [term](Member& later) {
    if (later.election.term == term) become_writable(later);
  });
}

void write_periodic_noops(Member& member) {
  after(member, k8s::Seconds(10), [](Member& later) { write_periodic_noops(later); });
  if (is_writable(member) && member.now.wall - member.oplog.last_wall() >= k8s::Seconds(10)) {
    log_noop(member, "periodic noop");
  }
}

}  // namespace simmongod
