// SPDX-License-Identifier: Apache-2.0
// Which built-in role allows which command? Coarser than the server's action matrix, and never more generous for what
// operators and loss checkers use. https://www.mongodb.com/docs/manual/reference/built-in-roles/
#include <algorithm>
#include <array>

#include "sandbox/simmongod/auth.hpp"

namespace simmongod {
namespace {

enum class Group { open, monitor, manage, host, users, read, write, schema };

struct CommandGroup {
  std::string_view command;
  Group group;
};
constexpr std::array kCommands{
    CommandGroup{"hello", Group::open},
    CommandGroup{"isMaster", Group::open},
    CommandGroup{"ismaster", Group::open},
    CommandGroup{"ping", Group::open},
    CommandGroup{"buildInfo", Group::open},
    CommandGroup{"buildinfo", Group::open},
    CommandGroup{"connectionStatus", Group::open},
    CommandGroup{"saslStart", Group::open},
    CommandGroup{"saslContinue", Group::open},
    CommandGroup{"logout", Group::open},
    CommandGroup{"endSessions", Group::open},
    CommandGroup{"whatsmyuri", Group::open},
    CommandGroup{"replSetGetStatus", Group::monitor},
    CommandGroup{"replSetGetConfig", Group::monitor},
    CommandGroup{"serverStatus", Group::monitor},
    CommandGroup{"getCmdLineOpts", Group::monitor},
    CommandGroup{"getParameter", Group::monitor},
    CommandGroup{"getLog", Group::monitor},
    CommandGroup{"hostInfo", Group::monitor},
    CommandGroup{"listDatabases", Group::monitor},
    CommandGroup{"currentOp", Group::monitor},
    CommandGroup{"getDefaultRWConcern", Group::monitor},
    CommandGroup{"replSetInitiate", Group::manage},
    CommandGroup{"replSetReconfig", Group::manage},
    CommandGroup{"replSetStepDown", Group::manage},
    CommandGroup{"replSetFreeze", Group::manage},
    CommandGroup{"replSetSyncFrom", Group::manage},
    CommandGroup{"replSetMaintenance", Group::manage},
    CommandGroup{"replSetStepUp", Group::manage},
    CommandGroup{"setFeatureCompatibilityVersion", Group::manage},
    CommandGroup{"setDefaultRWConcern", Group::manage},
    CommandGroup{"shutdown", Group::host},
    CommandGroup{"fsync", Group::host},
    CommandGroup{"fsyncUnlock", Group::host},
    CommandGroup{"setParameter", Group::host},
    CommandGroup{"logRotate", Group::host},
    CommandGroup{"rotateCertificates", Group::host},
    CommandGroup{"createUser", Group::users},
    CommandGroup{"updateUser", Group::users},
    CommandGroup{"dropUser", Group::users},
    CommandGroup{"usersInfo", Group::users},
    CommandGroup{"find", Group::read},
    CommandGroup{"getMore", Group::read},
    CommandGroup{"killCursors", Group::read},
    CommandGroup{"count", Group::read},
    CommandGroup{"aggregate", Group::read},
    CommandGroup{"listCollections", Group::read},
    CommandGroup{"listIndexes", Group::read},
    CommandGroup{"collStats", Group::read},
    CommandGroup{"dbStats", Group::read},
    CommandGroup{"dbHash", Group::read},
    CommandGroup{"insert", Group::write},
    CommandGroup{"update", Group::write},
    CommandGroup{"delete", Group::write},
    CommandGroup{"findAndModify", Group::write},
    CommandGroup{"create", Group::write},
    CommandGroup{"createIndexes", Group::write},
    CommandGroup{"drop", Group::schema},
    CommandGroup{"dropIndexes", Group::schema},
    CommandGroup{"dropDatabase", Group::schema},
    CommandGroup{"renameCollection", Group::schema},
    CommandGroup{"validate", Group::schema},
    CommandGroup{"collMod", Group::schema},
};

struct Grant {
  std::string_view role;
  Group group;
  enum class Where { own_database, any_database } where;
};
using enum Grant::Where;
constexpr std::array kGrants{
    Grant{"read", Group::read, own_database},
    Grant{"readWrite", Group::read, own_database},
    Grant{"readWrite", Group::write, own_database},
    Grant{"readWrite", Group::schema, own_database},
    Grant{"dbAdmin", Group::schema, own_database},
    Grant{"userAdmin", Group::users, own_database},
    Grant{"dbOwner", Group::read, own_database},
    Grant{"dbOwner", Group::write, own_database},
    Grant{"dbOwner", Group::schema, own_database},
    Grant{"dbOwner", Group::users, own_database},
    Grant{"readAnyDatabase", Group::read, any_database},
    Grant{"readWriteAnyDatabase", Group::read, any_database},
    Grant{"readWriteAnyDatabase", Group::write, any_database},
    Grant{"dbAdminAnyDatabase", Group::schema, any_database},
    Grant{"userAdminAnyDatabase", Group::users, any_database},
    Grant{"clusterMonitor", Group::monitor, any_database},
    Grant{"clusterManager", Group::monitor, any_database},
    Grant{"clusterManager", Group::manage, any_database},
    Grant{"hostManager", Group::host, any_database},
    Grant{"hostManager", Group::monitor, any_database},
    Grant{"clusterAdmin", Group::monitor, any_database},
    Grant{"clusterAdmin", Group::manage, any_database},
    Grant{"clusterAdmin", Group::host, any_database},
    Grant{"backup", Group::read, any_database},
    Grant{"backup", Group::monitor, any_database},
    Grant{"restore", Group::write, any_database},
    Grant{"restore", Group::users, any_database},
};

std::optional<Group> group_of(std::string_view command) {
  const auto found = std::ranges::find(kCommands, command, &CommandGroup::command);
  return found == kCommands.end() ? std::nullopt : std::optional(found->group);
}

bool grants(const bson::View role, Group group, const std::string& db) {
  const std::string name = role.string("role").value_or("");
  const std::string on = role.string("db").value_or("");
  if (name == "root" && on == "admin") return true;
  return std::ranges::any_of(kGrants, [&](const Grant& grant) {
    if (grant.role != name || grant.group != group) return false;
    if (grant.where == own_database) return on == db;
    // "Any database" excludes the server's own ones for data.
    const bool data = group == Group::read || group == Group::write || group == Group::schema;
    return on == "admin" && !(data && name != "backup" && (db == "local" || db == "config"));
  });
}

}  // namespace

bool is_open_command(const std::string& command) {
  return group_of(command) == Group::open;
}

bool localhost_exception_allows(const std::string& command, const std::string& db) {
  constexpr std::array<std::string_view, 5> kAllowed{"replSetInitiate", "replSetGetStatus", "replSetReconfig",
                                                     "replSetGetConfig", "createUser"};
  return db == "admin" && std::ranges::find(kAllowed, command) != kAllowed.end();
}

bool roles_allow(const bson::Document& roles, const std::string& command, const std::string& db) {
  const auto group = group_of(command);
  for (const bson::Element& role : roles) {
    const bool root = role.sub().string("role") == "root" && role.sub().string("db") == "admin";
    const bool allowed = role.sub().string("role") == "__system" || (group ? grants(role.sub(), *group, db) : root);
    if (allowed) return true;
  }
  return false;
}

}  // namespace simmongod
