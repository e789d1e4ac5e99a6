// SPDX-License-Identifier: Apache-2.0
// Do effects print what people and golden files need?
#include "libk8s/apply/effect.hpp"

#include <gtest/gtest.h>

namespace k8s {
namespace {

const ObjectKey kPod{.ns = Namespace{"databases"}, .name = Name{"orders-1-0"}};
const Manifest kService{.type = kServices, .body = {{"metadata", {{"name", "orders"}, {"namespace", "databases"}}}}};

std::vector<ClusterEffect> one_of_each() {
  return {
      effect::Create{.manifest = kService, .because = "b"},
      effect::CreateOnce{.manifest = kService, .data_key = "keyfile", .generator = "mongodb-keyfile", .because = "b"},
      effect::Apply{.manifest = kService, .uid = Uid{"u"}, .because = "b"},
      effect::MergePatch{
          .target = {kPods, kPod}, .resource_version = ResourceVersion{"7"}, .patch = {{"a", 1}}, .because = "b"},
      effect::Delete{.target = {kPods, kPod}, .uid = Uid{"u"}, .grounds = Grounds{.epoch = 3}, .because = "b"},
      effect::Evict{.pod = kPod,
                    .uid = Uid{"u"},
                    .grounds = {.epoch = 4, .observed_at = Monotonic{Millis{9}}, .valid_for = Millis{5}},
                    .because = "b"},
      effect::PatchStatus{.target = {kPods, kPod},
                          .resource_version = ResourceVersion{"8"},
                          .status = {{"phase", "x"}},
                          .because = "b"},
      effect::EmitEvent{.regarding = {kPods, kPod},
                        .uid = Uid{"u"},
                        .type = effect::EventType::warning,
                        .reason = "R",
                        .action = "A",
                        .because = "b"}};
}

TEST(Effect, is_described_in_words_with_kind_and_key) {
  const char* expected[] = {"create Service databases/orders",
                            "create once Service databases/orders",
                            "apply Service databases/orders",
                            "patch Pod databases/orders-1-0",
                            "delete Pod databases/orders-1-0",
                            "evict Pod databases/orders-1-0",
                            "update status of Pod databases/orders-1-0",
                            "emit Event R on Pod databases/orders-1-0"};
  const auto effects = one_of_each();
  for (std::size_t i = 0; i < effects.size(); ++i) {
    EXPECT_EQ(describe(effects[i]), expected[i]);
    EXPECT_EQ(because(effects[i]), "b");
  }
}

TEST(Effect, prints_under_its_own_name_with_all_that_it_carries) {
  const auto effects = one_of_each();
  EXPECT_EQ(json::print(to_json(effects[5])),
            R"({"evict":{"because":"b","grounds":{"epoch":4,"observedAtMs":9,"validForMs":5},)"
            R"("pod":"databases/orders-1-0","uid":"u"}})");
  EXPECT_EQ(json::print(to_json(effects[7])),
            R"({"emitEvent":{"action":"A","because":"b","reason":"R",)"
            R"("regarding":{"kind":"Pod","name":"orders-1-0","namespace":"databases"},"type":"Warning"}})");
  for (const ClusterEffect& one : effects) EXPECT_EQ(to_json(one).size(), 1u);
  EXPECT_EQ(json::print(to_json(effect::Refresh{.purpose = "restart", .because = "b"})),
            R"({"refresh":{"because":"b","purpose":"restart"}})");
}

TEST(Effect, a_create_once_prints_where_its_bytes_come_from_and_none_of_them) {
  const json::Value printed = to_json(one_of_each()[1])["createOnce"];
  EXPECT_EQ(printed["generator"], "mongodb-keyfile");
  EXPECT_FALSE(printed["manifest"].contains("data"));
}

TEST(Effect, event_types_are_the_two_words_of_the_api) {
  effect::EventType type = effect::EventType::normal;
  EXPECT_TRUE(from_text("Warning", type));
  EXPECT_EQ(to_text(type), "Warning");
  EXPECT_FALSE(from_text("warning", type));
}

TEST(Manifest, its_key_comes_from_its_own_metadata) {
  EXPECT_EQ(to_string(kService.key()), "databases/orders");
}

}  // namespace
}  // namespace k8s
