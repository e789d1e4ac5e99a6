// SPDX-License-Identifier: Apache-2.0
// Conditions, versions, owners, keys: the small rules of the API conventions.
#include <gtest/gtest.h>

#include "libk8s/api/condition.hpp"
#include "libk8s/api/coordination/lease.hpp"
#include "libk8s/api/core/persistent_volume_claim.hpp"
#include "libk8s/api/core/pod.hpp"
#include "libk8s/api/owned_object.hpp"
#include "libk8s/api/resource_version.hpp"

namespace k8s {
namespace {

WallSeconds seconds(int count) {
  return WallSeconds{std::chrono::seconds{count}};
}

Condition ready(std::string status, int when, std::string reason = "Why") {
  return {.type = "Ready",
          .status = std::move(status),
          .observed_generation = 1,
          .last_transition_time = seconds(when),
          .reason = std::move(reason),
          .message = ""};
}

TEST(Condition, the_transition_time_moves_only_when_the_status_does) {
  std::vector<Condition> conditions;
  set_condition(conditions, ready("False", 10));
  set_condition(conditions, ready("False", 20, "OtherReason"));
  ASSERT_EQ(conditions.size(), 1u);
  EXPECT_EQ(conditions[0].last_transition_time, seconds(10));
  EXPECT_EQ(conditions[0].reason, "OtherReason");
  set_condition(conditions, ready("True", 30));
  EXPECT_EQ(conditions[0].last_transition_time, seconds(30));
}

TEST(Condition, the_list_stays_sorted_by_type) {
  std::vector<Condition> conditions;
  for (const char* type : {"Stalled", "Ready", "Reconciling"}) {
    Condition one = ready("True", 1);
    one.type = type;
    set_condition(conditions, one);
  }
  EXPECT_EQ(conditions[0].type, "Ready");
  EXPECT_EQ(conditions[1].type, "Reconciling");
  EXPECT_EQ(conditions[2].type, "Stalled");
  EXPECT_EQ(find_condition(conditions, "Stalled")->type, "Stalled");
  EXPECT_EQ(find_condition(conditions, "Absent"), nullptr);
}

TEST(ResourceVersion, longer_is_newer_and_then_the_digits_decide) {
  EXPECT_EQ(is_newer(ResourceVersion{"1000"}, ResourceVersion{"999"}), true);
  EXPECT_EQ(is_newer(ResourceVersion{"998"}, ResourceVersion{"999"}), false);
  EXPECT_EQ(is_newer(ResourceVersion{"999"}, ResourceVersion{"999"}), false);
}

TEST(ResourceVersion, what_is_no_decimal_number_without_leading_zero_cannot_be_ordered) {
  for (const char* odd : {"", "0", "007", "abc", "12a", "-1"}) {
    EXPECT_EQ(is_newer(ResourceVersion{odd}, ResourceVersion{"5"}), std::nullopt) << odd;
    EXPECT_EQ(is_newer(ResourceVersion{"5"}, ResourceVersion{odd}), std::nullopt) << odd;
  }
}

TEST(ObjectMeta, control_is_by_uid_never_by_name) {
  ObjectMeta meta;
  meta.owner_references = {{.api_version = "v1", .kind = "X", .name = Name{"a"}, .uid = Uid{"1"}, .controller = true},
                           {.api_version = "v1", .kind = "X", .name = Name{"b"}, .uid = Uid{"2"}, .controller = {}}};
  EXPECT_TRUE(is_controlled_by(meta, Uid{"1"}));
  EXPECT_FALSE(is_controlled_by(meta, Uid{"2"}));
  EXPECT_FALSE(is_controlled_by(meta, Uid{"a"}));
}

TEST(ObjectKey, prints_with_its_namespace_when_it_has_one) {
  EXPECT_EQ(to_string(ObjectKey{.ns = Namespace{"ns"}, .name = Name{"n"}}), "ns/n");
  EXPECT_EQ(to_string(ObjectKey{.ns = {}, .name = Name{"n"}}), "n");
}

TEST(ResourceType, the_core_group_has_no_slash) {
  EXPECT_EQ(kPods.api_version(), "v1");
  EXPECT_EQ(kStatefulSets.api_version(), "apps/v1");
}

TEST(OwnedObject, keeps_the_body_without_managed_fields_and_status) {
  json::Parser parser;
  const auto node = parser.parse(
      R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"a","namespace":"n","uid":"u","resourceVersion":"7",
      "managedFields":[{"manager":"x"}]},"spec":{"ports":[{"port":1}]},"status":{"loadBalancer":{}}})");
  const Result<OwnedObject> object = decode_owned(*node);
  ASSERT_TRUE(object);
  EXPECT_EQ(object->metadata.uid, Uid{"u"});
  const json::Value body = object->body.value();
  EXPECT_FALSE(body.contains("status"));
  EXPECT_FALSE(body["metadata"].contains("managedFields"));
  EXPECT_EQ(body["spec"]["ports"][0]["port"], 1);
}

