// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/parameters.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "operators/mongodb/wire/bson_edit.hpp"
#include "operators/mongodb/wire/bson_json.hpp"
#include "sandbox/simmongod/member.hpp"

namespace simmongod {

// parameters_defaults.cpp
std::string_view recorded_parameters();

namespace {

// Known, but not part of what getParameter: "*" showed when it was recorded.
constexpr std::array<std::string_view, 26> kMoreNames{"allowDiskUseByDefault",
                                                      "cursorTimeoutMillis",
                                                      "diagnosticDataCollectionEnabled",
                                                      "enableDetailedConnectionHealthMetricLogLines",
                                                      "enableTestCommands",
                                                      "featureCompatibilityVersion",
                                                      "initialSyncMethod",
                                                      "internalQueryExecMaxBlockingSortBytes",
                                                      "internalQueryMaxBlockingSortMemoryUsageBytes",
                                                      "logComponentVerbosity",
                                                      "logLevel",
                                                      "maxIndexBuildMemoryUsageMegabytes",
                                                      "maxTransactionLockRequestTimeoutMillis",
                                                      "minSnapshotHistoryWindowInSeconds",
                                                      "net.tls",
                                                      "notablescan",
                                                      "periodicNoopIntervalSecs",
                                                      "quiet",
                                                      "replWriterThreadCount",
                                                      "storageEngineConcurrentReadTransactions",
                                                      "storageEngineConcurrentWriteTransactions",
                                                      "traceExceptions",
                                                      "transactionLifetimeLimitSeconds",
                                                      "wiredTigerConcurrentReadTransactions",
                                                      "wiredTigerConcurrentWriteTransactions",
                                                      "writePeriodicNoops"};

// --setParameter gives text: "5", "true"; the default knows what is meant.
bson::Value of_type(const bson::Element& given, bson::Type type) {
  const auto text = given.string();
  if (type == bson::Type::boolean) {
    if (text) return bson::Value(*text == "true" || *text == "1");
    return bson::Value(given.boolean().value_or(false));
  }
  if (type != bson::Type::int32 && type != bson::Type::int64 && type != bson::Type::real) return bson::Value(given);
  double number = given.real().value_or(0);
  if (text) {
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc{}) return bson::Value(given);
  }
  if (type == bson::Type::real) return bson::Value(number);
  if (type == bson::Type::int32) return bson::Value(static_cast<int>(number));
  return bson::Value(static_cast<std::int64_t>(number));
}

bson::Document assigned(bson::View parameters, const bson::Element& given) {
  const auto old = parameters.find(given.key);
  const bson::Value value = old ? of_type(given, old->type) : bson::Value(given);
  return bson::with(parameters, given.key, value);
}

std::optional<bson::Value> feature_version(const Member& member) {
  for (const auto& [record, document] : member.store.find("admin.system.version") == nullptr
                                            ? std::map<std::int64_t, bson::Document>{}
                                            : member.store.find("admin.system.version")->records) {
    if (document.string("_id") != "featureCompatibilityVersion") continue;
    return bson::Value(bson::Document{{"version", document.string("version").value_or("")}});
  }
  if (!member.config) return {};
  return bson::Value(bson::Document{{"version", member.options.flavor.feature_versions.front()}});
}

}  // namespace

bson::Document default_parameters(const Options& options) {
  const auto recorded = bson::from_json(recorded_parameters());
  bson::Document parameters = recorded ? *recorded : bson::Document{};
  for (const bson::Element& given : options.parameters) parameters = assigned(parameters, given);
  return parameters;
}

bool is_known_parameter(std::string_view name) {
  const auto recorded = bson::from_json(recorded_parameters());
  if (recorded) {
    for (const bson::Element& parameter : *recorded) {
      if (parameter.key == name) return true;
    }
  }
  return std::ranges::find(kMoreNames, name) != kMoreNames.end();
}

bson::Document get_parameter_command(Member& member, bson::View command) {
  const auto which = command.find("getParameter");
  bson::Builder reply;
  if (which && which->string() == "*") {
    reply.append_all(member.parameters);
    return reply.done();
  }
  bool found = false;
  for (const bson::Element& asked : command) {
    if (asked.key == "featureCompatibilityVersion") {
      const auto version = feature_version(member);
      if (!version) return refusal_reply(Err::unknown_fcv, "featureCompatibilityVersion is not yet known.");
      reply.append("featureCompatibilityVersion", *version);
      found = true;
    } else if (const auto value = member.parameters.find(asked.key); value && asked.key != "getParameter") {
      reply.append(asked.key, *value);
      found = true;
    }
  }
  if (!found) return refusal_reply(Err::invalid_options, "no option found to get");
  return reply.done();
}

bson::Document set_parameter_command(Member& member, bson::View command) {
  bson::Builder reply;
  bool found = false;
  for (const bson::Element& given : command) {
    if (given.key == "setParameter" || given.key == "lsid" || given.key == "comment" || given.key.starts_with("$")) {
      continue;
    }
    if (!is_known_parameter(given.key)) {
      return refusal_reply(Refusal{
          .code = member.options.flavor.development_49 ? 0 : static_cast<int>(Err::invalid_options),
          .message =
              fmt::format("attempted to set unrecognized parameter [{}], use help:true to see options ", given.key)});
    }
    if (const auto old = member.parameters.find(given.key); old && !found) reply.append("was", *old);
    found = true;
    member.parameters = assigned(member.parameters, given);
  }
  if (!found) return refusal_reply(Err::invalid_options, "no option found to set, use help:true to see options ");
  return reply.done();
}

std::int64_t number_parameter(const Member& member, std::string_view name, std::int64_t otherwise) {
  const auto value = member.parameters.find(name);
  return value ? value->number().value_or(otherwise) : otherwise;
}

bool flag_parameter(const Member& member, std::string_view name, bool otherwise) {
  const auto value = member.parameters.find(name);
  return value ? value->boolean().value_or(otherwise) : otherwise;
}

}  // namespace simmongod
