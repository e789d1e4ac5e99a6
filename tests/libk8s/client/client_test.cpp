// SPDX-License-Identifier: Apache-2.0
// Does each verb ask what it says, and does its callback bring what the server meant?
#include <optional>

#include <gtest/gtest.h>

#include "libk8s/client/client.hpp"

namespace k8s {
namespace {

// Keeps the last request and answers it when told to.
class FakeHttp final : public HttpClient {
 public:
  class Nothing final : public Call {};
  std::unique_ptr<Call> send(Request request, std::function<void(Result<Reply>)> done) override {
    last = std::move(request);
    answer = std::move(done);
    return std::make_unique<Nothing>();
  }
  std::unique_ptr<Call> stream(Request, StreamHandlers) override { return std::make_unique<Nothing>(); }
  json::Value body() const { return *json::parse_value(last.body); }

  Request last;
  std::function<void(Result<Reply>)> answer;
};

struct ClientTest : ::testing::Test {
  FakeHttp http;
  Client client{http, "boat"};
  std::optional<Result<std::string>> got;
  Client::Done done = [this](Result<std::string> result) { got = std::move(result); };
  Manifest manifest{kConfigMaps,
                    {{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"name", "a"}, {"namespace", "db"}}}}};
  ObjectKey key{.ns = Namespace{"db"}, .name = Name{"a"}};
};

TEST_F(ClientTest, get_asks_for_the_object_and_brings_its_text) {
  const auto call = client.get(kPods, key, done);
  EXPECT_EQ(http.last, (Request{.path = "/api/v1/namespaces/db/pods/a"}));
  http.answer(Reply{.status = 200, .body = "{}"});
  EXPECT_EQ(*got, Result<std::string>{std::string{"{}"}});
}

TEST_F(ClientTest, a_refusal_is_an_error_and_a_lost_reply_stays_what_it_was) {
  const auto call = client.create(manifest, done);
  http.answer(
      Reply{.status = 409, .body = R"({"kind":"Status","reason":"AlreadyExists","message":"it exists","code":409})"});
  EXPECT_EQ(got->error().code, Code::already_exists);
  http.answer(Error{.code = Code::unknown_outcome, .message = "lost"});
  EXPECT_EQ(got->error(), (Error{.code = Code::unknown_outcome, .message = "lost"}));
}

TEST_F(ClientTest, list_says_which_part_and_a_continue_token_replaces_the_version) {
  auto call =
      client.list(kPods, Namespace{"db"},
                  {.label_selector = "a=b", .resource_version = "0", .resource_version_match = "NotOlderThan"}, done);
  EXPECT_EQ(
      target_of(http.last),
      "/api/v1/namespaces/db/pods?labelSelector=a%3Db&limit=500&resourceVersion=0&resourceVersionMatch=NotOlderThan");
  call = client.list(kPods, {}, {.limit = 10, .continue_token = "t/=", .resource_version = "0"}, done);
  EXPECT_EQ(target_of(http.last), "/api/v1/pods?limit=10&continue=t%2F%3D");
}

TEST_F(ClientTest, create_posts_to_the_collection_in_our_name) {
  const auto call = client.create(manifest, done);
  EXPECT_EQ(http.last.method, Method::post);
  EXPECT_EQ(target_of(http.last), "/api/v1/namespaces/db/configmaps?fieldManager=boat");
  EXPECT_EQ(http.body(), manifest.body);
}

TEST_F(ClientTest, replace_puts_on_the_lane_it_is_given) {
  const auto call = client.replace(manifest, done, Lane::lease);
  EXPECT_EQ(http.last.method, Method::put);
  EXPECT_EQ(http.last.lane, Lane::lease);
  EXPECT_EQ(target_of(http.last), "/api/v1/namespaces/db/configmaps/a?fieldManager=boat");
}

TEST_F(ClientTest, apply_is_forced_and_carries_the_uid) {
  const auto call = client.apply(manifest, Uid{"u-1"}, done);
  EXPECT_EQ(http.last.content_type, "application/apply-patch+yaml");
  EXPECT_EQ(target_of(http.last), "/api/v1/namespaces/db/configmaps/a?fieldManager=boat&force=true");
  EXPECT_EQ(http.body()["metadata"]["uid"], "u-1");
}

TEST_F(ClientTest, a_merge_patch_is_compare_and_set_where_a_version_is_expected) {
  auto call = client.merge_patch({kConfigMaps, key}, {{"data", {{"x", "y"}}}}, ResourceVersion{"7"}, done);
  EXPECT_EQ(http.last.content_type, "application/merge-patch+json");
  EXPECT_EQ(json::print(http.body()), R"({"data":{"x":"y"},"metadata":{"resourceVersion":"7"}})");
  call = client.merge_patch({kConfigMaps, key}, {{"data", nullptr}}, {}, done);
  EXPECT_EQ(json::print(http.body()), R"({"data":null})");
}

TEST_F(ClientTest, status_is_replaced_whole_under_its_version) {
  const auto call = client.patch_status({kPods, key}, {{"phase", "x"}}, ResourceVersion{"7"}, done);
  EXPECT_EQ(target_of(http.last), "/api/v1/namespaces/db/pods/a/status?fieldManager=boat");
  EXPECT_EQ(http.last.content_type, "application/json-patch+json");
  EXPECT_EQ(json::print(http.body()), R"([{"op":"replace","path":"/metadata/resourceVersion","value":"7"},)"
                                      R"({"op":"add","path":"/status","value":{"phase":"x"}}])");
}

TEST_F(ClientTest, a_delete_carries_its_preconditions) {
  const auto call = client.remove({kPods, key}, {.uid = Uid{"u-1"}, .resource_version = ResourceVersion{"7"}}, done);
  EXPECT_EQ(http.last.method, Method::remove);
  EXPECT_EQ(http.body()["preconditions"], (json::Value{{"uid", "u-1"}, {"resourceVersion", "7"}}));
}

TEST_F(ClientTest, an_eviction_is_of_one_pod_by_uid) {
  const auto call = client.evict(key, Uid{"u-1"}, done);
  EXPECT_EQ(target_of(http.last), "/api/v1/namespaces/db/pods/a/eviction");
  EXPECT_EQ(http.body()["deleteOptions"]["preconditions"]["uid"], "u-1");
  EXPECT_EQ(http.body()["metadata"], (json::Value{{"name", "a"}, {"namespace", "db"}}));
}

TEST_F(ClientTest, in_a_dry_run_every_write_says_so_and_no_read_does) {
  Client dry(http, "boat", true);
  auto call = dry.remove({kPods, key}, {}, done);
  EXPECT_EQ(target_of(http.last), "/api/v1/namespaces/db/pods/a?dryRun=All");
  call = dry.evict(key, Uid{"u"}, done);
  EXPECT_EQ(target_of(http.last), "/api/v1/namespaces/db/pods/a/eviction?dryRun=All");
  call = dry.get(kPods, key, done);
  EXPECT_EQ(target_of(http.last), "/api/v1/namespaces/db/pods/a");
}

}  // namespace
}  // namespace k8s
