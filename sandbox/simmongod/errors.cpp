// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/errors.hpp"

#include <array>

namespace simmongod {
namespace {

struct Row {
  int code;
  std::string_view name;
};
constexpr std::array kNames{
    Row{2, "BadValue"},
    Row{6, "HostUnreachable"},
    Row{9, "FailedToParse"},
    Row{11, "UserNotFound"},
    Row{13, "Unauthorized"},
    Row{14, "TypeMismatch"},
    Row{18, "AuthenticationFailed"},
    Row{20, "IllegalOperation"},
    Row{23, "AlreadyInitialized"},
    Row{26, "NamespaceNotFound"},
    Row{27, "IndexNotFound"},
    Row{43, "CursorNotFound"},
    Row{48, "NamespaceExists"},
    Row{50, "MaxTimeMSExpired"},
    Row{52, "DollarPrefixedFieldName"},
    Row{59, "CommandNotFound"},
    Row{64, "WriteConcernFailed"},
    Row{66, "ImmutableField"},
    Row{72, "InvalidOptions"},
    Row{73, "InvalidNamespace"},
    Row{74, "NodeNotFound"},
    Row{76, "NoReplicationEnabled"},
    Row{79, "UnknownReplWriteConcern"},
    Row{91, "ShutdownInProgress"},
    Row{93, "InvalidReplicaSetConfig"},
    Row{94, "NotYetInitialized"},
    Row{95, "NotSecondary"},
    Row{96, "OperationFailed"},
    Row{100, "UnsatisfiableWriteConcern"},
    Row{103, "NewReplicaSetConfigurationIncompatible"},
    Row{109, "ConfigurationInProgress"},
    Row{120, "OplogStartMissing"},
    Row{125, "CommandFailed"},
    Row{189, "PrimarySteppedDown"},
    Row{225, "TransactionTooOld"},
    Row{239, "SnapshotTooOld"},
    Row{246, "SnapshotUnavailable"},
    Row{258, "UnknownFeatureCompatibilityVersion"},
    Row{262, "ExceededTimeLimit"},
    Row{263, "OperationNotSupportedInTransaction"},
    Row{308, "CurrentConfigNotCommittedYet"},
    Row{10107, "NotWritablePrimary"},
    Row{11000, "DuplicateKey"},
    Row{11600, "InterruptedAtShutdown"},
    Row{11601, "Interrupted"},
    Row{11602, "InterruptedDueToReplStateChange"},
    Row{13435, "NotPrimaryNoSecondaryOk"},
    Row{13436, "NotPrimaryOrSecondary"},
};

}  // namespace

std::string code_name(int code) {
  for (const Row& row : kNames) {
    if (row.code == code) return std::string(row.name);
  }
  return "Location" + std::to_string(code);
}

bson::Document refusal_reply(const Refusal& refusal) {
  bson::Builder reply;
  reply.append("ok", 0.0).append("errmsg", refusal.message);
  if (refusal.code != 0) reply.append("code", refusal.code).append("codeName", code_name(refusal.code));
  return reply.done();
}

bson::Document refusal_reply(Err code, std::string message) {
  return refusal_reply(refuse(code, std::move(message)));
}

bool tells_topology(int code) {
  switch (static_cast<Err>(code)) {
    case Err::shutdown_in_progress:
    case Err::primary_stepped_down:
    case Err::not_writable_primary:
    case Err::interrupted_at_shutdown:
    case Err::interrupted_by_state_change:
    case Err::not_primary_no_secondary_ok:
    case Err::not_primary_or_secondary: return true;
    default: return false;
  }
}

}  // namespace simmongod
