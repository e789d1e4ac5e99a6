// SPDX-License-Identifier: Apache-2.0
// Where is the API server? "https://10.96.0.1:443/prefix", taken apart.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libk8s/base/result.hpp"

namespace k8s {

struct ServerUrl {
  bool tls = true;
  std::string host = {};  // IPv6 in brackets
  std::uint16_t port = 443;
  std::string prefix = {};  // "" or "/k8s/clusters/c-1", no slash at its end

  // "https://10.96.0.1:443/prefix"
  std::string text() const;
  // True for 127.0.0.0/8, [::1] and localhost.
  bool is_loopback() const;
  bool operator==(const ServerUrl&) const = default;
};

// Code::invalid with what is wrong. Without a scheme https is meant; user info, query and fragment are refused.
Result<ServerUrl> parse_server_url(std::string_view text);

}  // namespace k8s
