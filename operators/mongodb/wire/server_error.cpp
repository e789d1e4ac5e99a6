// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/wire/server_error.hpp"

#include <algorithm>
#include <array>

namespace mongo {
namespace {

using k8s::Code;

struct Meaning {
  int code;
  Code read;
  // For a write, where it differs: the change may have been made before the refusal.
  Code write;
};

constexpr Meaning same(int code, Code meaning) {
  return Meaning{.code = code, .read = meaning, .write = meaning};
}
constexpr Meaning interrupted(int code, Code read = Code::unavailable) {
  return Meaning{.code = code, .read = read, .write = Code::unknown_outcome};
}

// Ordered by code. A code that is not here is `internal`: nobody has thought about it yet.
constexpr std::array kMeanings = {
    same(2, Code::invalid),             // BadValue
    same(6, Code::unavailable),         // HostUnreachable
    same(7, Code::unavailable),         // HostNotFound
    same(9, Code::invalid),             // FailedToParse
    same(11, Code::not_found),          // UserNotFound
    same(13, Code::forbidden),          // Unauthorized
    same(14, Code::invalid),            // TypeMismatch
    same(18, Code::unauthenticated),    // AuthenticationFailed
    same(20, Code::invalid),            // IllegalOperation
    same(23, Code::already_exists),     // AlreadyInitialized
    same(24, Code::unavailable),        // LockTimeout
    same(26, Code::not_found),          // NamespaceNotFound
    same(27, Code::not_found),          // IndexNotFound
    same(31, Code::not_found),          // RoleNotFound
    same(43, Code::gone),               // CursorNotFound
    same(46, Code::unavailable),        // LockBusy
    same(48, Code::already_exists),     // NamespaceExists
    interrupted(50, Code::timeout),     // MaxTimeMSExpired: a reconfiguration that ran out of time is installed
    same(59, Code::invalid),            // CommandNotFound
    interrupted(64, Code::timeout),     // WriteConcernFailed
    same(72, Code::invalid),            // InvalidOptions
    same(74, Code::unavailable),        // NodeNotFound: a host is not itself, or not enough of them answer
    same(76, Code::invalid),            // NoReplicationEnabled
    interrupted(89),                    // NetworkTimeout
    interrupted(91),                    // ShutdownInProgress
    same(93, Code::invalid),            // InvalidReplicaSetConfig: refused, or this member was removed
    same(94, Code::not_found),          // NotYetInitialized
    same(95, Code::conflict),           // NotSecondary: it is primary or running for election
    same(100, Code::invalid),           // UnsatisfiableWriteConcern
    same(103, Code::conflict),          // NewReplicaSetConfigurationIncompatible: the configuration has moved on
    same(109, Code::unavailable),       // ConfigurationInProgress
    same(112, Code::conflict),          // WriteConflict
    same(117, Code::unavailable),       // ConflictingOperationInProgress
    same(121, Code::invalid),           // DocumentValidationFailure
    same(123, Code::conflict),          // NotAReplicaSet: not started as a member
    same(125, Code::unavailable),       // CommandFailed: "Election failed."
    same(133, Code::unavailable),       // FailedToSatisfyReadPreference
    same(134, Code::unavailable),       // ReadConcernMajorityNotAvailableYet
    same(136, Code::gone),              // CappedPositionLost
    interrupted(189),                   // PrimarySteppedDown
    interrupted(202, Code::timeout),    // NetworkInterfaceExceededTimeLimit
    same(211, Code::unavailable),       // KeyNotFound: signing keys not there yet
    same(237, Code::gone),              // CursorKilled
    same(239, Code::gone),              // SnapshotTooOld
    same(246, Code::unavailable),       // SnapshotUnavailable
    same(262, Code::timeout),           // ExceededTimeLimit: nobody caught up, so the primary did not step down
    same(308, Code::unavailable),       // CurrentConfigNotCommittedYet
    interrupted(317),                   // ConnectionPoolExpired
    same(334, Code::unauthenticated),   // MechanismUnavailable
    interrupted(384),                   // ConnectionError
    same(391, Code::unauthenticated),   // ReauthenticationRequired
    interrupted(9001),                  // SocketException
    same(10058, Code::unavailable),     // LegacyNotPrimary
    same(10107, Code::unavailable),     // NotWritablePrimary
    same(11000, Code::already_exists),  // DuplicateKey
    interrupted(11600),                 // InterruptedAtShutdown
    interrupted(11601),                 // Interrupted
    interrupted(11602),                 // InterruptedDueToReplStateChange
    same(13435, Code::unavailable),     // NotPrimaryNoSecondaryOk
    same(13436, Code::unavailable),     // NotPrimaryOrSecondary
    same(51002, Code::already_exists),  // a role of that name
    same(51003, Code::already_exists),  // a user of that name
};
static_assert(std::ranges::is_sorted(kMeanings, {}, &Meaning::code));

Code meaning(int code, Intent intent) {
  const auto found = std::ranges::lower_bound(kMeanings, code, {}, &Meaning::code);
  if (found == kMeanings.end() || found->code != code) return Code::internal;
  return intent == Intent::read ? found->read : found->write;
}

bool is_ok(bson::View reply) {
  return reply.flag("ok");
}

int code_of(bson::View error) {
  return static_cast<int>(error.number("code").value_or(0));
}

// Refused by the document's content before anything was changed.
bool is_rejection(int code) {
  const Code means = meaning(code, Intent::write);
  return means == Code::invalid || means == Code::forbidden || means == Code::unauthenticated ||
         code == code::kDuplicateKey;
}

}  // namespace

bool is_not_primary(int code) {
  constexpr std::array kCodes = {
      code::kShutdownInProgress,      code::kPrimarySteppedDown,    10058,
      code::kNotWritablePrimary,      code::kInterruptedAtShutdown, code::kInterruptedByStateChange,
      code::kNotPrimaryNoSecondaryOk, code::kNotPrimaryOrSecondary};
  return std::ranges::find(kCodes, code) != kCodes.end();
}

k8s::Error server_error(bson::View reply, Intent intent) {
  const int code = code_of(reply);
  const std::string text = reply.string("errmsg").value_or("the server refused without saying why");
  Code means = meaning(code, intent);
  // Not logged in at all and logged in with too few rights share a code.
  if (code == code::kUnauthorized && text.find("requires authentication") != std::string::npos)
    means = Code::unauthenticated;
  const std::string code_name = reply.string("codeName").value_or("");
  return k8s::Error{.code = means, .message = code_name.empty() ? text : code_name + ": " + text, .remote_code = code};
}

k8s::Result<void> check_reply(bson::View reply, Intent intent) {
  if (is_ok(reply)) return {};
  return server_error(reply, intent);
}

k8s::Result<bson::Document> checked(k8s::Result<bson::Document> reply, Intent intent) {
  if (reply) {
    if (auto ok = check_reply(*reply, intent); !ok) return ok.error();
  }
  return reply;
}

std::string_view name(WriteOutcome outcome) {
  switch (outcome) {
    case WriteOutcome::acknowledged: return "acknowledged";
    case WriteOutcome::failed: return "failed";
    case WriteOutcome::unknown: return "unknown";
  }
  return "";
}

WriteOutcome classify_write(const bson::Document& reply) {
  if (!is_ok(reply)) {
    const Code means = meaning(code_of(reply), Intent::write);
    return means == Code::unknown_outcome || means == Code::internal ? WriteOutcome::unknown : WriteOutcome::failed;
  }
  if (reply.has("writeConcernError")) return WriteOutcome::unknown;
  const bson::View errors = reply.sub("writeErrors");
  if (errors.empty()) return WriteOutcome::acknowledged;
  if (reply.number("n").value_or(0) != 0) return WriteOutcome::unknown;
  for (const bson::Element& error : errors) {
    if (!is_rejection(code_of(error.sub()))) return WriteOutcome::unknown;
  }
  return WriteOutcome::failed;
}

WriteOutcome classify_write(const k8s::Result<bson::Document>& reply) {
  if (reply) return classify_write(*reply);
  switch (reply.error().code) {
    case Code::unknown_outcome:
    case Code::internal:
    case Code::timeout:
    case Code::cancelled: return WriteOutcome::unknown;
    case Code::not_found:
    case Code::already_exists:
    case Code::conflict:
    case Code::gone:
    case Code::invalid:
    case Code::forbidden:
    case Code::unauthenticated:
    case Code::too_many_requests:
    case Code::unavailable: return WriteOutcome::failed;
  }
  return WriteOutcome::unknown;
}

}  // namespace mongo
