// SPDX-License-Identifier: Apache-2.0
// Does the double answer as the recorded server did? Every recorded case with a command and a reply is put to it in the
// same topology. A difference must be listed in facts/differences.json with a reason; one that is listed must occur.
#include <gtest/gtest.h>

#include "libk8s/json/value.hpp"
#include "tests/sandbox/simmongod/replay/recording.hpp"

namespace simmongod::replay {
namespace {

void run_until_state(World& world, std::int64_t member, MemberState state) {
  ASSERT_TRUE(world.run_until([&] { return state_of(world.member(host(member))) == state; }));
}

void run_until_version(World& world, std::int64_t version) {
  ASSERT_TRUE(world.run_until([&] {
    return world.member(host(0)).config && world.member(host(0)).config->stamp.version == version;
  })) << version;
}

// 01: before initialisation, ten invalid configurations, one member.
void initiate(World& world, Recording& facts) {
  facts.open("01-initiate");
  facts.run_range(0, 28);
  world.run_for(k8s::Millis(2000));
  facts.run_range(30, 37);
}

// 02: members come, get votes, go.
void reconfigure(World& world, Recording& facts) {
  facts.open("02-reconfig");
  facts.run_range(0, 12);
  run_until_version(world, 16);
  facts.run_range(13, 14);
  run_until_state(world, 1, MemberState::removed);
  facts.run_range(15, 17);
  world.run_for(k8s::Millis(10));
  for (std::size_t i = 18; i < 28; i += 2) {
    facts.run(i);
    facts.run(i + 1);
    if (i < 26) world.run_for(k8s::Millis(200));
  }
  ASSERT_TRUE(world.run_until([&] { return world.member(host(0)).peers.at(1).up; }));
  facts.run_range(28, 34);
  facts.run(35);
  ASSERT_TRUE(world.run_until([&] { return !world.member(host(2)).sync.source.empty(); }));
  for (std::size_t i = 36; i < 48; ++i) facts.run(i);
  run_until_version(world, 23);
  facts.run_range(48, 63);
  world.kill(host(2));
  ASSERT_TRUE(world.run_until([&] { return !world.member(host(0)).peers.at(2).up; }));
  facts.run(64);
  world.start(host(2));
  run_until_state(world, 2, MemberState::secondary);
}

void fill(World& world) {
  const std::string text(50, 'y');
  for (int i = 0; i < 100; ++i) {
    world.command(host(0), "t",
                  Document{{"insert", "c"},
                           {"documents", Array{Document{{"_id", i}, {"x", text}}}},
                           {"writeConcern", Document{{"w", 3}}}});
  }
}

Document at_time(const Document& command, const Timestamp& time) {
  return bson::with(command, "readConcern.atClusterTime", time);
}

// 03: data, catalogue, snapshots, administration.
void work_with_data(World& world, Recording& facts) {
  facts.open("03-data");
  fill(world);
  facts.run_range(0, 20);
  world.run_for(k8s::Millis(500));
  facts.run_range(21, 24);
  // The transaction of the recording, without which one count would differ.
  world.command(host(0), "t", Document{{"insert", "c"}, {"documents", Array{Document{{"_id", "tx1"}}}}});
  world.run_for(k8s::Millis(500));
  const Timestamp now = world.member(host(0)).oplog.last().ts;
  facts.run(27);
  for (const std::size_t i : {28u, 30u}) facts.run(i, at_time(facts.prepared(i), now));
  for (const std::size_t i : {29u, 31u}) facts.run(i);
  facts.run(32, at_time(facts.prepared(32), Timestamp{.t = now.t - 4000, .i = 1}));
  facts.run(33, at_time(facts.prepared(33), Timestamp{.t = now.t + 4000, .i = 1}));
  facts.run(34);
  facts.run(35, at_time(facts.prepared(35), now));
  facts.run_range(36, 57);
  world.run_for(k8s::Millis(3000));
}

// 04: roles change.
void change_roles(World& world, Recording& facts) {
  facts.open("04-topology");
  facts.run_range(0, 2);
  const auto primary = facts.send(3, world.connect(host(0)));
  const auto secondary = facts.send(6, world.connect(host(1)));
  world.run_for(k8s::Millis(300));
  facts.run(4);
  facts.collect(3, primary);
  facts.run(5);
  facts.collect(6, secondary);
  ASSERT_TRUE(world.run_until([&] { return world.member(host(0)).primary_id == 1; }));
  facts.run_range(7, 8);
  ASSERT_TRUE(world.run_until([&] { return is_writable(world.member(host(1))); }));
  world.run_for(k8s::Millis(3000));
  facts.run_range(9, 16);
  world.run_for(k8s::Millis(3000));
  world.pause(host(0));
  world.pause(host(2));
  facts.run(17);
  facts.run(18);
  // Just before the first of the hanging heartbeats is given up.
  world.run_for(k8s::Millis(9000));
  facts.run_range(19, 21);
  world.resume(host(0));
  world.resume(host(2));
}

std::int64_t primary_of(const World& world) {
  for (const std::int64_t i : {0, 1, 2}) {
    if (is_writable(world.member(host(i)))) return i;
  }
  return -1;
}

// The recorded set had had fourteen elections by then, the last of which member 0 won.
void hold_elections(World& world, std::int64_t last_term) {
  ASSERT_TRUE(world.run_until([&] { return primary_of(world) >= 0; }));
  while (world.member(host(primary_of(world))).election.term < last_term) {
    world.run_for(k8s::Seconds(25));  // longer than anybody is frozen
    const std::int64_t now = primary_of(world);
    const bool last = world.member(host(now)).election.term + 1 == last_term;
    const std::int64_t next = last ? 0 : (now == 1 ? 2 : 1);
    ASSERT_NE(now, next);
    world.command(host(3 - now - next), "admin", Document{{"replSetFreeze", 20}});
    world.run_for(k8s::Millis(2500));
    world.command(host(now), "admin", Document{{"replSetStepDown", 20}, {"secondaryCatchUpPeriodSecs", 10}});
    ASSERT_TRUE(world.run_until([&] { return primary_of(world) == next; }));
  }
  world.run_for(k8s::Millis(3000));
}

// 05: an awaiting hello on a primary that is terminated.
void terminate(World& world, Recording& facts) {
  facts.open("05-gaps");
  hold_elections(world, 14);
  const auto waiting = facts.send(13, world.connect(host(0)));
  world.run_for(k8s::Millis(200));
  world.terminate(host(0));
  facts.collect(13, waiting);
}

// 06: a keyfile, __system, users, an arbiter.
void authenticate(World& world, Recording& facts) {
  facts.open("06-auth");
  const std::string a = host(0);
  const AuthenticatedUser system{.user = "__system", .db = "local"};
  const std::string key = "aGVsbG8sIHRoaXMgaXMgYSBrZXk=";
  const auto log_in_as = [&](const AuthenticatedUser& user, const std::string& password, mongo::Mechanism mechanism) {
    const ConnectionId connection = world.connect(a);
    return std::pair(connection, world.log_in(a, connection, user, password, mechanism));
  };
  facts.run_range(0, 6);
  ConnectionId member = 0;
  for (const auto& [index, mechanism] :
       {std::pair{7u, mongo::Mechanism::scram_sha_256}, std::pair{8u, mongo::Mechanism::scram_sha_1}}) {
    member = log_in_as(system, key, mechanism).first;
    facts.run(index, Document{{"connectionStatus", 1}}, member);
  }
  facts.run(10, member);
  ASSERT_TRUE(world.run_until([&] { return is_writable(world.member(a)); }));
  facts.run(11);
  for (const std::size_t i : {12u, 13u, 14u, 15u}) facts.run(i, member);
  facts.run(16);
  const AuthenticatedUser op{.user = "op", .db = "admin"};
  const auto [operator_connection, logged_in] = log_in_as(op, "p@ss:/w%rd\xc3\xa9", mongo::Mechanism::scram_sha_256);
  EXPECT_TRUE(logged_in.flag("done")) << shell_text(logged_in);
  facts.run(17, Document{{"connectionStatus", 1}}, operator_connection);
  facts.judge(18, log_in_as(op, "wrong", mongo::Mechanism::scram_sha_256).second);
  facts.judge(19, log_in_as({.user = "nobody", .db = "admin"}, "x", mongo::Mechanism::scram_sha_256).second);
  for (const std::size_t i : {20u, 21u, 22u}) facts.run(i, member);
  bson::Builder find;
  find.append("find", "c").append("lsid", facts.at(24).sub("command").sub("lsid"));
  find.append("$clusterTime", facts.at(24).sub("command").sub("$clusterTime")).append("$db", "t");
  facts.run(23, find.append("$readPreference", Document{{"mode", "primaryPreferred"}}).done(), operator_connection);
  facts.run(24, operator_connection);
  facts.run(25, operator_connection);
  facts.run_range(26, 27);
  facts.run(28, member);
  facts.run(29, member);
  world.run_for(k8s::Millis(5000));
  facts.run(30, member);
  facts.run(31);
}

// {case + field: reason}
std::map<std::string, std::string> named_differences() {
  std::map<std::string, std::string> out;
  const auto listed = k8s::json::parse_value(read_text(kFacts + "differences.json"));
  if (!listed) return out;
  for (const auto& one : *listed) {
    out[one.at("case").get<std::string>() + " | " + one.at("field").get<std::string>()] =
        one.at("reason").get<std::string>();
  }
  return out;
}

void write_summary(std::size_t cases, std::size_t equal, std::size_t named) {
  k8s::json::Value summary{{"cases", cases}, {"equal", equal}, {"named_differences", named}};
  std::ofstream(std::string(SAGONG_BINARY_DIR) + "/facts.json") << k8s::json::print(summary) << '\n';
}

TEST(Facts, every_recorded_case_is_answered_as_the_real_server_did_or_the_difference_has_a_name) {
  World world;
  for (const std::int64_t i : {0, 1, 2}) {
    world.add(host(i), recorded_options(i, false));
    world.start(host(i));
  }
  Recording facts(world);
  initiate(world, facts);
  reconfigure(world, facts);
  work_with_data(world, facts);
  change_roles(world, facts);
  terminate(world, facts);

  World locked;
  for (const std::int64_t i : {0, 1}) {
    locked.add(host(i), recorded_options(i, true));
    locked.start(host(i));
  }
  Recording more(locked);
  authenticate(locked, more);

  const std::map<std::string, std::string> named = named_differences();
  std::set<std::string> seen;
  std::size_t cases = 0;
  std::size_t equal = 0;
  for (const Recording* recording : {&facts, &more}) {
    for (const Recording::Result& result : recording->results()) {
      ++cases;
      equal += result.differences.empty() ? 1 : 0;
      for (const Difference& difference : result.differences) {
        const std::string key = result.name + " | " + difference.field;
        seen.insert(key);
        EXPECT_TRUE(named.contains(key)) << key << ": " << difference.what;
      }
    }
  }
  for (const auto& [key, reason] : named) {
    EXPECT_TRUE(seen.contains(key)) << "no longer a difference: " << key;
    EXPECT_FALSE(reason.empty()) << "without a reason: " << key;
  }
  write_summary(cases, equal, seen.size());
  EXPECT_GE(cases, 190u);
}

}  // namespace
}  // namespace simmongod::replay
