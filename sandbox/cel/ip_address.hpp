// SPDX-License-Identifier: Apache-2.0
// What do ip("…") and cidr("…") hold? Addresses and networks as Kubernetes takes them: no zones, no IPv4 inside IPv6
// prefix
// ::ffff, no leading zeros.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cel {

struct IpAddress {
  // An IPv4 address lies in the first four bytes; the rest is zero.
  std::array<std::uint8_t, 16> bytes{};
  bool v6 = false;
  bool operator==(const IpAddress&) const = default;
};

std::optional<IpAddress> parse_ip(std::string_view text);
// The one canonical form (RFC 5952).
std::string to_string(const IpAddress& address);

bool is_unspecified(const IpAddress& address);
bool is_loopback(const IpAddress& address);
bool is_link_local_multicast(const IpAddress& address);
bool is_link_local_unicast(const IpAddress& address);
bool is_global_unicast(const IpAddress& address);

struct Network {
  IpAddress address;  // as written: bits after the prefix may be set
  int prefix_length = 0;
  bool operator==(const Network&) const = default;
};

std::optional<Network> parse_network(std::string_view text);
std::string to_string(const Network& network);
Network masked(const Network& network);
bool contains(const Network& network, const IpAddress& address);
bool contains(const Network& network, const Network& other);

}  // namespace cel
