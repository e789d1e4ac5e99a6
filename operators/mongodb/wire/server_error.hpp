// SPDX-License-Identifier: Apache-2.0
// What does a server's answer mean for whoever asked? Codes: src/mongo/base/error_codes.yml; which of them occur when:
// facts/mongod/README.md.
#pragma once

#include <string_view>

#include "libk8s/base/result.hpp"
#include "operators/mongodb/wire/bson.hpp"

namespace mongo {

// The server's codes that are told apart by name somewhere in this project.
namespace code {
inline constexpr int kBadValue = 2;
inline constexpr int kUnauthorized = 13;
inline constexpr int kAuthenticationFailed = 18;
inline constexpr int kAlreadyInitialized = 23;
inline constexpr int kMaxTimeMsExpired = 50;
inline constexpr int kCommandNotFound = 59;
inline constexpr int kWriteConcernFailed = 64;  // "WriteConcernTimeout" since 7.1
inline constexpr int kNodeNotFound = 74;
inline constexpr int kShutdownInProgress = 91;
inline constexpr int kInvalidReplicaSetConfig = 93;
inline constexpr int kNotYetInitialized = 94;
inline constexpr int kNewConfigurationIncompatible = 103;
inline constexpr int kConfigurationInProgress = 109;
inline constexpr int kPrimarySteppedDown = 189;
inline constexpr int kExceededTimeLimit = 262;
inline constexpr int kConfigNotCommittedYet = 308;
inline constexpr int kReauthenticationRequired = 391;
inline constexpr int kNotWritablePrimary = 10107;
inline constexpr int kDuplicateKey = 11000;
inline constexpr int kInterruptedAtShutdown = 11600;
inline constexpr int kInterruptedByStateChange = 11602;
inline constexpr int kNotPrimaryNoSecondaryOk = 13435;
inline constexpr int kNotPrimaryOrSecondary = 13436;
}  // namespace code

// Does the command change anything? A lost reply to a read is `unavailable`; to a write it is `unknown_outcome`.
enum class Intent { read, write };

// Not the primary, or about to stop being it, or shutting down: ask another member, or later.
bool is_not_primary(int code);

// The refusal (ok: 0) as an Error; remote_code is always the server's code, the message its errmsg. For a write, the
// codes that come after the change may have been made (interrupted, time limit) are unknown_outcome.
k8s::Error server_error(bson::View reply, Intent intent = Intent::read);

// Success unless the reply says ok: 0. Says nothing about writeErrors and writeConcernError: see classify_write().
k8s::Result<void> check_reply(bson::View reply, Intent intent = Intent::read);

// The reply itself when it says ok: 1; any other as an Error.
k8s::Result<bson::Document> checked(k8s::Result<bson::Document> reply, Intent intent = Intent::read);

// "`ok: 1` is not an acknowledgement": counting the unknown as acknowledged shows false losses, counting them as failed
// hides duplicates.
enum class WriteOutcome {
  acknowledged,  // done, and the write concern that was asked for is fulfilled
  failed,        // surely not done
  unknown,       // perhaps done, perhaps done and to be rolled back
};
std::string_view name(WriteOutcome outcome);

// Of one insert, update, delete or findAndModify of a single document.
WriteOutcome classify_write(const bson::Document& reply);
// The same for a result as Connection::run gives it: a transport failure after sending is unknown.
WriteOutcome classify_write(const k8s::Result<bson::Document>& reply);

}  // namespace mongo
