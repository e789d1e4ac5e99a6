// SPDX-License-Identifier: Apache-2.0
// One HTTP request to the API server and its reply, as values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libk8s/base/clock.hpp"

namespace k8s {

enum class Method { get, post, put, patch, remove };
std::string_view name(Method method);  // "GET" …
// Anything but a GET may have changed the cluster once it was sent.
inline bool is_write(Method method) {
  return method != Method::get;
}

// Traffic that must not wait for other traffic goes over connections of its own.
enum class Lane { requests, watches, lease };

struct Request {
  Method method = Method::get;
  std::string path = {};  // starts with '/', segments already percent-encoded (see path_of in client/paths.hpp)
  std::vector<std::pair<std::string, std::string>> query = {};  // encoded when sent
  std::string content_type = {};
  std::string body = {};
  // For a plain request: until the whole reply is there. For a stream: until its head is there; afterwards `idle`
  // rules.
  Millis deadline{30'000};
  // A stream that brings no byte for so long is dead.
  Millis idle{0};
  Lane lane = Lane::requests;

  bool operator==(const Request&) const = default;
};

// RFC 3986: everything but letters, digits and "-._~" becomes %XX. For one path segment or one side of a query
// parameter.
std::string percent_encode(std::string_view text);
// The request target: path and encoded query, "/api/v1/pods?limit=500".
std::string target_of(const Request& request);

struct Reply {
  int status = 0;
  std::string body = {};
  std::optional<Millis> retry_after = {};
  std::vector<std::string> warnings = {};  // from "Warning: 299" headers

  bool operator==(const Reply&) const = default;
};

}  // namespace k8s
