// SPDX-License-Identifier: Apache-2.0
// Does the operator read what we tell users to write? Every example, and the quantities that the schema lets through.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <regex>

#include "operators/mongodb/api/mongo_replica_set.hpp"

namespace mongodb {
namespace {

using k8s::json::Value;

// As kubectl turns YAML into JSON: plain words are read as numbers and booleans where they look like them.
Value to_json(const YAML::Node& node) {
  if (node.IsMap()) {
    Value object = Value::object();
    for (const auto& member : node) object[member.first.as<std::string>()] = to_json(member.second);
    return object;
  }
  if (node.IsSequence()) {
    Value array = Value::array();
    for (const auto& item : node) array.push_back(to_json(item));
    return array;
  }
  if (node.Tag() == "!") return node.as<std::string>();
  std::int64_t integer = 0;
  double real = 0;
  bool boolean = false;
  if (YAML::convert<std::int64_t>::decode(node, integer)) return integer;
  if (YAML::convert<double>::decode(node, real)) return real;
  if (YAML::convert<bool>::decode(node, boolean)) return boolean;
  return node.as<std::string>();
}

TEST(Examples, every_example_is_read_as_it_is_written) {
  int examples = 0;
  for (const auto& file : std::filesystem::directory_iterator(SAGONG_SOURCE_DIR "/examples/mongodb")) {
    const Value written = to_json(YAML::LoadFile(file.path().string()));
    const auto set = k8s::json::decode_text<MongoReplicaSet>(k8s::json::print(written));
    ASSERT_TRUE(set) << file.path() << ": " << set.error().message;
    // What was read and is written again holds all that the example says.
    const Value again = k8s::json::encode(set->spec);
    for (const auto& [name, value] : written["spec"].items()) {
      ASSERT_TRUE(again.contains(name)) << file.path() << ": " << name;
      Value merged = again[name];
      if (value.is_object()) merged.merge_patch(value);
      EXPECT_EQ(merged, again[name]) << file.path() << ": " << name;
    }
    ++examples;
  }
  EXPECT_GE(examples, 3);
}

// The regular expression inside a rule: self.matches('…').
std::regex rule_expression(const YAML::Node& schema) {
  const auto rule = schema["x-kubernetes-validations"][0]["rule"].as<std::string>();
  const std::size_t begin = rule.find('\'') + 1;
  return std::regex(rule.substr(begin, rule.rfind('\'') - begin));
}

TEST(Examples, every_quantity_that_the_schema_lets_through_is_one_that_we_read) {
  const YAML::Node crd = YAML::LoadFile(SAGONG_SOURCE_DIR "/crds/mongoreplicasets.yaml");
  const YAML::Node spec = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"];
  const std::regex size = rule_expression(spec["storage"]["properties"]["size"]);
  const std::regex resource = rule_expression(spec["resources"]["properties"]["requests"]["additionalProperties"]);
  int let_through = 0;
  for (const char* number : {"0", "1", "0.5", "1.5", "9.999", "99", "999", "999.999", "999999", "999999.999",
                             "10737418240", "999999999999999", "99999999999999999999"}) {
    for (const char* suffix :
         {"", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "GB", " Gi", "e3", "n"}) {
      const std::string text = std::string(number) + suffix;
      if (!std::regex_match(text, size) && !std::regex_match(text, resource)) continue;
      ++let_through;
      EXPECT_TRUE(k8s::Quantity::parse(text)) << text;
    }
  }
  EXPECT_GE(let_through, 30);
}

}  // namespace
}  // namespace mongodb
