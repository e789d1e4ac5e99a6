// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/monitor/parse_reply.hpp"

#include <gtest/gtest.h>

#include "operators/mongodb/wire/server_error.hpp"
#include "tests/operators/mongodb/monitor/recorded.hpp"

namespace mongodb {
namespace {

using mongodb::testing::recorded;

TEST(ParseHello, of_a_primary_a_secondary_an_arbiter_a_hidden_and_an_uninitialised_member) {
  const Hello primary = parse_hello(recorded("hello_primary"));
  EXPECT_TRUE(primary.writable_primary);
  EXPECT_FALSE(primary.secondary);
  EXPECT_EQ(primary.set_name, "rs0");
  EXPECT_EQ(primary.me, "127.0.0.10:27100");
  EXPECT_EQ(primary.primary, primary.me);
  EXPECT_TRUE(primary.set_version);
  ASSERT_TRUE(primary.topology);

  const Hello secondary = parse_hello(recorded("hello_secondary"));
  EXPECT_FALSE(secondary.writable_primary);
  EXPECT_TRUE(secondary.secondary);
  EXPECT_EQ(secondary.primary, "127.0.0.10:27100");

  const Hello arbiter = parse_hello(recorded("hello_arbiter"));
  EXPECT_FALSE(arbiter.writable_primary || arbiter.secondary);
  EXPECT_TRUE(parse_hello(recorded("hello_hidden")).secondary);

  const Hello uninitialised = parse_hello(recorded("hello_uninitialised"));
  EXPECT_EQ(uninitialised.set_name, "");
  EXPECT_EQ(uninitialised.set_version, std::nullopt);
  EXPECT_TRUE(uninitialised.topology);
  EXPECT_EQ(parse_hello({}), Hello{});
}

TEST(ParseHello, the_next_hello_asks_for_news_after_the_last) {
  const auto topology = parse_topology(recorded("hello_primary"));
  ASSERT_TRUE(topology);
  const auto command = awaiting_hello(*topology, k8s::Millis{700});
  EXPECT_EQ(command.first_key(), "hello");
  EXPECT_EQ(command.number("maxAwaitTimeMS"), 700);
  EXPECT_EQ(parse_topology(command), topology);
}

TEST(ParseStatus, of_three_members_seen_by_the_primary) {
  const Status status = parse_status(recorded("status_three_members"));
  EXPECT_EQ(status.state, MemberState::primary);
  EXPECT_EQ(status.term, 1);
  EXPECT_GT(status.applied, OpTime{});
  EXPECT_GE(status.applied, status.committed);
  EXPECT_EQ(status.sync_source, "");
  EXPECT_FALSE(status.initial_sync);
  EXPECT_GT(status.config_version, 0);
  EXPECT_EQ(status.config_term, 1);
  ASSERT_EQ(status.peers.size(), 2u);
  for (const PeerView& peer : status.peers) {
    EXPECT_TRUE(peer.healthy);
    EXPECT_EQ(peer.state, MemberState::secondary);
    EXPECT_GE(peer.heartbeat_age, k8s::Millis{0});
    EXPECT_LT(peer.heartbeat_age, k8s::Millis{4000});
    EXPECT_FALSE(peer.sync_source.empty());
  }
  EXPECT_EQ(status.peers[0].host, "127.0.0.11:27101");
  EXPECT_EQ(parse_status(recorded("status_three_members_secondary")).state, MemberState::secondary);
  EXPECT_FALSE(parse_status(recorded("status_three_members_secondary")).sync_source.empty());
}

TEST(ParseStatus, a_member_that_is_down_is_unhealthy_with_the_reason) {
  const Status status = parse_status(recorded("status_member_down"));
  ASSERT_EQ(status.peers.size(), 2u);
  const PeerView& down = status.peers[1];
  EXPECT_FALSE(down.healthy);
  EXPECT_EQ(down.state, MemberState::down);
  EXPECT_EQ(down.optime, OpTime{});
  EXPECT_NE(down.message.find("Connection refused"), std::string::npos);
}

TEST(ParseStatus, a_peer_that_has_never_answered_has_no_heartbeat_age) {
  const mongo::bson::Document status{{"date", mongo::bson::Date{.ms = 1000}},
                                     {"members", mongo::bson::Array{mongo::bson::Document{
                                                     {"name", "a:1"}, {"lastHeartbeat", mongo::bson::Date{.ms = 0}}}}}};
  EXPECT_EQ(parse_status(status).peers.at(0).heartbeat_age, k8s::Millis{-1});
}

TEST(ParseStatus, optimes_are_those_of_the_recording) {
  const Status status = parse_status(recorded("status_stepped_up"));
  EXPECT_EQ(status.applied, (OpTime{.term = 2, .seconds = 1795267732, .increment = 2}));
  EXPECT_EQ(status.committed, status.applied);
  EXPECT_EQ(status.durable, status.applied);
  EXPECT_EQ(status.peers[0].sync_source, "127.0.0.12:27102");
  EXPECT_EQ(status.peers[0].heartbeat_age, k8s::Millis{1795267734697 - 1795267734616});
}

TEST(ParseStatus, initial_sync_is_seen_by_state_and_by_its_progress) {
  EXPECT_TRUE(parse_status(mongo::bson::Document{{"myState", 5}}).initial_sync);
  EXPECT_TRUE(
      parse_status(mongo::bson::Document{{"myState", 3}, {"initialSyncStatus", mongo::bson::Document{}}}).initial_sync);
}

TEST(ParseConfig, of_a_recorded_set) {
  const ReplicaSetConfig config = parse_config(recorded("config_newly_added").sub("config"));
  EXPECT_EQ(config.set_name, "rs0");
  EXPECT_EQ(config.version, 21);
  EXPECT_EQ(config.term, 1);
  EXPECT_EQ(config.replica_set_id, "6b019c6acfce2996d95c520d");
  EXPECT_TRUE(config.chaining_allowed);
  ASSERT_EQ(config.members.size(), 3u);
  EXPECT_EQ(config.members[2].host, "127.0.0.12:27102");
  EXPECT_EQ(config.members[2].votes, 1);
  EXPECT_EQ(config.members[2].priority, 1);
}

TEST(ParseConfig, what_the_server_leaves_out_has_the_servers_defaults) {
  const auto document = mongo::bson::from_json(R"({"_id": "rs", "version": 3, "settings": {"chainingAllowed": false},
    "members": [{"_id": 0, "host": "a:1"}, {"_id": 4, "host": "b:1", "votes": 0, "priority": 0, "hidden": true,
    "newlyAdded": true}, {"_id": 5, "host": "c:1", "arbiterOnly": true, "priority": {"$numberDouble": "0.5"}}]})");
  const ReplicaSetConfig config = parse_config(*document);
  EXPECT_EQ(config.term, -1);
  EXPECT_FALSE(config.chaining_allowed);
  EXPECT_EQ(config.members[0], (ConfigMember{.id = 0, .host = "a:1"}));
  EXPECT_EQ(config.members[1],
            (ConfigMember{.id = 4, .host = "b:1", .votes = 0, .priority = 0, .hidden = true, .newly_added = true}));
  EXPECT_EQ(config.members[2], (ConfigMember{.id = 5, .host = "c:1", .priority = 0.5, .arbiter = true}));
}

TEST(RecordedErrors, mean_what_the_operator_must_do) {
  using k8s::Code;
  EXPECT_EQ(mongo::server_error(recorded("status_uninitialised")).code, Code::not_found);
  EXPECT_EQ(mongo::server_error(recorded("status_removed")).code, Code::invalid);
  EXPECT_EQ(mongo::server_error(recorded("hello_quiesce")).remote_code, mongo::code::kShutdownInProgress);
  EXPECT_EQ(mongo::server_error(recorded("anonymous_status")).code, Code::unauthenticated);
  EXPECT_EQ(mongo::server_error(recorded("reconfig_uncommitted"), mongo::Intent::write).code, Code::unknown_outcome);
  EXPECT_EQ(mongo::classify_write(recorded("insert_not_primary")), mongo::WriteOutcome::failed);
}

}  // namespace
}  // namespace mongodb
