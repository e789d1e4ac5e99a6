// SPDX-License-Identifier: Apache-2.0
// What can go wrong, in words that each imply one way to go on.
//
// Expected failures (the API server is away, an object is gone, a reply got lost) are values of type Error, never
// exceptions. The code alone decides the retry; the message is for people. Programmer errors are not Errors: see
// check.hpp.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace k8s {

enum class Code {
  not_found,          // it is not there: an observation, seldom a failure
  already_exists,     // somebody made it first, perhaps we did and the reply was lost: look again
  conflict,           // resourceVersion, uid or (term, version) has moved on: look again, then decide again
  gone,               // the resourceVersion is too old for a watch or a page (HTTP 410): list again
  invalid,            // the request can never succeed as it is: stop and tell the user
  forbidden,          // RBAC or admission says no: tell the user, retry slowly
  unauthenticated,    // credentials expired or wrong: fetch new ones, retry
  too_many_requests,  // throttled, or an eviction that the budget refuses: wait retry_after
  unavailable,        // could not be reached, or it said 5xx: back off and retry. The request was not carried out
  timeout,            // a deadline passed
  unknown_outcome,    // sent, reply lost: neither success nor failure. Look before doing it again
  cancelled,          // its owner went away
  internal,           // a bug or an answer that makes no sense
};

// Stable lower-case name, as written in logs and metrics: "not_found".
std::string_view name(Code code);
// The inverse of name(); nothing for other words.
std::optional<Code> code_from_name(std::string_view name);

// True where doing the same thing again, later, may work without anybody changing anything.
bool is_transient(Code code);

struct Error {
  Code code = Code::internal;
  std::string message;
  // Set when the other side said how long to wait (HTTP Retry-After).
  std::optional<std::chrono::milliseconds> retry_after = {};
  // The number the other side gave: an HTTP status or a MongoDB error code; 0 when there was none.
  int remote_code = 0;

  bool operator==(const Error&) const = default;
};

// "not_found: pods \"a\" not found"
std::string to_string(const Error& error);

// The same failure, said with what was being attempted in front: "create Pod a/b: …".
Error in_context(std::string_view doing, Error error);

}  // namespace k8s
