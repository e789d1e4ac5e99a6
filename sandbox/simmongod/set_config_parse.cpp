// SPDX-License-Identifier: Apache-2.0
// How is a configuration document read and written?
#include <fmt/format.h>

#include "sandbox/simmongod/bson_text.hpp"
#include "sandbox/simmongod/set_config.hpp"

namespace simmongod {
namespace {

using bson::Element;
using bson::Type;

struct Bad {
  std::string text;
};
using Outcome = std::optional<Bad>;

std::string type_name(Type type) {
  switch (type) {
    case Type::real: return "double";
    case Type::string: return "string";
    case Type::document: return "object";
    case Type::array: return "array";
    case Type::object_id: return "objectId";
    case Type::boolean: return "bool";
    case Type::date: return "date";
    case Type::null: return "null";
    case Type::int32: return "int";
    case Type::int64: return "long";
    default: return "undefined";
  }
}

Outcome wrong_type(std::string_view where, const Element& field, std::string_view expected) {
  return Bad{fmt::format("BSON field '{}.{}' is the wrong type '{}', expected type '{}'", where, field.key,
                         type_name(field.type), expected)};
}

Outcome read(std::string_view where, const Element& field, std::int64_t& out) {
  if (field.type != Type::int32 && field.type != Type::int64 && field.type != Type::real) {
    return wrong_type(where, field, "number");
  }
  out = static_cast<std::int64_t>(field.real().value_or(0));
  return {};
}

Outcome read(std::string_view where, const Element& field, double& out) {
  if (field.type != Type::int32 && field.type != Type::int64 && field.type != Type::real) {
    return wrong_type(where, field, "number");
  }
  out = field.real().value_or(0);
  return {};
}

Outcome read(std::string_view where, const Element& field, bool& out) {
  const auto value = field.boolean();
  if (!value) return wrong_type(where, field, "bool");
  out = *value;
  return {};
}

Outcome read(std::string_view where, const Element& field, std::string& out) {
  const auto value = field.string();
  if (!value) return wrong_type(where, field, "string");
  out = *value;
  return {};
}

Outcome read(std::string_view where, const Element& field, bson::Document& out) {
  if (!field.is_document()) return wrong_type(where, field, "object");
  out = bson::Document(field.sub());
  return {};
}

Outcome parse_member_field(const Element& field, MemberConfig& member) {
  constexpr std::string_view kWhere = "MemberConfig";
  if (field.key == "_id") return read(kWhere, field, member.id);
  if (field.key == "host") return read(kWhere, field, member.host);
  if (field.key == "arbiterOnly") return read(kWhere, field, member.arbiter);
  if (field.key == "buildIndexes") return read(kWhere, field, member.build_indexes);
  if (field.key == "hidden") return read(kWhere, field, member.hidden);
  if (field.key == "priority") return read(kWhere, field, member.priority);
  if (field.key == "tags") return read(kWhere, field, member.tags);
  if (field.key == "slaveDelay" || field.key == "secondaryDelaySecs") return read(kWhere, field, member.delay_seconds);
  if (field.key == "votes") return read(kWhere, field, member.votes);
  if (field.key == "newlyAdded") return read(kWhere, field, member.newly_added);
  if (field.key == "horizons") return read(kWhere, field, member.horizons);
  return Bad{fmt::format("BSON field 'MemberConfig.{}' is an unknown field.", field.key)};
}

Outcome check_member(const MemberConfig& member) {
  if (member.id < 0 || member.id > 255) return Bad{fmt::format("_id field value of {} is out of range.", member.id)};
  if (member.priority < 0 || member.priority > 1000) {
    return Bad{fmt::format("priority field value of {} is out of range", member.priority)};
  }
  if (member.votes != 0 && member.votes != 1) {
    return Bad{fmt::format("votes field value is {} but must be 0 or 1", member.votes)};
  }
  if (member.arbiter && member.votes == 0) return Bad{"Arbiter must vote (cannot have 0 votes)"};
  if (member.votes == 0 && member.priority != 0) return Bad{"priority must be 0 when non-voting (votes:0)"};
  if (member.delay_seconds > 0 && member.priority != 0)
    return Bad{"priority must be 0 when secondaryDelaySecs is used"};
  if (member.hidden && member.priority != 0) return Bad{"priority must be 0 when hidden=true"};
  if (!member.build_indexes && member.priority != 0) return Bad{"priority must be 0 when buildIndexes=false"};
  return {};
}

Outcome parse_member(const Element& item, MemberConfig& member) {
  if (!item.is_document()) return wrong_type("ReplSetConfig.members", item, "object");
  const std::string context = "member: " + shell_text(item.sub()) + " :: caused by :: ";
  bool has_id = false;
  bool has_host = false;
  bool has_priority = false;
  for (const Element& field : item.sub()) {
    has_id = has_id || field.key == "_id";
    has_host = has_host || field.key == "host";
    has_priority = has_priority || field.key == "priority";
    if (auto bad = parse_member_field(field, member)) return Bad{context + bad->text};
  }
  for (const auto& [there, name] : {std::pair{has_id, "_id"}, std::pair{has_host, "host"}}) {
    if (!there)
      return Bad{fmt::format("{}BSON field 'MemberConfig.{}' is missing but a required field", context, name)};
  }
  if (member.arbiter && !has_priority) member.priority = 0;
  // An arbiter's priority says nothing: the server reads 1 as 0.
  if (member.arbiter && member.priority == 1) member.priority = 0;
  if (auto bad = check_member(member)) return Bad{context + bad->text};
  return {};
}

Outcome parse_setting(const Element& field, SetConfig& config) {
  constexpr std::string_view kWhere = "ReplSetConfigSettings";
  if (field.key == "chainingAllowed") return read(kWhere, field, config.chaining_allowed);
  if (field.key == "heartbeatIntervalMillis") return read(kWhere, field, config.heartbeat_interval_ms);
  if (field.key == "heartbeatTimeoutSecs") return read(kWhere, field, config.heartbeat_timeout_s);
  if (field.key == "electionTimeoutMillis") return read(kWhere, field, config.election_timeout_ms);
  if (field.key == "catchUpTimeoutMillis") return read(kWhere, field, config.catch_up_timeout_ms);
  if (field.key == "catchUpTakeoverDelayMillis") return read(kWhere, field, config.catch_up_takeover_delay_ms);
  if (field.key == "getLastErrorModes") return read(kWhere, field, config.modes);
  if (field.key == "getLastErrorDefaults") return read(kWhere, field, config.defaults);
  if (field.key == "replicaSetId") {
    config.replica_set_id = field.object_id();
    return config.replica_set_id ? Outcome{} : wrong_type(kWhere, field, "objectId");
  }
  return Bad{fmt::format("BSON field 'ReplSetConfigSettings.{}' is an unknown field.", field.key)};
}

Outcome parse_protocol(const Element& field) {
  std::int64_t version = 0;
  if (auto bad = read("ReplSetConfig", field, version)) return bad;
  if (version >= 1) return {};
  return Bad{fmt::format("BSON field 'protocolVersion' value must be >= 1, actual value '{}'", version)};
}

Outcome parse_field(const Element& field, SetConfig& config) {
  constexpr std::string_view kWhere = "ReplSetConfig";
  if (field.key == "_id") return read(kWhere, field, config.set_name);
  if (field.key == "term") return read(kWhere, field, config.stamp.term);
  if (field.key == "writeConcernMajorityJournalDefault") return read(kWhere, field, config.journal_default);
  if (field.key == "protocolVersion") return parse_protocol(field);
  if (field.key == "configsvr" || field.key == "repaired") return {};
  if (field.key == "version") {
    if (auto bad = read(kWhere, field, config.stamp.version)) return bad;
    if (config.stamp.version > 0) return {};
    return Bad{fmt::format("BSON field 'version' value must be > 0, actual value '{}'", config.stamp.version)};
  }
  if (field.key == "members") {
    if (!field.is_array()) return wrong_type(kWhere, field, "array");
    for (const Element& item : field.sub()) {
      MemberConfig member;
      if (auto bad = parse_member(item, member)) return bad;
      config.members.push_back(std::move(member));
    }
    return {};
  }
  if (field.key == "settings") {
    if (!field.is_document()) return wrong_type(kWhere, field, "object");
    for (const Element& setting : field.sub()) {
      if (auto bad = parse_setting(setting, config)) return bad;
    }
    return {};
  }
  return Bad{fmt::format("BSON field 'ReplSetConfig.{}' is an unknown field.", field.key)};
}

bson::Document member_document(const MemberConfig& member, const Flavor& flavor, NewlyAdded newly_added) {
  bson::Builder out;
  out.append("_id", static_cast<int>(member.id)).append("host", member.host);
  out.append("arbiterOnly", member.arbiter);
  if (newly_added == NewlyAdded::show && member.newly_added) out.append("newlyAdded", true);
  out.append("buildIndexes", member.build_indexes).append("hidden", member.hidden);
  out.append("priority", member.priority).append("tags", member.tags);
  if (!member.horizons.empty()) out.append("horizons", member.horizons);
  out.append(flavor.delay_field, member.delay_seconds).append("votes", static_cast<int>(member.votes));
  return out.done();
}

}  // namespace

std::variant<SetConfig, Refusal> parse_config(bson::View document, const Flavor& flavor) {
  SetConfig config;
  config.stamp = ConfigStamp{.version = 1, .term = -1};
  for (const Element& field : document) {
    if (auto bad = parse_field(field, config)) return refuse(Err::invalid_replica_set_config, bad->text);
  }
  for (const std::string_view name : {"_id", "members"}) {
    if (document.has(name)) continue;
    return refuse(Err::invalid_replica_set_config,
                  fmt::format("BSON field 'ReplSetConfig.{}' is missing but a required field", name));
  }
  if (flavor.implicit_majority && config.defaults != SetConfig{}.defaults) {
    return refuse(Err::invalid_replica_set_config,
                  "Default write concern is not customizable through 'settings.getLastErrorDefaults'; use the "
                  "setDefaultRWConcern command instead");
  }
  return config;
}

bson::Document to_document(const SetConfig& config, const Flavor& flavor, NewlyAdded newly_added) {
  bson::Array members;
  for (const MemberConfig& member : config.members) members.append(member_document(member, flavor, newly_added));
  bson::Builder settings;
  settings.append("chainingAllowed", config.chaining_allowed)
      .append("heartbeatIntervalMillis", static_cast<int>(config.heartbeat_interval_ms))
      .append("heartbeatTimeoutSecs", static_cast<int>(config.heartbeat_timeout_s))
      .append("electionTimeoutMillis", static_cast<int>(config.election_timeout_ms))
      .append("catchUpTimeoutMillis", static_cast<int>(config.catch_up_timeout_ms))
      .append("catchUpTakeoverDelayMillis", static_cast<int>(config.catch_up_takeover_delay_ms))
      .append("getLastErrorModes", config.modes)
      .append("getLastErrorDefaults", config.defaults)
      .append_if("replicaSetId", config.replica_set_id);
  return bson::Builder()
      .append("_id", config.set_name)
      .append("version", static_cast<int>(config.stamp.version))
      .append("term", static_cast<int>(config.stamp.term))
      .append("members", members)
      .append("protocolVersion", std::int64_t{1})
      .append("writeConcernMajorityJournalDefault", config.journal_default)
      .append("settings", settings.done())
      .done();
}

}  // namespace simmongod
