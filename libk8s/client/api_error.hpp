// SPDX-License-Identifier: Apache-2.0
// The API server said no: what does it mean? One table from HTTP status and metav1.Status to an Error.
//
//   400 413 415 422       invalid            with every cause spelled out
//   401                   unauthenticated
//   403                   forbidden          see is_namespace_terminating()
//   404                   not_found          see is_unserved()
//   405 406               invalid            the resource does not know the verb or the form
//   422 on metadata.uid   conflict           an apply meant for an object that has since been made anew
//   409                   already_exists     by reason AlreadyExists
//                         conflict           else
//   410                   gone
//   429                   too_many_requests  retry_after from details or Retry-After; says which budget refused
//   500 502 503 504       unavailable        but see below
//                         unknown_outcome    for a write that may have been carried out all the same: etcd or a proxy
//                                            gave up waiting (504, 502, and 500 with such words)
//   else                  internal
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libk8s/base/error.hpp"
#include "libk8s/transport/request.hpp"

namespace k8s {

// The parts of a metav1.Status that we read; all empty when the body is none.
struct ApiStatus {
  struct Cause {
    std::string reason = {};  // "FieldValueInvalid", "NamespaceTerminating", "DisruptionBudget"
    std::string message = {};
    std::string field = {};  // "spec.replicas"
    bool operator==(const Cause&) const = default;
  };

  int code = 0;
  std::string reason = {};  // "AlreadyExists"
  std::string message = {};
  std::string kind = {};  // of details: what was asked for
  std::string name = {};
  std::optional<Seconds> retry_after = {};
  std::vector<Cause> causes = {};

  bool operator==(const ApiStatus&) const = default;
};

// Nothing when the text is no Status (a proxy's HTML page, for one).
std::optional<ApiStatus> parse_status(std::string_view body);

// For a status of 300 and above.
Error api_error(const Reply& reply, Method method);
// For the object of an ERROR watch event, which is a Status as well; HTTP status comes from its code.
Error api_error(const ApiStatus& status, Method method = Method::get);

// A create refused because its namespace is going away: wait for the end rather than report a missing right.
bool is_namespace_terminating(const Error& error);
// The server does not know that resource at all (the CRD is missing), as opposed to not having that object.
bool is_unserved(const Error& error);

}  // namespace k8s