TEST(OwnedObject, an_item_of_a_list_comes_out_as_the_same_object_from_a_watch_does) {
  json::Parser of_list;
  json::Parser of_watch;
  const auto decode = decode_owned_as(kServices);
  const auto item = decode(*of_list.parse(R"({"metadata":{"name":"a","namespace":"n"},"spec":{"x":1}})"));
  const auto event = decode(*of_watch.parse(
      R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"a","namespace":"n"},"spec":{"x":1}})"));
  ASSERT_TRUE(item.has_value() && event.has_value());
  EXPECT_EQ(item->body, event->body);
}

TEST(OwnedObject, without_metadata_is_invalid) {
  json::Parser parser;
  const Result<OwnedObject> object = decode_owned(*parser.parse("{}"));
  ASSERT_FALSE(object);
  EXPECT_EQ(object.error().code, Code::invalid);
}

TEST(Pod, is_ready_only_by_its_condition_and_while_nobody_deletes_it) {
  Pod pod;
  EXPECT_FALSE(is_ready(pod));
  pod.status.conditions = {{.type = "Ready", .status = "True", .reason = {}, .message = {}}};
  EXPECT_TRUE(is_ready(pod));
  pod.metadata.deletion_timestamp = Wall{};
  EXPECT_FALSE(is_ready(pod));
}

TEST(Pod, is_read_from_what_a_real_server_sends) {
  const Result<Pod> pod = json::decode_text<Pod>(R"({"metadata":{"name":"a-0","namespace":"n","generation":2,
      "creationTimestamp":"2026-11-21T13:51:07Z"},"spec":{"nodeName":"node-1","containers":[{"name":"x"}]},
      "status":{"phase":"Running","podIP":"10.0.0.9","containerStatuses":[{"name":"mongod","ready":false,
      "restartCount":3,"state":{"waiting":{"reason":"CrashLoopBackOff"}},
      "lastState":{"terminated":{"exitCode":137,"reason":"OOMKilled"}}}]}})");
  ASSERT_TRUE(pod) << pod.error().message;
  EXPECT_EQ(pod->status.container_statuses.at(0).state.waiting->reason, "CrashLoopBackOff");
  EXPECT_EQ(pod->status.container_statuses.at(0).last_state.terminated->exit_code, 137);
  EXPECT_EQ(pod->spec.node_name, "node-1");
}

TEST(Lease, what_is_read_is_written_back_whole) {
  const char* text =
      R"({"metadata":{"name":"l","namespace":"n","resourceVersion":"9","uid":"u"},"spec":{"holderIdentity":"a",
      "leaseDurationSeconds":15,"acquireTime":"2026-11-21T13:51:07.000001Z",
      "renewTime":"2026-11-21T13:51:08.000002Z","leaseTransitions":4}})";
  const Result<Lease> lease = json::decode_text<Lease>(text);
  ASSERT_TRUE(lease);
  json::Value written = json::encode(*lease);
  written["metadata"].erase("generation");
  EXPECT_EQ(written, *json::parse_value(text));
}

}  // namespace
}  // namespace k8s
