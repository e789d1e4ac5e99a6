// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/member/ip_address.hpp"

#include <arpa/inet.h>

#include <array>
#include <charconv>

namespace mongo::member {

std::optional<IpAddress> parse_address(std::string_view text) {
  const std::string terminated(text);
  std::array<char, 16> raw = {};
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  if (inet_pton(AF_INET, terminated.c_str(), raw.data()) == 1) return IpAddress{.bytes = std::string(raw.data(), 4)};
  if (inet_pton(AF_INET6, terminated.c_str(), raw.data()) == 1) return IpAddress{.bytes = std::string(raw.data(), 16)};
  return std::nullopt;
}

std::string to_text(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text = {};
  const int family = address.is_v6() ? AF_INET6 : AF_INET;
  if (address.bytes.size() != 4 && !address.is_v6()) return {};
  return inet_ntop(family, address.bytes.data(), text.data(), text.size()) == nullptr ? std::string() : text.data();
}

std::optional<HostPort> parse_host_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  HostPort parsed{.host = std::string(text.substr(0, colon))};
  const std::string_view digits = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), parsed.port);
  if (error != std::errc{} || end != digits.data() + digits.size() || parsed.port == 0) return std::nullopt;
  return parsed;
}

}  // namespace mongo::member
