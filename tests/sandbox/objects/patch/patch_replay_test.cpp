// SPDX-License-Identifier: Apache-2.0
// Every recorded patch, carried out: the same document, the same refusal.
#include <array>
#include <set>

#include "sandbox/objects/defaults.hpp"
#include "sandbox/objects/patch/json_patch.hpp"
#include "sandbox/objects/patch/merge_patch.hpp"
#include "sandbox/objects/patch/strategic_merge_patch.hpp"
#include "tests/sandbox/objects/recorded.hpp"

namespace objects {
namespace {

// What the server fills in for items that a patch brings.
bool is_default(const std::string& key) {
  static constexpr std::array kDefaults = {
      "imagePullPolicy", "resources",  "terminationMessagePath", "defaultMode", "terminationMessagePolicy",
      "protocol",        "targetPort", "rollingUpdate"};
  return std::ranges::find(kDefaults, key) != kDefaults.end();
}

// Empty when both are the same, but for defaults that only the server knows.
std::string difference(const Value& ours, const Value& theirs, const std::string& path) {
  if (ours.is_object() && theirs.is_object()) {
    std::set<std::string> keys;
    for (const auto& [key, value] : ours.items()) keys.insert(key);
    for (const auto& [key, value] : theirs.items()) keys.insert(key);
    for (const std::string& key : keys) {
      if (!theirs.contains(key)) return path + "." + key + " is only ours";
      if (!ours.contains(key) && is_default(key)) continue;
      if (!ours.contains(key)) return path + "." + key + " is only theirs";
      if (const std::string found = difference(ours[key], theirs[key], path + "." + key); !found.empty()) return found;
    }
    return {};
  }
  if (ours.is_array() && theirs.is_array() && ours.size() == theirs.size()) {
    for (std::size_t i = 0; i < ours.size(); ++i) {
      const std::string found = difference(ours[i], theirs[i], path + "[" + std::to_string(i) + "]");
      if (!found.empty()) return found;
    }
    return {};
  }
  return ours == theirs ? std::string() : path + ": " + ours.dump() + " is not " + theirs.dump();
}

k8s::Result<Value> patched(const Value& live, const Value& step, const Schema& schema) {
  const std::string how = step.at("do");
  if (how == "json_patch") return apply_json_patch(live, step.at("body"));
  if (how == "merge_patch") return apply_merge_patch(live, step.at("body"));
  return apply_strategic_merge_patch(live, step.at("body"), schema);
}

// What comes after patching is the API server's: validation, decoding, names.
bool is_refused_later(const Value& step) {
  const Value& answer = step.at("answer");
  const std::string message = answer.value("message", "");
  return (step.at("code") == 422 && answer.contains("details") && answer["details"].contains("causes")) ||
         step.at("code") == 415 || message.find("does not match the name on the URL") != std::string::npos ||
         (step.at("do") == "merge_patch" && step.at("code") == 400);
}

void expect_step(const Value& live, const Value& step, const Schema& schema, bool custom) {
  const k8s::Result<Value> result = patched(live, step, schema);
  const Value& answer = step.at("answer");
  if (step.at("code") != 200) {
    if (is_refused_later(step)) return;
    ASSERT_FALSE(result.has_value()) << result->dump();
    EXPECT_EQ(result.error().remote_code, step.at("code").get<int>());
    EXPECT_EQ(result.error().message, answer.at("message").get<std::string>());
    return;
  }
  ASSERT_TRUE(result.has_value()) << result.error().message;
  Value object = recorded::without_managed_fields(*result);
  if (custom) {
    drop_forbidden_nulls(object, schema);
  } else {
    normalize_built_in(object, schema);
    if (object.contains("spec")) object["spec"].erase("foo");
  }
  EXPECT_EQ(difference(object, recorded::without_managed_fields(answer), ""), "");
}

TEST(Patches, make_of_every_recorded_document_what_the_real_server_made) {
  const recorded::World world;
  const Value cases = recorded::load("cases/patch.json");
  ASSERT_GE(cases.size(), 70u);
  for (const Value& row : cases) {
    const SchemaRef schema = world.schema_of(row.at("target"));
    Value live;
    int number = 0;
    for (const Value& step : row.at("steps")) {
      SCOPED_TRACE(row.at("name").get<std::string>() + ", step " + std::to_string(number++));
      if (step.at("do") != "create") expect_step(live, step, *schema, row.at("target").at("plural") == "things");
      if (step.at("code") == 200 || step.at("code") == 201) live = step.at("answer");
    }
  }
}

}  // namespace
}  // namespace objects
