// SPDX-License-Identifier: Apache-2.0
// Do crds/mongoreplicasets.yaml and the C++ type say the same? Names, types, defaults and words, in both directions.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include "libk8s/json/fields.hpp"
#include "libk8s/json/shape.hpp"
#include "operators/mongodb/api/mongo_replica_set.hpp"

namespace mongodb {
namespace {

using k8s::json::Shape;
using k8s::json::Value;
using Problems = std::vector<std::string>;

YAML::Node version() {
  return YAML::LoadFile(SAGONG_SOURCE_DIR "/crds/mongoreplicasets.yaml")["spec"]["versions"][0];
}
YAML::Node schema() {
  return version()["schema"]["openAPIV3Schema"];
}
YAML::Node spec_schema() {
  return schema()["properties"]["spec"];
}

std::string text_of(const YAML::Node& node) {
  return node ? node.as<std::string>() : "";
}

void compare(const YAML::Node& node, const Shape& shape, const std::string& path, Problems& problems);

// Which schema a field of that shape has.
std::string type_of(const Shape& shape) {
  return shape.kind == "map" || shape.kind == "any" ? "object" : shape.kind;
}

void compare_members(const YAML::Node& node, const Shape& shape, const std::string& path, Problems& problems) {
  for (const auto& [name, member] : shape.members) {
    const YAML::Node property = node["properties"][name];
    if (property)
      compare(property, member, path + "." + name, problems);
    else
      problems.push_back(path + "." + name + " is missing in the schema");
  }
  for (const auto& property : node["properties"]) {
    const auto name = property.first.as<std::string>();
    if (!shape.members.contains(name)) problems.push_back(path + "." + name + " is missing in the C++ type");
  }
}

void compare(const YAML::Node& node, const Shape& shape, const std::string& path, Problems& problems) {
  if (text_of(node["type"]) != type_of(shape)) {
    return problems.push_back(path + " is '" + text_of(node["type"]) + "' in the schema and '" + shape.kind +
                              "' in C++");
  }
  if (shape.kind == "any" && text_of(node["x-kubernetes-preserve-unknown-fields"]) != "true") {
    problems.push_back(path + " is passed through in C++, so the schema must keep unknown fields");
  }
  if (shape.kind == "object") compare_members(node, shape, path, problems);
  if (shape.kind == "array") compare(node["items"], shape.items.at(0), path + "[]", problems);
  if (shape.kind == "map") {
    if (!node["additionalProperties"]) return problems.push_back(path + " needs additionalProperties");
    compare(node["additionalProperties"], shape.items.at(0), path + "{}", problems);
  }
}

// Spec and status; metadata is the API server's own.
Problems differences(const YAML::Node& root, const Shape& type) {
  Problems problems;
  compare(root["properties"]["spec"], type.members.at("spec"), "spec", problems);
  compare(root["properties"]["status"], type.members.at("status"), "status", problems);
  return problems;
}

template <class Visit>
void each_schema(const YAML::Node& node, const std::string& path, const Visit& visit) {
  visit(node, path);
  for (const auto& property : node["properties"])
    each_schema(property.second, path + "." + property.first.as<std::string>(), visit);
  if (node["items"]) each_schema(node["items"], path + "[]", visit);
  if (node["additionalProperties"]) each_schema(node["additionalProperties"], path + "{}", visit);
}

template <class Visit>
void each_schema_of_spec_and_status(const Visit& visit) {
  each_schema(spec_schema(), "spec", visit);
  each_schema(schema()["properties"]["status"], "status", visit);
}

// The value that the API server puts in where the user wrote nothing; absent parts have no default.
Value defaulted(const YAML::Node& node) {
  if (text_of(node["type"]) == "object") {
    Value object = Value::object();
    for (const auto& property : node["properties"]) {
      const Value value = defaulted(property.second);
      if (!value.is_null() && !value.empty()) object[property.first.as<std::string>()] = value;
    }
    return object;
  }
  if (!node["default"]) return nullptr;
  if (text_of(node["type"]) == "integer") return node["default"].as<std::int64_t>();
  if (text_of(node["type"]) == "boolean") return node["default"].as<bool>();
  return node["default"].as<std::string>();
}

TEST(Schema, the_crd_and_the_type_have_the_same_fields_of_the_same_types) {
  EXPECT_EQ(differences(schema(), k8s::json::shape_of<MongoReplicaSet>()), Problems{});
}

TEST(Schema, a_field_that_only_one_of_them_has_is_found) {
  const Shape type = k8s::json::shape_of<MongoReplicaSet>();
  YAML::Node more = YAML::Clone(schema());
  more["properties"]["spec"]["properties"]["extra"]["type"] = "string";
  EXPECT_EQ(differences(more, type), Problems{"spec.extra is missing in the C++ type"});

  YAML::Node fewer = YAML::Clone(schema());
  fewer["properties"]["status"]["properties"]["members"]["items"]["properties"].remove("node");
  EXPECT_EQ(differences(fewer, type), Problems{"status.members[].node is missing in the schema"});
}

TEST(Schema, a_field_of_another_type_is_found) {
  YAML::Node other = YAML::Clone(schema());
  other["properties"]["spec"]["properties"]["members"]["type"] = "string";
  other["properties"]["spec"]["properties"]["mongod"]["properties"]["config"].remove(
      "x-kubernetes-preserve-unknown-fields");
  EXPECT_EQ(differences(other, k8s::json::shape_of<MongoReplicaSet>()),
            (Problems{"spec.members is 'string' in the schema and 'integer' in C++",
                      "spec.mongod.config is passed through in C++, so the schema must keep unknown fields"}));
}

TEST(Schema, defaults_are_those_of_the_type) {
  MongoReplicaSetSpec spec;
  Value of_type = k8s::json::encode(spec);
  EXPECT_EQ(defaulted(spec_schema()), of_type);
}

TEST(Schema, a_part_that_holds_defaults_is_itself_defaulted_or_required) {
  const auto required = spec_schema()["required"].as<std::vector<std::string>>();
  for (const auto& property : spec_schema()["properties"]) {
    const auto name = property.first.as<std::string>();
    const Value value = defaulted(property.second);
    if (text_of(property.second["type"]) != "object" || value.empty()) continue;
    const bool reached =
        property.second["default"].IsDefined() || std::find(required.begin(), required.end(), name) != required.end();
    EXPECT_TRUE(reached) << name;
  }
}

TEST(Schema, every_field_is_described) {
  each_schema_of_spec_and_status([](const YAML::Node& node, const std::string& path) {
    EXPECT_FALSE(text_of(node["description"]).empty()) << path;
  });
}

TEST(Schema, every_field_of_the_spec_says_its_default_and_an_example) {
  each_schema(spec_schema(), "spec", [](const YAML::Node& node, const std::string& path) {
    const std::string type = text_of(node["type"]);
    const bool is_part = type == "object" && node["properties"];
    if (is_part || path.ends_with("{}") || path.ends_with("[]")) return;
    const std::string description = text_of(node["description"]);
    EXPECT_NE(description.find("Example: "), std::string::npos) << path;
    EXPECT_TRUE(description.find("Default: ") != std::string::npos ||
                description.find("No default.") != std::string::npos)
        << path;
  });
}

TEST(Schema, nothing_is_unbounded) {
  each_schema_of_spec_and_status([](const YAML::Node& node, const std::string& path) {
    const std::string type = text_of(node["type"]);
    if (type == "string") {
      EXPECT_TRUE(node["maxLength"] || node["enum"] || text_of(node["format"]) == "date-time") << path;
    } else if (type == "array") {
      EXPECT_TRUE(node["maxItems"]) << path;
    } else if (node["additionalProperties"]) {
      EXPECT_TRUE(node["maxProperties"]) << path;
    }
  });
}

TEST(Schema, every_rule_says_what_to_do_in_a_sentence) {
  int rules = 0;
  const auto look = [&](const YAML::Node& node, const std::string& path) {
    for (const auto& rule : node["x-kubernetes-validations"]) {
      ++rules;
      EXPECT_NE(text_of(rule["message"]).find(':'), std::string::npos) << path << ": " << text_of(rule["rule"]);
    }
  };
  look(schema(), "");
  each_schema_of_spec_and_status(look);
  EXPECT_GE(rules, 10);
}

TEST(Schema, kubectl_scale_reads_and_writes_fields_that_exist) {
  const YAML::Node scale = version()["subresources"]["scale"];
  EXPECT_EQ(text_of(scale["specReplicasPath"]), ".spec.members");
  EXPECT_EQ(text_of(scale["statusReplicasPath"]), ".status.replicas");
  EXPECT_EQ(text_of(scale["labelSelectorPath"]), ".status.selector");
}

TEST(Schema, the_kind_is_the_one_that_the_operator_asks_for) {
  const YAML::Node crd = YAML::LoadFile(SAGONG_SOURCE_DIR "/crds/mongoreplicasets.yaml");
  EXPECT_EQ(text_of(crd["spec"]["names"]["kind"]), MongoReplicaSet::kType.kind);
  EXPECT_EQ(text_of(crd["spec"]["names"]["plural"]) + "." + text_of(crd["spec"]["group"]),
            text_of(crd["metadata"]["name"]));
  EXPECT_EQ(text_of(crd["spec"]["group"]) + "/" + text_of(crd["spec"]["versions"][0]["name"]),
            MongoReplicaSet::kType.api_version());
}

// Each word of an enum is a value of the C++ one, and is written back as itself.
template <class Enum>
void expect_words(const YAML::Node& node, std::size_t count) {
  const auto words = node["enum"].as<std::vector<std::string>>();
  EXPECT_EQ(words.size(), count);
  for (const std::string& word : words) {
    Enum value{};
    EXPECT_TRUE(from_text(word, value)) << word;
    EXPECT_EQ(to_text(value), word);
  }
}

TEST(Enums, the_words_of_the_schema_are_those_of_the_type) {
  const YAML::Node spec = spec_schema()["properties"];
  const YAML::Node operation = schema()["properties"]["status"]["properties"]["operation"]["properties"];
  expect_words<ReclaimPolicy>(spec["storage"]["properties"]["reclaimPolicy"], 2);
  expect_words<Spread>(spec["placement"]["properties"]["host"], 3);
  expect_words<Spread>(spec["placement"]["properties"]["zone"], 3);
  expect_words<UpdateStrategy>(spec["update"]["properties"]["strategy"], 3);
  expect_words<OperationType>(operation["type"], 4);
  expect_words<Phase>(operation["phase"], static_cast<std::size_t>(Phase::shrinking) + 1);
}

TEST(Enums, another_word_is_refused_and_leaves_the_value_alone) {
  Spread spread = Spread::none;
  EXPECT_FALSE(from_text("required", spread));
  EXPECT_FALSE(from_text("", spread));
  EXPECT_EQ(spread, Spread::none);
  Phase phase = Phase::adding;
  EXPECT_FALSE(from_text("Waiting", phase));
  EXPECT_EQ(phase, Phase::adding);
}

TEST(Type, a_spec_survives_being_written_and_read) {
  MongoReplicaSet set;
  set.spec.version = "8.0.12";
  set.spec.image = "registry.example.com/mongo:8.0.12";
  set.spec.members = 5;
  set.spec.storage.size = *k8s::Quantity::parse("1.5Ti");
  set.spec.storage.reclaim_policy = ReclaimPolicy::remove;
  set.spec.resources.requests["cpu"] = *k8s::Quantity::parse("500m");
  set.spec.placement.zone = Spread::required;
  set.spec.placement.tolerations = {Value{{"key", "databases"}}};
  set.spec.mongod.config = Value{{"net", {{"compression", {{"compressors", "zstd"}}}}}};
  set.spec.restarted_at = "2026-11-21T13:51:07Z";
  const auto again = k8s::json::decode_text<MongoReplicaSet>(k8s::json::print(k8s::json::encode(set)));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, set);
}

TEST(Type, without_an_image_the_stock_one_of_the_version_is_meant) {
  MongoReplicaSetSpec spec;
  spec.version = "8.0.12";
  EXPECT_EQ(image_of(spec), "docker.io/library/mongo:8.0.12");
  spec.image = "mine";
  EXPECT_EQ(image_of(spec), "mine");
}

}  // namespace
}  // namespace mongodb
