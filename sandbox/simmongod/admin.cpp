// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/admin.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "sandbox/simmongod/changes.hpp"
#include "sandbox/simmongod/query.hpp"

namespace simmongod {
namespace {

// What is left of currentOp without what every command may carry: conditions that an operation has to meet.
bson::Document operation_filter(bson::View command) {
  constexpr std::array kOfEveryCommand{"currentOp", "$all",    "$ownOps",      "$truncateOps",
                                       "$db",       "lsid",    "$clusterTime", "$readPreference",
                                       "maxTimeMS", "comment", "apiVersion"};
  bson::Builder filter;
  for (const bson::Element& field : command) {
    if (std::ranges::find(kOfEveryCommand, field.key) == kOfEveryCommand.end()) filter.append(field.key, field);
  }
  return filter.done();
}

}  // namespace

bson::Document build_info(const Member& member) {
  const Flavor& flavor = member.options.flavor;
  const bson::Array numbers{flavor.numbers[0], flavor.numbers[1], flavor.numbers[2], 0};
  const bson::Document openssl{{"running", "OpenSSL 3.0"}, {"compiled", "OpenSSL 3.0"}};
  const bson::Document environment{{"distmod", ""},
                                   {"distarch", "x86_64"},
                                   {"cc", ""},
                                   {"ccflags", ""},
                                   {"cxx", ""},
                                   {"cxxflags", ""},
                                   {"linkflags", ""},
                                   {"target_arch", "x86_64"},
                                   {"target_os", "linux"},
                                   {"cppdefines", ""}};
  return bson::Builder()
      .append("version", flavor.version)
      // How a client can tell that it talks to the double.
      .append("gitVersion", "sagong-simmongod")
      .append("modules", bson::Array{})
      .append("allocator", "tcmalloc")
      .append("javascriptEngine", "none")
      .append("sysInfo", "deprecated")
      .append("versionArray", numbers)
      .append("openssl", openssl)
      .append("buildEnvironment", environment)
      .append("bits", 64)
      .append("debug", false)
      .append("maxBsonObjectSize", 16 * 1024 * 1024)
      .append("storageEngines", bson::Array{"devnull", "ephemeralForTest", "wiredTiger"})
      .done();
}

bson::Document host_info(const Member& member) {
  return bson::Document{
      {"system", bson::Document{{"currentTime", date_of(member.now.wall)},
                                {"hostname", member.options.host_text},
                                {"cpuAddrSize", 64},
                                {"memSizeMB", std::int64_t{2048}},
                                {"memLimitMB", std::int64_t{2048}},
                                {"numCores", 2},
                                {"cpuArch", "x86_64"},
                                {"numaEnabled", false}}},
      {"os", bson::Document{{"type", "Linux"}, {"name", "Debian GNU/Linux 12 (bookworm)"}, {"version", "Kernel"}}}};
}

bson::Document command_line(const Member& member) {
  bson::Array argv;
  for (const std::string& word : member.options.argv) argv.append(word);
  return bson::Document{{"argv", argv}, {"parsed", member.options.parsed}};
}

bson::Document get_log(const Member& member, bson::View command) {
  const std::string which = command.string("getLog").value_or("");
  if (which == "*") return bson::Document{{"names", bson::Array{"global", "startupWarnings"}}};
  if (which != "global" && which != "startupWarnings") {
    return refusal_reply(Err::operation_failed, fmt::format("No log named '{}'", which));
  }
  bson::Array lines;
  if (which == "global") {
    for (const std::string& line : member.recent_log) lines.append(line);
  }
  return bson::Document{{"totalLinesWritten", static_cast<int>(member.log_lines)}, {"log", lines}};
}

bson::Document fsync_command(Member& member, bson::View command) {
  sync_journal(member);
  if (!command.flag("lock")) return bson::Document{{"numFiles", 1}};
  ++member.fsync_locks;
  return bson::Document{{"info", "now locked against writes, use db.fsyncUnlock() to unlock"},
                        {"lockCount", std::int64_t{member.fsync_locks}},
                        {"seeAlso", "http://dochub.mongodb.org/core/fsynccommand"}};
}

bson::Document fsync_unlock(Member& member) {
  if (member.fsync_locks == 0) {
    const int code = member.options.flavor.development_49 ? 0 : static_cast<int>(Err::illegal_operation);
    return refusal_reply(Refusal{.code = code, .message = "fsyncUnlock called when not locked"});
  }
  --member.fsync_locks;
  return bson::Document{{"info", "fsyncUnlock completed"}, {"lockCount", std::int64_t{member.fsync_locks}}};
}

bson::Document current_op(const Member& member, bson::View command) {
  std::vector<bson::Document> operations;
  for (const auto& [id, client] : member.clients) {
    operations.push_back(bson::Document{{"type", "op"},
                                        {"host", member.options.host_text},
                                        {"desc", fmt::format("conn{}", client.number)},
                                        {"connectionId", client.number},
                                        {"active", false},
                                        {"op", "none"},
                                        {"ns", ""}});
  }
  auto selected = select(std::move(operations), operation_filter(command), {});
  if (const auto* bad = std::get_if<Refusal>(&selected)) return refusal_reply(*bad);
  bson::Array shown;
  for (const bson::Document& operation : std::get<0>(selected)) shown.append(operation);
  bson::Builder reply;
  reply.append("inprog", shown);
  if (member.fsync_locks > 0) {
    reply.append("fsyncLock", true).append("info", "use db.fsyncUnlock() to terminate the fsync write/snapshot lock");
  }
  return reply.done();
}

bson::Document get_default_concerns(const Member& member) {
  bson::Builder reply;
  const bson::View chosen = member.default_concerns;
  if (member.options.flavor.implicit_majority) {
    const bool own_read = chosen.has("defaultReadConcern");
    const bool own_write = chosen.has("defaultWriteConcern");
    reply.append("defaultReadConcern",
                 own_read ? bson::Document(chosen.sub("defaultReadConcern")) : bson::Document{{"level", "local"}});
    reply.append("defaultWriteConcern", own_write ? bson::Document(chosen.sub("defaultWriteConcern"))
                                                  : bson::Document{{"w", "majority"}, {"wtimeout", 0}});
    reply.append("defaultWriteConcernSource", own_write ? "global" : "implicit");
    reply.append("defaultReadConcernSource", own_read ? "global" : "implicit");
  } else {
    reply.append_all(chosen);
  }
  return reply.append("localUpdateWallClockTime", date_of(member.started_wall)).done();
}

bson::Document set_default_concerns(Member& member, bson::View command) {
  bson::Builder chosen;
  for (const std::string_view key : {"defaultReadConcern", "defaultWriteConcern"}) {
    const auto given = command.find(key);
    const auto kept = member.default_concerns.find(key);
    if (given) {
      chosen.append(key, *given);
    } else if (kept) {
      chosen.append(key, *kept);
    }
  }
  member.default_concerns = chosen.done();
  return get_default_concerns(member);
}

bson::Document set_feature_version(Member& member, bson::View command) {
  const std::string wanted = command.string("setFeatureCompatibilityVersion").value_or("");
  const auto& known = member.options.flavor.feature_versions;
  if (std::ranges::find(known, wanted) == known.end()) {
    std::string list;
    for (auto version = known.rbegin(); version != known.rend(); ++version) {
      list += (list.empty() ? "'" : "' or '") + *version;
    }
    return refusal_reply(Refusal{
        .code = 4926900,
        .message =
            fmt::format("Invalid value for featureCompatibilityVersiondocument in admin.system.version, found {}, "
                        "expected {}. See https://docs.mongodb.com/master/release-notes/4.4-compatibility/"
                        "#feature-compatibility.",
                        wanted, list)});
  }
  if (member.options.flavor.numbers[0] >= 7 && !command.flag("confirm")) {
    return refusal_reply(Refusal{.code = 7369100,
                                 .message =
                                     "Once you have upgraded or downgraded the feature compatibility version, you "
                                     "will not be able to go back without the help of support. To confirm, re-run "
                                     "this command with 'confirm: true'"});
  }
  const std::string ns = "admin.system.version";
  ensure_collection(member, ns);
  const bson::Document id{{"_id", "featureCompatibilityVersion"}};
  const bson::Document document{{"_id", "featureCompatibilityVersion"}, {"version", wanted}};
  const bool there = member.store.by_id(ns, *id.find("_id")).has_value();
  LocalChange change{.op = there ? "u" : "i", .ns = ns, .o = document};
  if (there) change.o2 = id;
  log_change(member, std::move(change));
  return {};
}

bson::Document maintenance_command(Member& member, bson::View command) {
  if (!member.config) return refusal_reply(Err::not_yet_initialized, "no replset config has been received");
  if (is_primary(member)) return refusal_reply(Err::not_secondary, "primaries can't modify maintenance mode");
  const MemberState before = state_of(member);
  if (command.flag("replSetMaintenance")) {
    ++member.maintenance;
  } else if (member.maintenance == 0) {
    return refusal_reply(Err::operation_failed, "already out of maintenance mode");
  } else {
    --member.maintenance;
  }
  state_may_have_changed(member, before);
  return {};
}

}  // namespace simmongod
