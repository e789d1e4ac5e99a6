// SPDX-License-Identifier: Apache-2.0
// Sets in a known state, for tests of the simulated mongod.
#pragma once

#include <string>
#include <vector>

#include "sandbox/simmongod/world/world.hpp"

namespace simmongod::testing {

using bson::Array;
using bson::Document;

inline const std::vector<std::string> kHosts{"a:1", "b:1", "c:1", "d:1", "e:1"};

inline Options options() {
  Options out;
  out.set_name = "rs0";
  out.flavor = *flavor_of("7.0.14");
  return out;
}

inline Document members(std::size_t count, double first_priority = 1) {
  Array list;
  for (std::size_t i = 0; i < count; ++i) {
    list.append(
        Document{{"_id", static_cast<int>(i)}, {"host", kHosts[i]}, {"priority", i == 0 ? first_priority : 1.0}});
  }
  return Document{{"_id", "rs0"}, {"members", list}};
}

inline std::string primary_of(const World& world) {
  for (const std::string& host : kHosts) {
    if (world.has(host) && world.is_running(host) && is_writable(world.member(host))) return host;
  }
  return {};
}

inline bool all_are_well(const World& world, std::size_t count) {
  std::size_t secondaries = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!world.is_running(kHosts[i])) return false;
    const Member& member = world.member(kHosts[i]);
    if (state_of(member) == MemberState::secondary) ++secondaries;
    for (std::size_t j = 0; member.config && j < member.config->members.size(); ++j) {
      if (member.config->members[j].newly_added) return false;
    }
  }
  return secondaries + 1 == count && !primary_of(world).empty();
}

inline void run_until_well(World& world, std::size_t count) {
  world.run_until([&world, count] { return all_are_well(world, count); });
  world.run_for(k8s::Millis(2500));
}

// Members a, b, c … initiated together; a is primary.
inline void begin(World& world, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    world.add(kHosts[i], options());
    world.start(kHosts[i]);
  }
  const Document first{{"_id", "rs0"}, {"members", Array{Document{{"_id", 0}, {"host", "a:1"}}}}};
  world.command("a:1", "admin", Document{{"replSetInitiate", first}});
  world.run_until([&world] { return primary_of(world) == "a:1"; });
  Document config = members(count);
  config = bson::Builder(config).append("version", 2).done();
  world.command("a:1", "admin", Document{{"replSetReconfig", config}, {"maxTimeMS", 30000}});
  run_until_well(world, count);
}

inline Document insert(int id, const Document& concern) {
  return Document{
      {"insert", "c"}, {"documents", Array{Document{{"_id", id}}}}, {"ordered", true}, {"writeConcern", concern}};
}
inline Document majority() {
  return Document{{"w", "majority"}, {"wtimeout", 60000}};
}

inline bool is_ok(const Document& reply) {
  return reply.real("ok") == 1.0;
}
inline bool is_acknowledged(const Document& reply) {
  return is_ok(reply) && !reply.has("writeErrors") && !reply.has("writeConcernError");
}
inline std::int64_t code_of(const Document& reply) {
  return reply.number("code").value_or(0);
}

inline std::int64_t count(World& world, const std::string& host) {
  const Document reply =
      world.command(host, "t", Document{{"count", "c"}, {"$readPreference", Document{{"mode", "secondaryPreferred"}}}});
  return reply.number("n").value_or(-1);
}

}  // namespace simmongod::testing
