// SPDX-License-Identifier: Apache-2.0
// How does the server say no? Codes and their names: src/mongo/base/error_codes.yml.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "operators/mongodb/wire/bson.hpp"

namespace simmongod {

namespace bson = mongo::bson;

enum class Err : int {
  none = 0,
  bad_value = 2,
  failed_to_parse = 9,
  user_not_found = 11,
  unauthorized = 13,
  type_mismatch = 14,
  authentication_failed = 18,
  illegal_operation = 20,
  already_initialized = 23,
  namespace_not_found = 26,
  index_not_found = 27,
  cursor_not_found = 43,
  namespace_exists = 48,
  max_time_ms_expired = 50,
  dollar_prefixed_field_name = 52,
  command_not_found = 59,
  write_concern_failed = 64,
  immutable_field = 66,
  invalid_options = 72,
  invalid_namespace = 73,
  node_not_found = 74,
  no_replication_enabled = 76,
  unknown_repl_write_concern = 79,
  shutdown_in_progress = 91,
  invalid_replica_set_config = 93,
  not_yet_initialized = 94,
  not_secondary = 95,
  operation_failed = 96,
  unsatisfiable_write_concern = 100,
  new_configuration_incompatible = 103,
  configuration_in_progress = 109,
  oplog_start_missing = 120,
  command_failed = 125,
  host_unreachable = 6,
  primary_stepped_down = 189,
  transaction_too_old = 225,
  snapshot_too_old = 239,
  snapshot_unavailable = 246,
  unknown_fcv = 258,
  exceeded_time_limit = 262,
  config_not_committed_yet = 308,
  not_writable_primary = 10107,
  duplicate_key = 11000,
  interrupted_at_shutdown = 11600,
  interrupted = 11601,
  interrupted_by_state_change = 11602,
  not_primary_no_secondary_ok = 13435,
  not_primary_or_secondary = 13436,
  interrupted_by_higher_term = 51999,
};

// "NotWritablePrimary"; "Location51003" for a number that has no name.
std::string code_name(int code);

struct Refusal {
  int code = 0;
  std::string message;

  bool operator==(const Refusal&) const = default;
};

inline Refusal refuse(Err code, std::string message) {
  return Refusal{.code = static_cast<int>(code), .message = std::move(message)};
}

// {ok: 0, errmsg, code, codeName}. Code 0 leaves the last two out: a few old commands answer so.
bson::Document refusal_reply(const Refusal& refusal);
bson::Document refusal_reply(Err code, std::string message);

// Codes with which drivers look for another primary; the server adds its topologyVersion to them.
bool tells_topology(int code);

}  // namespace simmongod
