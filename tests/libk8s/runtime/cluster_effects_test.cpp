// SPDX-License-Identifier: Apache-2.0
// Is every Kubernetes verb carried out as its effect says, and are the stores told what it did?
#include "libk8s/runtime/cluster_effects.hpp"

#include <gtest/gtest.h>

#include "tests/libk8s/support/fake_api.hpp"
#include "tests/libk8s/support/small_fakes.hpp"

namespace k8s::test {
namespace {

const ObjectKey kKey{.ns = Namespace{"databases"}, .name = Name{"orders"}};
const Manifest kService{.type = kServices,
                        .body = {{"apiVersion", "v1"},
                                 {"kind", "Service"},
                                 {"metadata", {{"name", "orders"}, {"namespace", "databases"}}},
                                 {"spec", {{"port", 1}}}}};
const Manifest kKeyfile{
    .type = kSecrets,
    .body = {{"apiVersion", "v1"}, {"kind", "Secret"}, {"metadata", {{"name", "orders"}, {"namespace", "databases"}}}}};

class Performing {
 public:
  // Performs and, as the executor does, lets the step learn.
  Result<void> perform(const ClusterEffect& effect) {
    step = effects.step(effect,
                        {.wrote = [this](const OwnWrite& write) { writes.push_back(write); },
                         .applied = [this](const std::string& target, Applied a) { applied[target] = std::move(a); }});
    std::optional<Result<void>> result;
    const auto pending = step.perform([&](Result<void> r) { result = std::move(r); });
    loop.run_for(Millis{60'000});
    EXPECT_TRUE(result);
    if (step.learn) step.learn(*result);
    return *result;
  }
  Code code(const ClusterEffect& effect) {
    const Result<void> result = perform(effect);
    EXPECT_FALSE(result);
    return result ? Code::internal : result.error().code;
  }
  std::string uid(const ResourceType& type) { return (*api.find(type, kKey))["metadata"]["uid"]; }
  std::string rv(const ResourceType& type) { return (*api.find(type, kKey))["metadata"]["resourceVersion"]; }

  VirtualLoop loop;
  FakeApi api{loop};
  Client client{api, "test"};
  SeededRandom random;
  MemoryLog log;
  Recorder recorder{{loop, client, random, log}, {.controller = "test", .instance = "test-0"}};
  int drawn = 0;
  ClusterEffects effects{
      client,
      recorder,
      {{"bytes",
        [this]() -> Result<SecretBytes> {
          ++drawn;
          return SecretBytes{"secret-" + std::to_string(drawn)};
        }},
       {"broken", []() -> Result<SecretBytes> { return Error{.code = Code::unavailable, .message = "no entropy"}; }}}};
  Step step;
  std::vector<OwnWrite> writes;
  AppliedByTarget applied;
};

TEST(ClusterEffects, create_makes_the_object_and_tells_of_it_and_an_existing_one_is_a_failure) {
  Performing p;
  const effect::Create create{.manifest = kService, .because = "b"};
  EXPECT_TRUE(p.perform(create));
  ASSERT_EQ(p.writes.size(), 1u);
  EXPECT_EQ(p.writes[0].key, kKey);
  EXPECT_NE(p.writes[0].body.find("resourceVersion"), std::string::npos);
  EXPECT_EQ(p.code(create), Code::already_exists);
  EXPECT_EQ(p.writes.size(), 1u);
}

TEST(ClusterEffects, create_once_draws_its_bytes_while_it_is_performed_and_takes_an_existing_one_for_its_own) {
  Performing p;
  const effect::CreateOnce once{.manifest = kKeyfile, .data_key = "keyfile", .generator = "bytes", .because = "b"};
  const Step unperformed = p.effects.step(once, {});
  EXPECT_EQ(p.drawn, 0);
  EXPECT_TRUE(p.perform(once));
  EXPECT_EQ((*p.api.find(kSecrets, kKey))["data"]["keyfile"], "c2VjcmV0LTE=");
  EXPECT_TRUE(p.perform(once)) << "AlreadyExists is success";
  EXPECT_EQ((*p.api.find(kSecrets, kKey))["data"]["keyfile"], "c2VjcmV0LTE=") << "and the first bytes stay";
  EXPECT_EQ(p.writes.size(), 1u);
}

TEST(ClusterEffects, create_once_says_when_its_generator_fails_or_is_unknown) {
  Performing p;
  EXPECT_EQ(p.code(effect::CreateOnce{.manifest = kKeyfile, .data_key = "k", .generator = "broken", .because = "b"}),
            Code::unavailable);
  EXPECT_EQ(p.code(effect::CreateOnce{.manifest = kKeyfile, .data_key = "k", .generator = "nobody", .because = "b"}),
            Code::internal);
  EXPECT_EQ(p.api.seen.size(), 0u);
}

TEST(ClusterEffects, apply_writes_under_the_uid_and_remembers_what_came_back) {
  Performing p;
  EXPECT_TRUE(p.perform(effect::Apply{.manifest = kService, .uid = {}, .because = "b"}));
  EXPECT_TRUE(p.perform(effect::Apply{.manifest = kService, .uid = Uid{p.uid(kServices)}, .because = "b"}));
  const Applied& applied = p.applied.at("Service databases/orders");
  EXPECT_EQ(applied.manifest, digest_of_manifest(kService));
  EXPECT_EQ(applied.rv.str(), p.rv(kServices));
  EXPECT_TRUE(was_applied(p.applied, kService, *p.api.find(kServices, kKey)));
  EXPECT_EQ(p.code(effect::Apply{.manifest = kService, .uid = Uid{"another"}, .because = "b"}), Code::conflict);
}

TEST(ClusterEffects, patches_are_compare_and_set) {
  Performing p;
  p.api.put(kServices, kService.body);
  const Target target{.type = kServices, .key = kKey};
  const std::string first = p.rv(kServices);
  EXPECT_TRUE(p.perform(effect::MergePatch{.target = target,
                                           .resource_version = ResourceVersion{first},
                                           .patch = {{"metadata", {{"finalizers", {"f"}}}}},
                                           .because = "b"}));
  EXPECT_EQ(p.code(effect::MergePatch{
                .target = target, .resource_version = ResourceVersion{first}, .patch = {{"a", 1}}, .because = "b"}),
            Code::conflict);
  EXPECT_EQ(p.code(effect::PatchStatus{
                .target = target, .resource_version = ResourceVersion{first}, .status = {{"x", 1}}, .because = "b"}),
            Code::conflict);
  EXPECT_TRUE(p.perform(effect::PatchStatus{
      .target = target, .resource_version = ResourceVersion{p.rv(kServices)}, .status = {{"x", 1}}, .because = "b"}));
  EXPECT_EQ((*p.api.find(kServices, kKey))["status"]["x"], 1);
  EXPECT_EQ(p.writes.size(), 2u);
}

TEST(ClusterEffects, delete_is_by_uid_and_what_is_gone_already_is_success) {
  Performing p;
  p.api.put(kServices, kService.body);
  const Target target{.type = kServices, .key = kKey};
  EXPECT_EQ(p.code(effect::Delete{.target = target, .uid = Uid{"another"}, .grounds = {}, .because = "b"}),
            Code::conflict);
  const Uid uid{p.uid(kServices)};
  EXPECT_TRUE(p.perform(effect::Delete{.target = target, .uid = uid, .grounds = {}, .because = "b"}));
  ASSERT_EQ(p.writes.size(), 1u);
  EXPECT_EQ(p.writes[0].gone, uid);
  EXPECT_TRUE(p.perform(effect::Delete{.target = target, .uid = uid, .grounds = {}, .because = "b"}));
}

TEST(ClusterEffects, a_deletion_that_takes_its_time_shows_the_terminating_object) {
  Performing p;
  Value held = kService.body;
  held["metadata"]["finalizers"] = {"f"};
  p.api.put(kServices, held);
  EXPECT_TRUE(p.perform(effect::Delete{
      .target = {.type = kServices, .key = kKey}, .uid = Uid{p.uid(kServices)}, .grounds = {}, .because = "b"}));
  ASSERT_EQ(p.writes.size(), 1u);
  EXPECT_NE(p.writes[0].body.find("deletionTimestamp"), std::string::npos);
}

TEST(ClusterEffects, evict_respects_budgets_and_uids_and_expects_the_pod_to_go) {
  Performing p;
  p.api.put(kPods, pod("orders"));
  const effect::Evict evict{.pod = kKey, .uid = Uid{p.uid(kPods)}, .grounds = {}, .because = "b"};
  p.api.budget_refuses = true;
  const Result<void> refused = p.perform(evict);
  EXPECT_EQ(refused.error().code, Code::too_many_requests);
  EXPECT_EQ(refused.error().retry_after, Millis{10'000});
  p.api.budget_refuses = false;
  EXPECT_EQ(p.code(effect::Evict{.pod = kKey, .uid = Uid{"another"}, .grounds = {}, .because = "b"}), Code::conflict);
  EXPECT_TRUE(p.perform(evict));
  EXPECT_EQ(p.writes.back().gone, evict.uid);
  p.api.finish_pod(kKey);
  EXPECT_TRUE(p.perform(evict)) << "gone as wanted";
}

TEST(ClusterEffects, only_what_removes_on_grounds_is_fenced) {
  Performing p;
  const Grounds grounds{.epoch = 7};
  const Target target{.type = kServices, .key = kKey};
  EXPECT_EQ(p.effects.step(effect::Evict{.pod = kKey, .uid = Uid{"u"}, .grounds = grounds, .because = "b"}, {}).nature,
            Nature::destructive);
  EXPECT_EQ(
      p.effects.step(effect::Delete{.target = target, .uid = Uid{"u"}, .grounds = grounds, .because = "b"}, {}).grounds,
      grounds);
  EXPECT_EQ(p.effects.step(effect::Delete{.target = target, .uid = Uid{"u"}, .grounds = {}, .because = "b"}, {}).nature,
            Nature::safe);
  EXPECT_EQ(p.effects.step(effect::Create{.manifest = kService, .because = "why"}, {}).because, "why");
  EXPECT_EQ(p.effects.step(effect::Create{.manifest = kService, .because = "why"}, {}).target,
            "Service databases/orders");
}

TEST(ClusterEffects, a_lost_reply_leaves_the_object_in_doubt) {
  Performing p;
  p.api.fault({.matches = on(Method::post, "services"), .fault = FakeApi::Fault::apply_reset});
  EXPECT_EQ(p.code(effect::Create{.manifest = kService, .because = "b"}), Code::unknown_outcome);
  ASSERT_EQ(p.writes.size(), 1u);
  EXPECT_TRUE(p.writes[0].body.empty() && p.writes[0].gone.empty());
}

TEST(ClusterEffects, an_event_is_handed_over_and_never_fails) {
  Performing p;
  p.api.fault({.matches = on(Method::post, "events"), .fault = FakeApi::Fault::status, .status = 403, .times = 9});
  EXPECT_TRUE(p.perform(effect::EmitEvent{
      .regarding = {.type = kPods, .key = kKey}, .uid = Uid{"u"}, .reason = "R", .action = "A", .because = "note"}));
  EXPECT_EQ(p.api.requests(Method::post, "events"), 1u);
}

}  // namespace
}  // namespace k8s::test
