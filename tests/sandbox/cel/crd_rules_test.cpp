// SPDX-License-Identifier: Apache-2.0
// The rules of our own CRDs: all of them compile, and those with a subtlety are evaluated.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include "tests/sandbox/cel/expressions.hpp"

namespace {

namespace types = cel::types;

// What the declaration of a property is; only what our CRDs use.
cel::TypePtr declared(const YAML::Node& schema, const std::string& path) {
  if (schema["x-kubernetes-int-or-string"] || schema["x-kubernetes-preserve-unknown-fields"]) return types::dyn();
  const auto type = schema["type"].as<std::string>("");
  const auto format = schema["format"].as<std::string>("");
  if (type == "integer") return types::integer();
  if (type == "number") return types::real();
  if (type == "boolean") return types::boolean();
  if (type == "array") return types::list(declared(schema["items"], path + "[]"));
  if (type == "string" && format == "date-time") return types::timestamp();
  if (type == "string") return format == "duration" ? types::duration() : types::string();
  if (const YAML::Node values = schema["additionalProperties"])
    return types::map(types::string(), declared(values, path + "{}"));
  std::map<std::string, cel::TypePtr> properties;
  for (const auto& property : schema["properties"]) {
    const auto name = property.first.as<std::string>();
    properties[name] = declared(property.second, path + "." + name);
  }
  if (path.empty()) properties["metadata"] = types::object("metadata", {{"name", types::string()}});
  return types::object("object" + path, properties);
}

// Compiles every rule at or below the schema; how many there were.
int compile_rules(const YAML::Node& schema, const std::string& path) {
  int rules = 0;
  cel::Environment environment;
  environment.add("self", declared(schema, path)).add("oldSelf", declared(schema, path));
  for (const auto& rule : schema["x-kubernetes-validations"]) {
    const auto program = cel::compile(rule["rule"].as<std::string>(), environment);
    EXPECT_TRUE(program) << path << ": " << (program ? "" : program.error().message);
    if (!program) continue;
    EXPECT_EQ(cel::to_string(*program->result_type()), "bool");
    ++rules;
  }
  for (const auto& property : schema["properties"])
    rules += compile_rules(property.second, path + "." + property.first.as<std::string>());
  if (schema["items"]) rules += compile_rules(schema["items"], path + "[]");
  if (schema["additionalProperties"] && schema["additionalProperties"].IsMap())
    rules += compile_rules(schema["additionalProperties"], path + "{}");
  return rules;
}

TEST(CelCrdRules, every_rule_of_our_crd_compiles) {
  const YAML::Node crd = YAML::LoadFile(SAGONG_SOURCE_DIR "/crds/mongoreplicasets.yaml");
  int rules = 0;
  for (const auto& version : crd["spec"]["versions"]) rules += compile_rules(version["schema"]["openAPIV3Schema"], "");
  EXPECT_GE(rules, 10);
}

bool holds(std::string_view rule, const cel::TypePtr& type, const k8s::json::Value& self,
           const k8s::json::Value& old_self) {
  cel::Environment environment;
  environment.add("self", type).add("oldSelf", type);
  const auto program = cel::compile(rule, environment);
  EXPECT_TRUE(program) << (program ? "" : program.error().message);
  cel::Budget budget(cel::Budget::kPerCall);
  const auto value =
      program->evaluate({{"self", cel::from_json(self, type)}, {"oldSelf", cel::from_json(old_self, type)}}, budget);
  EXPECT_TRUE(value) << (value ? "" : value.error().message);
  return value && *value->get<bool>();
}

TEST(CelCrdRules, the_storage_class_may_neither_change_nor_come_nor_go) {
  const auto storage = types::object("storage", {{"size", types::string()}, {"storageClassName", types::string()}});
  const std::string rule =
      "has(self.storageClassName) == has(oldSelf.storageClassName) && "
      "(!has(self.storageClassName) || self.storageClassName == oldSelf.storageClassName)";
  const k8s::json::Value none = {{"size", "1Gi"}}, fast = {{"storageClassName", "fast"}},
                         slow = {{"storageClassName", "slow"}};
  EXPECT_TRUE(holds(rule, storage, none, none));
  EXPECT_TRUE(holds(rule, storage, fast, fast));
  EXPECT_FALSE(holds(rule, storage, fast, slow));
  EXPECT_FALSE(holds(rule, storage, none, slow));
  EXPECT_FALSE(holds(rule, storage, fast, none));
}

TEST(CelCrdRules, members_are_odd_between_one_and_seven) {
  const std::string rule = "self < 1 || self > 7 || self % 2 == 1";
  EXPECT_TRUE(holds(rule, types::integer(), 5, 5));
  EXPECT_FALSE(holds(rule, types::integer(), 4, 5));
  EXPECT_TRUE(holds(rule, types::integer(), 8, 5));  // another rule's business
}

TEST(CelCrdRules, a_volume_size_is_a_number_with_a_unit) {
  const std::string rule =
      "self.matches('^([1-9][0-9]{7,14}|[1-9][0-9]{0,5}([.][0-9]{1,3})?(Mi|Gi|M|G)|[1-9][0-9]{0,2}([.][0-9]{1,3})?(Ti|"
      "T))$')";
  for (const char* good : {"10Gi", "500Mi", "1.5Ti", "10737418240"})
    EXPECT_TRUE(holds(rule, types::string(), good, good)) << good;
  for (const char* bad : {"10 Gi", "10", "0Gi", "10gi", "10Gi\n"})
    EXPECT_FALSE(holds(rule, types::string(), bad, bad)) << bad;
}

}  // namespace
