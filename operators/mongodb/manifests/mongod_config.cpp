// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/manifests/mongod_config.hpp"

#include <array>

#include <fmt/format.h>

namespace mongodb {
namespace {

using k8s::json::Value;

// Options that would take a member out of our hands, each with what to do instead.
struct Reserved {
  std::string_view section;
  std::string_view option;
  std::string_view instead;
};
constexpr std::array kReserved{
    Reserved{"net", "port", "the port is always 27017"},
    Reserved{"net", "bindIp", "members bind to their pod's address"},
    Reserved{"net", "bindIpAll", "members bind to their pod's address"},
    Reserved{"net", "unixDomainSocket", "the root file system is read-only"},
    Reserved{"replication", "replSetName", "the set is called like the MongoReplicaSet"},
    Reserved{"storage", "dbPath", "data lives on the member's claim"},
    Reserved{"security", "keyFile", "the operator makes the keyfile"},
    Reserved{"security", "authorization", "it is always enabled"},
    Reserved{"security", "clusterAuthMode", "members authenticate by keyfile"},
    Reserved{"sharding", "", "sharding is not supported"},
    Reserved{"processManagement", "", "the container runs mongod in the foreground"},
    Reserved{"systemLog", "destination", "logs go to the container's standard output"},
    Reserved{"systemLog", "path", "logs go to the container's standard output"},
    Reserved{"setParameter", "enableLocalhostAuthBypass", "it is always off"},
    Reserved{"setParameter", "shutdownTimeoutMillisForSignaledShutdown", "the operator times restarts"},
};

std::string reserved_option(const Value& config) {
  for (const Reserved& row : kReserved) {
    const auto section = config.find(row.section);
    if (section == config.end()) continue;
    const bool set = row.option.empty() || (section->is_object() && section->contains(row.option));
    if (!set) continue;
    const std::string option =
        row.option.empty() ? std::string{row.section} : fmt::format("{}.{}", row.section, row.option);
    return fmt::format(
        "spec.mongod.config sets {}, which the operator sets itself ({}): remove it from spec.mongod.config", option,
        row.instead);
  }
  return {};
}

}  // namespace

k8s::Result<Value> mongod_config(const MongoReplicaSet& set) {
  Value config = set.spec.mongod.config.is_null() ? Value::object() : set.spec.mongod.config;
  if (!config.is_object()) {
    return k8s::Error{
        .code = k8s::Code::invalid,
        .message = "spec.mongod.config is not an object: write mongod's configuration file options there"};
  }
  for (const auto& [section, options] : config.items()) {
    if (options.is_object()) continue;
    return k8s::Error{
        .code = k8s::Code::invalid,
        .message = fmt::format("spec.mongod.config.{} is not an object: mongod's options come in sections, such as "
                               "storage.wiredTiger.engineConfig.cacheSizeGB",
                               section)};
  }
  const std::string reserved = reserved_option(config);
  if (!reserved.empty()) return k8s::Error{.code = k8s::Code::invalid, .message = reserved};

  config["net"]["port"] = 27017;
  config["replication"]["replSetName"] = set.metadata.name.str();
  config["storage"]["dbPath"] = path::kData;
  config["security"]["keyFile"] = path::kKeyfile;
  config["security"]["authorization"] = "enabled";
  config["setParameter"]["enableLocalhostAuthBypass"] = false;
  config["setParameter"]["shutdownTimeoutMillisForSignaledShutdown"] = kQuiesceMillis;
  return config;
}

std::string mongod_config_text(const Value& config) {
  return k8s::json::print_pretty(config);
}

}  // namespace mongodb
