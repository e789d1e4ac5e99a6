// SPDX-License-Identifier: Apache-2.0
// Do the builders make the objects that were reviewed? Golden files; SAGONG_BLESS=1 writes them anew.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operators/mongodb/manifests/mongod_config.hpp"
#include "operators/mongodb/manifests/revision.hpp"
#include "operators/mongodb/manifests/shared.hpp"

namespace mongodb {
namespace {

using testing::HasSubstr;

MongoReplicaSet orders() {
  MongoReplicaSet set;
  set.metadata.ns = k8s::Namespace{"databases"};
  set.metadata.name = k8s::Name{"orders"};
  set.metadata.uid = k8s::Uid{"11111111-2222-3333-4444-555555555555"};
  set.spec.version = "8.0.12";
  set.spec.storage.size = *k8s::Quantity::parse("10Gi");
  set.spec.resources.requests = {{"cpu", *k8s::Quantity::parse("500m")}, {"memory", *k8s::Quantity::parse("1Gi")}};
  set.spec.placement.host = Spread::required;
  set.spec.placement.tolerations = {
      {{"key", "dedicated"}, {"operator", "Equal"}, {"value", "databases"}, {"effect", "NoSchedule"}}};
  set.spec.mongod.config = {{"storage", {{"wiredTiger", {{"engineConfig", {{"cacheSizeGB", 0.5}}}}}}}};
  return set;
}

Build build_of(const MongoReplicaSet& set) {
  return {.set = set, .names = {.set = k8s::key_of(set.metadata)}, .helper_image = "sagong.dev/mongodb-operator:1"};
}

void expect_golden(const std::string& name, const k8s::json::Value& value) {
  const std::string path =
      std::string{SAGONG_SOURCE_DIR} + "/tests/operators/mongodb/manifests/golden/" + name + ".json";
  const std::string text = k8s::json::print_pretty(value);
  if (std::getenv("SAGONG_BLESS") != nullptr) std::ofstream{path} << text;
  std::ostringstream golden;
  golden << std::ifstream{path}.rdbuf();
  EXPECT_EQ(golden.str(), text) << "if this is meant: SAGONG_BLESS=1 writes " << path;
}

TEST(Manifests, are_the_ones_that_were_reviewed) {
  const MongoReplicaSet set = orders();
  const Build build = build_of(set);
  const auto config = mongod_config(set);
  ASSERT_TRUE(config);
  expect_golden("stateful_set", member_stateful_set(build, 1, "rev1").body);
  expect_golden("member_service", member_service(build, 1).body);
  expect_golden("claim", member_claim(build, 1).body);
  expect_golden("preflight_pod", preflight_pod(build, "rev1").body);
  expect_golden("headless_service", headless_service(build).body);
  expect_golden("primary_service", primary_service(build, 2, 7).body);
  expect_golden("disruption_budget", disruption_budget(build, 3).body);
  expect_golden("keyfile", keyfile_secret(build).body);
  expect_golden("config_map", config_map(build, "rev1", *config).body);
}

TEST(Revision, does_not_change_with_the_operator_that_renders_the_pod) {
  const MongoReplicaSet set = orders();
  EXPECT_EQ(revision_of(set, *mongod_config(set)), "8dvr677bw7");
}

TEST(Revision, changes_with_what_needs_a_restart_and_with_nothing_else) {
  const MongoReplicaSet before = orders();
  const std::string was = revision_of(before, *mongod_config(before));
  const auto after = [&](auto edit) {
    MongoReplicaSet set = orders();
    edit(set.spec);
    return revision_of(set, *mongod_config(set));
  };
  EXPECT_NE(was, after([](auto& spec) { spec.version = "8.0.13"; }));
  EXPECT_NE(was, after([](auto& spec) { spec.image = "mine"; }));
  EXPECT_NE(was, after([](auto& spec) { spec.restarted_at = "now"; }));
  EXPECT_NE(was, after([](auto& spec) { spec.resources.limits["memory"] = *k8s::Quantity::parse("2Gi"); }));
  EXPECT_NE(was, after([](auto& spec) { spec.placement.zone = Spread::none; }));
  EXPECT_NE(was, after([](auto& spec) { spec.mongod.config["operationProfiling"]["mode"] = "slowOp"; }));
  EXPECT_EQ(was, after([](auto& spec) { spec.members = 5; }));
  EXPECT_EQ(was, after([](auto& spec) { spec.paused = true; }));
  EXPECT_EQ(was, after([](auto& spec) { spec.update.max_lag_seconds = 1; }));
  EXPECT_EQ(was, after([](auto& spec) { spec.storage.reclaim_policy = ReclaimPolicy::remove; }));
}

TEST(MongodConfig, refuses_what_the_operator_sets_and_says_what_to_do) {
  for (const auto& [section, option] : std::vector<std::pair<std::string, std::string>>{{"net", "port"},
                                                                                        {"net", "bindIp"},
                                                                                        {"replication", "replSetName"},
                                                                                        {"storage", "dbPath"},
                                                                                        {"security", "keyFile"}}) {
    MongoReplicaSet set = orders();
    set.spec.mongod.config = {{section, {{option, "x"}}}};
    const auto config = mongod_config(set);
    ASSERT_FALSE(config) << section << "." << option;
    EXPECT_THAT(config.error().message, HasSubstr(section + "." + option));
    EXPECT_THAT(config.error().message, HasSubstr("remove it from spec.mongod.config"));
  }
}

TEST(MongodConfig, refuses_options_outside_a_section) {
  MongoReplicaSet set = orders();
  set.spec.mongod.config = {{"cacheSizeGB", 1}};
  ASSERT_FALSE(mongod_config(set));
  EXPECT_THAT(mongod_config(set).error().message, HasSubstr("sections"));
}

TEST(Names, find_the_member_of_a_host_and_nobody_elses) {
  const Names names{.set = {.ns = k8s::Namespace{"databases"}, .name = k8s::Name{"orders"}}};
  EXPECT_EQ(names.ordinal_of_host(names.host(12)), 12);
  EXPECT_EQ(names.ordinal_of_host("orders-1.other.svc.cluster.local:27017"), std::nullopt);
  EXPECT_EQ(names.ordinal_of_host("orders-x.databases.svc.cluster.local:27017"), std::nullopt);
  EXPECT_EQ(names.ordinal_of_host("orders"), std::nullopt);
}

}  // namespace
}  // namespace mongodb
