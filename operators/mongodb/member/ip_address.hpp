// SPDX-License-Identifier: Apache-2.0
// How does this program hold an address? As bytes, so that "::1" and "0:0:0:0:0:0:0:1" are the same one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mongo::member {

struct IpAddress {
  std::string bytes;  // 4 or 16, in network order

  bool is_v6() const { return bytes.size() == 16; }
  bool operator==(const IpAddress&) const = default;
};

// IPv4 in four decimal parts, or IPv6 without brackets and without a zone; nothing for anything else.
std::optional<IpAddress> parse_address(std::string_view text);
std::string to_text(const IpAddress& address);

struct HostPort {
  std::string host;
  std::uint16_t port = 0;

  bool operator==(const HostPort&) const = default;
};

// "orders-0.databases.svc.cluster.local:27017". Nothing without a host, or without a port from 1 to 65535.
std::optional<HostPort> parse_host_port(std::string_view text);

}  // namespace mongo::member
