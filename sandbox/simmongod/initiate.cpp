// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/initiate.hpp"

#include <fmt/format.h>

#include "sandbox/simmongod/bson_order.hpp"
#include "sandbox/simmongod/changes.hpp"
#include "sandbox/simmongod/elections.hpp"
#include "sandbox/simmongod/install.hpp"
#include "sandbox/simmongod/quorum.hpp"

namespace simmongod {
namespace {

void refuse_now(Member& member, ReplyTo to, const Refusal& why) {
  member.reconfiguring = false;
  answer(member, to, refusal_reply(why));
}

// With no configuration given, a set of this member alone under its host name.
bson::Document default_config(const Member& member) {
  const bson::Document own{{"_id", 0}, {"host", member.options.host_text}};
  return bson::Document{{"_id", member.options.set_name}, {"version", 1}, {"members", bson::Array{own}}};
}

void install(Member& member, ReplyTo to, const SetConfig& config, int self) {
  member.reconfiguring = false;
  if (member.config) return answer(member, to, refusal_reply(Err::already_initialized, "already initialized"));
  log_noop(member, "initiating set");
  // The installation itself finds an oplog and goes straight to SECONDARY.
  install_config(member, config, self);
  sync_journal(member);
  answer(member, to, {});
  elect_if_alone(member);
}

}  // namespace

std::optional<bson::Document> initiate_command(Member& member, ReplyTo to, bson::View command) {
  if (member.options.set_name.empty()) {
    return refusal_reply(Err::no_replication_enabled, "This node was not started with replication enabled.");
  }
  if (member.config) return refusal_reply(Err::already_initialized, "already initialized");
  if (member.reconfiguring) {
    return refusal_reply(Err::configuration_in_progress, "replSetInitiate is already running");
  }
  bson::Document document = document_at(command, "replSetInitiate").value_or(bson::Document{});
  if (document.empty()) document = default_config(member);
  auto parsed = parse_config(document, member.options.flavor);
  if (const auto* bad = std::get_if<Refusal>(&parsed)) return refusal_reply(*bad);
  SetConfig config = std::get<SetConfig>(std::move(parsed));
  if (config.set_name != member.options.set_name) {
    return refusal_reply(
        Err::invalid_replica_set_config,
        fmt::format("Rejecting initiate with a set name that differs from command line set name, initiate "
                    "set name: {}, command line set name: {}",
                    config.set_name, member.options.set_name));
  }
  config.stamp = ConfigStamp{.version = 1, .term = 0};
  if (auto bad = validate_config(config)) return refusal_reply(Err::invalid_replica_set_config, *bad);
  if (!config.replica_set_id) config.replica_set_id = new_object_id(member);
  member.reconfiguring = true;
  find_self(member, config, [to, config](Member& later, int self) {
    if (self < 0) {
      return refuse_now(
          later, to,
          refuse(Err::invalid_replica_set_config,
                 fmt::format("No host described in new configuration with {} for replica set {} maps to this "
                             "node",
                             to_string(config.stamp), config.set_name)));
    }
    SetConfig others = config;
    others.members.erase(others.members.begin() + self);
    check_quorum(later, others, QuorumOf::all_members,
                 [to, config, self](Member& then, const std::optional<Refusal>& why) {
                   if (why) return refuse_now(then, to, *why);
                   install(then, to, config, self);
                 });
  });
  return {};
}

}  // namespace simmongod
