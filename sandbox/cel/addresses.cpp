// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "sandbox/cel/functions.hpp"
#include "sandbox/cel/opaque.hpp"

namespace cel {
namespace {

const IpAddress& address(const Call& call, std::size_t i) {
  return std::get<IpAddress>(call.opaque(i).value);
}
const Network& network(const Call& call, std::size_t i) {
  return std::get<Network>(call.opaque(i).value);
}

Value bad_address(std::string_view text) {
  return Value::failure(fmt::format("IP Address \"{}\" parse error during conversion from string", text));
}
Value bad_network(std::string_view text) {
  return Value::failure(fmt::format(
      "network address parse error during conversion from string: network address parse error \"{}\"", text));
}

void add_ip(FunctionTable& table) {
  table.add("ip", "(string)->ip", [](const Call& call) {
    const auto parsed = parse_ip(call.text(0));
    return parsed ? Value::opaque(Opaque{*parsed}) : bad_address(call.text(0));
  });
  table.add("isIP", "(string)->bool",
            [](const Call& call) { return Value::boolean(parse_ip(call.text(0)).has_value()); });
  table.add("ip.isCanonical", "(string)->bool", [](const Call& call) {
    const auto parsed = parse_ip(call.text(0));
    return parsed ? Value::boolean(to_string(*parsed) == call.text(0)) : bad_address(call.text(0));
  });
  table.add("string", "(ip)->string", [](const Call& call) { return Value::string(to_string(address(call, 0))); });
  table.add("family", "ip.()->int", [](const Call& call) { return Value::integer(address(call, 0).v6 ? 6 : 4); });
  table.add("isUnspecified", "ip.()->bool",
            [](const Call& call) { return Value::boolean(is_unspecified(address(call, 0))); });
  table.add("isLoopback", "ip.()->bool",
            [](const Call& call) { return Value::boolean(is_loopback(address(call, 0))); });
  table.add("isLinkLocalMulticast", "ip.()->bool",
            [](const Call& call) { return Value::boolean(is_link_local_multicast(address(call, 0))); });
  table.add("isLinkLocalUnicast", "ip.()->bool",
            [](const Call& call) { return Value::boolean(is_link_local_unicast(address(call, 0))); });
  table.add("isGlobalUnicast", "ip.()->bool",
            [](const Call& call) { return Value::boolean(is_global_unicast(address(call, 0))); });
}

void add_cidr(FunctionTable& table) {
  table.add("cidr", "(string)->cidr", [](const Call& call) {
    const auto parsed = parse_network(call.text(0));
    return parsed ? Value::opaque(Opaque{*parsed}) : bad_network(call.text(0));
  });
  table.add("isCIDR", "(string)->bool",
            [](const Call& call) { return Value::boolean(parse_network(call.text(0)).has_value()); });
  table.add("string", "(cidr)->string", [](const Call& call) { return Value::string(to_string(network(call, 0))); });
  table.add("containsIP", "cidr.(string)->bool", [](const Call& call) {
    const auto parsed = parse_ip(call.text(1));
    return parsed ? Value::boolean(contains(network(call, 0), *parsed)) : bad_address(call.text(1));
  });
  table.add("containsIP", "cidr.(ip)->bool",
            [](const Call& call) { return Value::boolean(contains(network(call, 0), address(call, 1))); });
  table.add("containsCIDR", "cidr.(string)->bool", [](const Call& call) {
    const auto parsed = parse_network(call.text(1));
    return parsed ? Value::boolean(contains(network(call, 0), *parsed)) : bad_network(call.text(1));
  });
  table.add("containsCIDR", "cidr.(cidr)->bool",
            [](const Call& call) { return Value::boolean(contains(network(call, 0), network(call, 1))); });
  table.add("ip", "cidr.()->ip", [](const Call& call) { return Value::opaque(Opaque{network(call, 0).address}); });
  table.add("masked", "cidr.()->cidr",
            [](const Call& call) { return Value::opaque(Opaque{masked(network(call, 0))}); });
  table.add("prefixLength", "cidr.()->int",
            [](const Call& call) { return Value::integer(network(call, 0).prefix_length); });
}

}  // namespace

void add_addresses(FunctionTable& table) {
  add_ip(table);
  add_cidr(table);
}

}  // namespace cel
