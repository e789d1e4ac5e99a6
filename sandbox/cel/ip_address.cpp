// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/ip_address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace cel {
namespace {

// Decimal without leading zeros, at most `most`.
std::optional<int> small_number(std::string_view text, int most) {
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.front() == '-' || value > most)
    return std::nullopt;
  return value;
}

std::optional<std::array<std::uint8_t, 4>> parse_v4(std::string_view text) {
  std::array<std::uint8_t, 4> bytes{};
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t end = i < 3 ? text.find('.') : text.size();
    if (end == std::string_view::npos) return std::nullopt;
    const auto octet = small_number(text.substr(0, end), 255);
    if (!octet) return std::nullopt;
    bytes[i] = static_cast<std::uint8_t>(*octet);
    text.remove_prefix(i < 3 ? end + 1 : end);
  }
  return bytes;
}

std::optional<std::uint16_t> parse_group(std::string_view text) {
  if (text.empty() || text.size() > 4) return std::nullopt;
  std::uint16_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Groups {
  std::array<std::uint8_t, 16> bytes{};
  std::size_t size = 0;
};

// "2001:db8:1.2.3.4": groups between single colons, the last of which may be an IPv4 address.
std::optional<Groups> parse_groups(std::string_view text) {
  Groups groups;
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const std::string_view part = text.substr(0, colon);
    if (part.find('.') != std::string_view::npos) {
      const auto v4 = parse_v4(part);
      if (!v4 || colon != std::string_view::npos || groups.size + 4 > 16) return std::nullopt;
      std::copy(v4->begin(), v4->end(), groups.bytes.begin() + static_cast<std::ptrdiff_t>(groups.size));
      groups.size += 4;
      return groups;
    }
    const auto group = parse_group(part);
    if (!group || groups.size + 2 > 16) return std::nullopt;
    groups.bytes[groups.size++] = static_cast<std::uint8_t>(*group >> 8);
    groups.bytes[groups.size++] = static_cast<std::uint8_t>(*group & 0xff);
    if (colon == std::string_view::npos) return groups;
    text.remove_prefix(colon + 1);
    if (text.empty()) return std::nullopt;
  }
  return groups;
}

std::optional<IpAddress> parse_v6(std::string_view text) {
  IpAddress address{.bytes = {}, .v6 = true};
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) {
    const auto all = parse_groups(text);
    if (!all || all->size != 16) return std::nullopt;
    address.bytes = all->bytes;
    return address;
  }
  const std::string_view front = text.substr(0, gap);
  const auto head = parse_groups(front);
  const auto tail = parse_groups(text.substr(gap + 2));
  if (!head || !tail || front.find('.') != std::string_view::npos || head->size + tail->size > 14) return std::nullopt;
  std::copy_n(head->bytes.begin(), head->size, address.bytes.begin());
  std::copy_n(tail->bytes.begin(), tail->size, address.bytes.end() - static_cast<std::ptrdiff_t>(tail->size));
  return address;
}

bool is_mapped_v4(const IpAddress& address) {
  return address.v6 && std::all_of(address.bytes.begin(), address.bytes.begin() + 10, [](auto b) { return b == 0; }) &&
         address.bytes[10] == 0xff && address.bytes[11] == 0xff;
}

unsigned group(const IpAddress& address, std::size_t i) {
  return (static_cast<unsigned>(address.bytes[2 * i]) << 8) | address.bytes[2 * i + 1];
}

}  // namespace

std::optional<IpAddress> parse_ip(std::string_view text) {
  if (text.find(':') == std::string_view::npos) {
    const auto v4 = parse_v4(text);
    if (!v4) return std::nullopt;
    IpAddress address;
    std::copy(v4->begin(), v4->end(), address.bytes.begin());
    return address;
  }
  const auto address = parse_v6(text);
  return address && !is_mapped_v4(*address) ? address : std::nullopt;
}

std::string to_string(const IpAddress& address) {
  const auto& b = address.bytes;
  if (!address.v6) return fmt::format("{}.{}.{}.{}", b[0], b[1], b[2], b[3]);
  // The first of the longest runs of zero groups, if it is longer than one.
  std::size_t gap = 8, gap_size = 1;
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t size = 0;
    while (i + size < 8 && group(address, i + size) == 0) ++size;
    if (size > gap_size) {
      gap = i;
      gap_size = size;
    }
  }
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == gap) {
      out += "::";
      i += gap_size - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') out += ':';
    out += fmt::format("{:x}", group(address, i));
  }
  return out;
}

bool is_unspecified(const IpAddress& address) {
  return std::all_of(address.bytes.begin(), address.bytes.end(), [](auto b) { return b == 0; });
}

bool is_loopback(const IpAddress& address) {
  if (!address.v6) return address.bytes[0] == 127;
  return std::all_of(address.bytes.begin(), address.bytes.end() - 1, [](auto b) { return b == 0; }) &&
         address.bytes[15] == 1;
}

bool is_link_local_multicast(const IpAddress& address) {
  const auto& b = address.bytes;
  return address.v6 ? b[0] == 0xff && (b[1] & 0x0f) == 2 : b[0] == 224 && b[1] == 0 && b[2] == 0;
}

bool is_link_local_unicast(const IpAddress& address) {
  const auto& b = address.bytes;
  return address.v6 ? b[0] == 0xfe && (b[1] & 0xc0) == 0x80 : b[0] == 169 && b[1] == 254;
}

bool is_global_unicast(const IpAddress& address) {
  const auto& b = address.bytes;
  const bool multicast = address.v6 ? b[0] == 0xff : (b[0] & 0xf0) == 0xe0;
  const bool broadcast = !address.v6 && b[0] == 255 && b[1] == 255 && b[2] == 255 && b[3] == 255;
  return !is_unspecified(address) && !broadcast && !is_loopback(address) && !multicast &&
         !is_link_local_unicast(address);
}

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = parse_ip(text.substr(0, slash));
  if (!address) return std::nullopt;
  const auto prefix = small_number(text.substr(slash + 1), address->v6 ? 128 : 32);
  if (!prefix) return std::nullopt;
  return Network{*address, *prefix};
}

std::string to_string(const Network& network) {
  return fmt::format("{}/{}", to_string(network.address), network.prefix_length);
}

Network masked(const Network& network) {
  Network out = network;
  for (int bit = network.prefix_length; bit < 128; ++bit) {
    auto& byte = out.address.bytes[static_cast<std::size_t>(bit / 8)];
    byte = static_cast<std::uint8_t>(byte & ~(0x80u >> (bit % 8)));
  }
  return out;
}

bool contains(const Network& network, const IpAddress& address) {
  return network.address.v6 == address.v6 && masked(network) == masked(Network{address, network.prefix_length});
}

bool contains(const Network& network, const Network& other) {
  return network.prefix_length <= other.prefix_length && contains(network, other.address);
}

}  // namespace cel
