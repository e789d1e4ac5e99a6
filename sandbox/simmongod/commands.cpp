// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/commands.hpp"

#include <fmt/format.h>

#include "sandbox/simmongod/admin.hpp"
#include "sandbox/simmongod/auth.hpp"
#include "sandbox/simmongod/catalog.hpp"
#include "sandbox/simmongod/commit.hpp"
#include "sandbox/simmongod/elections.hpp"
#include "sandbox/simmongod/fetch_source.hpp"
#include "sandbox/simmongod/heartbeats.hpp"
#include "sandbox/simmongod/hello.hpp"
#include "sandbox/simmongod/initiate.hpp"
#include "sandbox/simmongod/parameters.hpp"
#include "sandbox/simmongod/reads.hpp"
#include "sandbox/simmongod/reconfig.hpp"
#include "sandbox/simmongod/shutdown.hpp"
#include "sandbox/simmongod/status.hpp"
#include "sandbox/simmongod/stepdown.hpp"
#include "sandbox/simmongod/sync.hpp"
#include "sandbox/simmongod/users.hpp"
#include "sandbox/simmongod/writes.hpp"

namespace simmongod {
namespace {

struct Call {
  Member& member;
  ReplyTo to;
  std::string db;
  const bson::Document& command;
};
using Answer = std::optional<bson::Document>;
using Handler = Answer (*)(const Call&);

enum class Needs { nothing, primary };

struct Command {
  Handler handler;
  Needs needs = Needs::nothing;
};

Answer ok(const Call&) {
  return bson::Document{};
}

// A change of data: waits for its write concern; a refusal does not.
template <auto change>
Answer replicated(const Call& call) {
  auto parsed = parse_write_concern(call.member, call.command);
  if (const auto* bad = std::get_if<Refusal>(&parsed)) return refusal_reply(*bad);
  bson::Document reply = change(call);
  if (reply.real("ok") == 0.0) return reply;
  answer_when_written(call.member, call.to, std::move(reply), call.member.oplog.last(),
                      std::get<WriteConcern>(std::move(parsed)));
  return {};
}

#define ANSWER(expression) []([[maybe_unused]] const Call& call) -> Answer { return expression; }
#define CHANGE(expression) &replicated<[](const Call& call) { return expression; }>

const std::map<std::string, Command, std::less<>>& replication_commands() {
  static const std::map<std::string, Command, std::less<>> kCommands{
      {"hello", {ANSWER(hello_command(call.member, call.to, call.command))}},
      {"isMaster", {ANSWER(hello_command(call.member, call.to, call.command))}},
      {"ismaster", {ANSWER(hello_command(call.member, call.to, call.command))}},
      {"replSetInitiate", {ANSWER(initiate_command(call.member, call.to, call.command))}},
      {"replSetGetStatus", {ANSWER(status_command(call.member))}},
      {"replSetGetConfig", {ANSWER(get_config_command(call.member, call.command))}},
      {"replSetReconfig", {ANSWER(reconfig_command(call.member, call.to, call.command))}},
      {"replSetStepDown", {ANSWER(step_down_command(call.member, call.to, call.command))}},
      {"replSetStepUp", {ANSWER(step_up_command(call.member, call.to, call.command))}},
      {"replSetFreeze", {ANSWER(freeze_command(call.member, call.command))}},
      {"replSetMaintenance", {ANSWER(maintenance_command(call.member, call.command))}},
      {"replSetSyncFrom", {ANSWER(sync_from_command(call.member, call.command))}},
      {"replSetHeartbeat", {ANSWER(heartbeat_command(call.member, call.command))}},
      {"replSetRequestVotes", {ANSWER(request_votes_command(call.member, call.command))}},
      {"replSetUpdatePosition", {ANSWER(update_position_command(call.member, call.command))}},
      {"simFetch", {ANSWER(fetch_command(call.member, call.to, call.command))}},
      {"simCommon", {ANSWER(common_command(call.member, call.command))}},
      {"simClone", {ANSWER(clone_command(call.member, call.command))}},
  };
  return kCommands;
}

const std::map<std::string, Command, std::less<>>& server_commands() {
  static const std::map<std::string, Command, std::less<>> kCommands{
      {"ping", {ok}},
      {"endSessions", {ok}},
      {"refreshSessions", {ok}},
      {"whatsmyuri", {ANSWER((bson::Document{{"you", "127.0.0.1:0"}}))}},
      {"startSession",
       {ANSWER((bson::Document{{"id", bson::Document{{"id", new_uuid(call.member)}}}, {"timeoutMinutes", 30}}))}},
      {"buildInfo", {ANSWER(build_info(call.member))}},
      {"buildinfo", {ANSWER(build_info(call.member))}},
      {"serverStatus", {ANSWER(server_status(call.member))}},
      {"hostInfo", {ANSWER(host_info(call.member))}},
      {"getCmdLineOpts", {ANSWER(command_line(call.member))}},
      {"getLog", {ANSWER(get_log(call.member, call.command))}},
      {"logRotate", {ok}},
      {"rotateCertificates", {ok}},
      {"getParameter", {ANSWER(get_parameter_command(call.member, call.command))}},
      {"setParameter", {ANSWER(set_parameter_command(call.member, call.command))}},
      {"fsync", {ANSWER(fsync_command(call.member, call.command))}},
      {"fsyncUnlock", {ANSWER(fsync_unlock(call.member))}},
      {"currentOp", {ANSWER(current_op(call.member, call.command))}},
      {"getDefaultRWConcern", {ANSWER(get_default_concerns(call.member))}},
      {"setDefaultRWConcern", {ANSWER(set_default_concerns(call.member, call.command)), Needs::primary}},
      {"shutdown", {ANSWER(shutdown_command(call.member, call.to, call.command))}},
      {"connectionStatus", {ANSWER(connection_status(call.member, call.to))}},
      {"saslStart", {ANSWER(sasl_start(call.member, call.to, call.db, call.command))}},
      {"saslContinue", {ANSWER(sasl_continue(call.member, call.to, call.command))}},
      {"logout", {ANSWER(logout(call.member, call.to, call.db))}},
      {"usersInfo", {ANSWER(users_info(call.member, call.db, call.command))}},
      {"createUser", {CHANGE(create_user(call.member, call.db, call.command)), Needs::primary}},
      {"updateUser", {CHANGE(update_user(call.member, call.db, call.command)), Needs::primary}},
      {"dropUser", {CHANGE(drop_user(call.member, call.db, call.command)), Needs::primary}},
      {"setFeatureCompatibilityVersion", {CHANGE(set_feature_version(call.member, call.command)), Needs::primary}},
  };
  return kCommands;
}

const std::map<std::string, Command, std::less<>>& data_commands() {
  static const std::map<std::string, Command, std::less<>> kCommands{
      {"insert", {ANSWER(write_command(call.member, call.to, call.db, call.command))}},
      {"update", {ANSWER(write_command(call.member, call.to, call.db, call.command))}},
      {"delete", {ANSWER(write_command(call.member, call.to, call.db, call.command))}},
      {"findAndModify", {ANSWER(find_and_modify(call.member, call.to, call.db, call.command))}},
      {"findandmodify", {ANSWER(find_and_modify(call.member, call.to, call.db, call.command))}},
      {"find", {ANSWER(read_command(call.member, call.to, call.db, call.command))}},
      {"count", {ANSWER(read_command(call.member, call.to, call.db, call.command))}},
      {"distinct", {ANSWER(read_command(call.member, call.to, call.db, call.command))}},
      {"aggregate", {ANSWER(read_command(call.member, call.to, call.db, call.command))}},
      {"getMore", {ANSWER(get_more_command(call.member, call.to, call.command))}},
      {"killCursors", {ANSWER(kill_cursors_command(call.member, call.command))}},
      {"listDatabases", {ANSWER(list_databases(call.member, call.command))}},
      {"listCollections", {ANSWER(list_collections(call.member, call.to, call.db, call.command))}},
      {"listIndexes", {ANSWER(list_indexes(call.member, call.to, call.db, call.command))}},
      {"dbHash", {ANSWER(db_hash(call.member, call.db, call.command))}},
      {"dbhash", {ANSWER(db_hash(call.member, call.db, call.command))}},
      {"dbStats", {ANSWER(db_stats(call.member, call.db))}},
      {"collStats", {ANSWER(coll_stats(call.member, call.db, call.command))}},
      {"validate", {ANSWER(validate_collection(call.member, call.db, call.command))}},
      {"create", {CHANGE(create_collection(call.member, call.db, call.command)), Needs::primary}},
      {"drop", {CHANGE(drop_collection(call.member, call.db, call.command)), Needs::primary}},
      {"dropDatabase", {CHANGE(drop_database(call.member, call.db)), Needs::primary}},
      {"renameCollection", {CHANGE(rename_collection(call.member, call.command)), Needs::primary}},
      {"createIndexes", {CHANGE(create_indexes(call.member, call.db, call.command)), Needs::primary}},
      {"dropIndexes", {CHANGE(drop_indexes(call.member, call.db, call.command)), Needs::primary}},
      {"applyOps", {CHANGE(apply_ops(call.member, call.command)), Needs::primary}},
  };
  return kCommands;
}

#undef ANSWER
#undef CHANGE

const Command* find_command(std::string_view name) {
  for (const auto* table : {&replication_commands(), &server_commands(), &data_commands()}) {
    const auto found = table->find(name);
    if (found != table->end()) return &found->second;
  }
  return nullptr;
}

bool is_write(std::string_view name, const Command& command) {
  return command.needs == Needs::primary || name == "insert" || name == "update" || name == "delete" ||
         name == "findAndModify" || name == "findandmodify";
}

std::optional<Refusal> quiescing(const Member& member, const std::string& name) {
  // Members of the set may go on asking; clients are sent elsewhere.
  const bool client_data = data_commands().contains(name);
  if (!member.shutdown.quiescing || !client_data) return {};
  return refuse(Err::shutdown_in_progress, "The server is in quiesce mode and will shut down");
}

}  // namespace

void run_command(Member& member, ReplyTo to, const std::string& db, const bson::Document& document) {
  const std::string name(document.first_key());
  ++member.counters["command"];
  const Command* command = find_command(name);
  if (command == nullptr) {
    return answer(member, to, refusal_reply(Err::command_not_found, fmt::format("no such command: '{}'", name)));
  }
  if (auto bad = authorize(member, to.connection, db, document)) return answer(member, to, refusal_reply(*bad));
  if (auto bad = quiescing(member, name)) return answer(member, to, refusal_reply(*bad));
  if (document.has("autocommit")) {
    // 263 OperationNotSupportedInTransaction: better than writing outside a transaction what was meant to be inside.
    return answer(member, to, refusal_reply(Refusal{.code = 263, .message = "this double has no transactions"}));
  }
  if (member.fsync_locks > 0 && is_write(name, *command)) {
    after(member, k8s::Millis(20), [to, db, document](Member& later) { run_command(later, to, db, document); });
    return;
  }
  if (command->needs == Needs::primary && !is_writable(member)) {
    return answer(member, to, refusal_reply(Err::not_writable_primary, "not primary"));
  }
  auto reply = command->handler(Call{.member = member, .to = to, .db = db, .command = document});
  if (reply) answer(member, to, *std::move(reply));
}

}  // namespace simmongod
