// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/reconfig.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sandbox/simmongod/bson_order.hpp"
#include "sandbox/simmongod/changes.hpp"
#include "sandbox/simmongod/install.hpp"
#include "sandbox/simmongod/quorum.hpp"

namespace simmongod {
namespace {

constexpr k8s::Millis kAutomaticReconfigDelay{50};

struct Request {
  ReplyTo to;
  bson::Document document;
  bool force = false;
  std::int64_t max_time_ms = 0;
  k8s::Monotonic deadline{};
};

Refusal not_committed(const Member& member) {
  return refuse(
      Err::config_not_committed_yet,
      fmt::format("Cannot run replSetReconfig because the current configuration: {} is not majority committed.",
                  to_string(member.config->stamp)));
}

// Calls back with true once the configuration is committed, with false when the request's time is over.
void wait_for_commitment(Member& member, const Request& request, std::function<void(Member&, bool)> done) {
  if (is_config_committed(member)) return done(member, true);
  ConfigWait wait{.to = request.to, .done = [done](Member& later) { done(later, true); }};
  if (request.max_time_ms > 0) {
    const k8s::Millis left = std::max(request.deadline - member.now.monotonic, k8s::Millis(0));
    wait.deadline = after(member, left, [to = request.to, done](Member& later) {
      const auto late = std::ranges::find(later.config_waits, to, &ConfigWait::to);
      if (late == later.config_waits.end()) return;
      later.config_waits.erase(late);
      done(later, false);
    });
  }
  member.config_waits.push_back(std::move(wait));
}

// Members that gain a vote begin without it; those that still wait for it go on waiting.
void mark_newly_added(const SetConfig& old_config, SetConfig& config) {
  for (MemberConfig& one : config.members) {
    const MemberConfig* before = old_config.by_id(one.id);
    const bool joins = before == nullptr && one.votes == 1 && !one.arbiter;
    one.newly_added = joins || (before != nullptr && before->newly_added && one.votes == 1);
  }
}

void finish(Member& member, const Request& request) {
  if (request.force) return answer(member, request.to, {});
  wait_for_commitment(member, request, [to = request.to](Member& later, bool committed) {
    if (committed) return answer(later, to, {});
    answer(later, to,
           refusal_reply(
               Err::max_time_ms_expired,
               fmt::format("Reconfig finished but failed to propagate to a majority :: caused by :: Current config "
                           "with {} has not yet propagated to a majority of nodes :: caused by :: operation "
                           "exceeded time limit",
                           to_string(later.config->stamp))));
  });
}

void log_reconfig(Member& member) {
  const bson::Document message{{"msg", "Reconfig set"}, {"version", member.config->stamp.version}};
  log_change(member, LocalChange{.op = "n", .ns = "", .o = message});
}

void install(Member& member, const Request& request, const SetConfig& config, int self) {
  install_config(member, config, self);
  if (is_writable(member)) log_reconfig(member);
  finish(member, request);
}

void refuse_now(Member& member, const Request& request, const Refusal& why) {
  member.reconfiguring = false;
  answer(member, request.to, refusal_reply(why));
}

std::optional<Refusal> not_writable(const Member& member) {
  if (is_writable(member)) return {};
  return refuse(
      Err::not_writable_primary,
      fmt::format("New config is rejected :: caused by :: replSetReconfig should only be run on a writable PRIMARY. "
                  "Current state {};",
                  state_name(state_of(member))));
}

void check_and_install(Member& member, const Request& request) {
  auto parsed = parse_config(request.document, member.options.flavor);
  if (const auto* bad = std::get_if<Refusal>(&parsed)) return refuse_now(member, request, *bad);
  SetConfig config = std::get<SetConfig>(std::move(parsed));
  if (request.force) {
    config.stamp.version = std::max(config.stamp.version, member.config->stamp.version) + 10000 + 1;
    config.stamp.term = -1;
  } else {
    config.stamp.term = member.election.term;
  }
  if (!config.replica_set_id) config.replica_set_id = member.config->replica_set_id;
  if (!request.force) mark_newly_added(*member.config, config);
  auto bad = validate_config(config);
  if (!bad) bad = validate_change(*member.config, config, request.force);
  if (bad) return refuse_now(member, request, refuse(Err::new_configuration_incompatible, *bad));
  member.reconfiguring = true;
  find_self(member, config, [request, config](Member& later, int self) {
    if (self < 0) {
      return refuse_now(later, request,
                        refuse(request.force ? Err::invalid_replica_set_config : Err::node_not_found,
                               fmt::format("No host described in new configuration with {} for replica set {} maps to "
                                           "this node",
                                           to_string(config.stamp), config.set_name)));
    }
    if (!request.force && !config.members[static_cast<std::size_t>(self)].is_electable()) {
      return refuse_now(
          later, request,
          refuse(Err::new_configuration_incompatible,
                 fmt::format("This node, {}, with _id {} is not electable under the new configuration with "
                             "{} for replica set {}",
                             config.members[static_cast<std::size_t>(self)].host, self, to_string(config.stamp),
                             config.set_name)));
    }
    if (request.force) {
      later.reconfiguring = false;
      return install(later, request, config, self);
    }
    check_quorum(later, config, QuorumOf::majority_of_voters,
                 [request, config, self](Member& then, const std::optional<Refusal>& why) {
                   if (why) return refuse_now(then, request, *why);
                   if (auto lost = not_writable(then)) return refuse_now(then, request, *lost);
                   then.reconfiguring = false;
                   install(then, request, config, self);
                 });
  });
}

// The place of a member that has synced and waits for its vote; -1: none, or not now.
int newly_synced(const Member& member) {
  if (!is_writable(member) || member.reconfiguring || !is_config_committed(member)) return -1;
  for (std::size_t i = 0; i < member.config->members.size(); ++i) {
    const Peer& peer = member.peers[i];
    if (!member.config->members[i].newly_added || !peer.up) continue;
    if (peer.state == MemberState::secondary && peer.config == member.config->stamp) return static_cast<int>(i);
  }
  return -1;
}

int voters_with_config(const Member& member) {
  int count = 0;
  for (std::size_t i = 0; i < member.config->members.size(); ++i) {
    if (!member.config->members[i].is_voter()) continue;
    const bool own = static_cast<int>(i) == member.self;
    count += (own || (member.peers[i].up && member.peers[i].config == member.config->stamp)) ? 1 : 0;
  }
  return count;
}

}  // namespace

std::optional<bson::Document> reconfig_command(Member& member, ReplyTo to, bson::View command) {
  if (!member.config) return refusal_reply(Err::not_yet_initialized, "no replset config has been received");
  Request request{.to = to,
                  .document = document_at(command, "replSetReconfig").value_or(bson::Document{}),
                  .force = command.flag("force"),
                  .max_time_ms = command.number("maxTimeMS").value_or(0)};
  request.deadline = member.now.monotonic + k8s::Millis(request.max_time_ms);
  if (!request.force) {
    if (auto lost = not_writable(member)) return refusal_reply(*lost);
  }
  if (member.reconfiguring) {
    return refusal_reply(Err::configuration_in_progress,
                         "Cannot run replSetReconfig because the node is currently updating its configuration");
  }
  if (request.force) {
    check_and_install(member, request);
    return {};
  }
  wait_for_commitment(member, request, [request](Member& later, bool committed) {
    if (!committed) return answer(later, request.to, refusal_reply(not_committed(later)));
    if (auto lost = not_writable(later)) return answer(later, request.to, refusal_reply(*lost));
    if (later.reconfiguring) {
      return answer(
          later, request.to,
          refusal_reply(Err::configuration_in_progress,
                        "Cannot run replSetReconfig because the node is currently updating its configuration"));
    }
    check_and_install(later, request);
  });
  return {};
}

bson::Document get_config_command(const Member& member, bson::View command) {
  if (!member.config) return refusal_reply(Err::not_yet_initialized, "no replset config has been received");
  const NewlyAdded shown = command.flag("$_internalIncludeNewlyAdded") ? NewlyAdded::show : NewlyAdded::hide;
  bson::Builder reply;
  reply.append("config", to_document(*member.config, member.options.flavor, shown));
  if (command.flag("commitmentStatus")) {
    if (!is_primary(member)) {
      return refusal_reply(Err::not_writable_primary, "commitmentStatus is only supported on primary.");
    }
    reply.append("commitmentStatus", is_config_committed(member));
  }
  return reply.done();
}

bool is_config_committed(const Member& member) {
  if (!member.config || !is_primary(member)) return false;
  const bool oplog_committed = member.committed.t == member.election.term;
  return oplog_committed && voters_with_config(member) >= member.config->vote_majority();
}

void config_may_be_committed(Member& member) {
  if (member.config_waits.empty()) return;
  const bool lost = !is_primary(member);
  if (!lost && !is_config_committed(member)) return;
  std::list<ConfigWait> waiting;
  waiting.swap(member.config_waits);
  for (const ConfigWait& wait : waiting) {
    member.timers.cancel(wait.deadline);
    if (lost) {
      answer(member, wait.to,
             refusal_reply(Err::primary_stepped_down, "Primary stepped down while waiting for replication"));
    } else {
      wait.done(member);
    }
  }
}

void clear_newly_added(Member& member) {
  if (newly_synced(member) < 0 || member.clearing_newly_added) return;
  member.clearing_newly_added = true;
  // The server's own reconfiguration comes from another thread: one that a client sends at the same time may be first.
  after(member, kAutomaticReconfigDelay, [](Member& later) {
    later.clearing_newly_added = false;
    const int index = newly_synced(later);
    if (index < 0) return;
    SetConfig config = *later.config;
    config.members[static_cast<std::size_t>(index)].newly_added = false;
    ++config.stamp.version;
    config.stamp.term = later.election.term;
    log(later, {"REPL", 4634500, "Submitting automatic reconfig to remove newlyAdded"},
        bson::Document{{"memberIndex", index}, {"version", config.stamp.version}});
    install_config(later, config, later.self);
    log_reconfig(later);
  });
}

}  // namespace simmongod
