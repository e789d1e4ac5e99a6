// SPDX-License-Identifier: Apache-2.0
// How rules are put to the room that knows CEL, and what an update is judged by.
#include "sandbox/objects/validate.hpp"
#include "tests/sandbox/objects/recorded.hpp"

namespace objects {
namespace {

Value json(std::string_view text) {
  const k8s::Result<Value> value = k8s::json::parse_value(text);
  EXPECT_TRUE(value.has_value()) << text;
  return value ? *value : Value();
}

SchemaRef schema(std::string_view spec) {
  const Value root = {{"type", "object"}, {"properties", {{"spec", json(spec)}}}};
  auto parsed = parse_crd_schema(root, "schema");
  const auto* errors = std::get_if<std::vector<FieldError>>(&parsed);
  EXPECT_EQ(errors, nullptr) << to_string(*errors);
  return errors == nullptr ? std::get<SchemaRef>(parsed) : nullptr;
}

Value with(std::string_view spec) {
  return {{"spec", json(spec)}};
}

// Complains wherever it is asked, and says whether it was given an old value.
class Asked final : public RuleChecker {
 public:
  std::vector<FieldError> check(const Schema& node, const Value&, const Value* old_self,
                                const std::string& path) const override {
    std::vector<FieldError> out;
    for (const Rule& rule : node.rules) {
      out.push_back({"FieldValueInvalid", path, rule.rule + (old_self == nullptr ? "" : " with old")});
    }
    return out;
  }
};

constexpr std::string_view kRuled = R"({"type":"object","x-kubernetes-validations":[{"rule":"R"}],"properties":{
  "a":{"type":"string","x-kubernetes-validations":[{"rule":"A"}]},
  "map":{"type":"object","additionalProperties":{"type":"integer","x-kubernetes-validations":[{"rule":"V"}]}},
  "members":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],
    "items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"x":{"type":"integer"}},
      "x-kubernetes-validations":[{"rule":"M"}]}},
  "plain":{"type":"array","items":{"type":"object","properties":{"x":{"type":"integer"}},
    "x-kubernetes-validations":[{"rule":"P"}]}},
  "set":{"type":"array","x-kubernetes-list-type":"set",
    "items":{"type":"string","x-kubernetes-validations":[{"rule":"S"}]}}}})";

std::vector<std::string> asked(const Value& object, const Value* old) {
  std::vector<std::string> out;
  for (const FieldError& error : validate(object, old, *schema(kRuled), std::make_unique<Asked>().get())) {
    out.push_back(error.field + " " + error.message);
  }
  return out;
}

using Strings = std::vector<std::string>;

TEST(Rules, are_asked_at_every_node_that_has_some_and_a_value) {
  EXPECT_EQ(asked(with(R"({"a":"x","map":{"k":1}})"), nullptr), (Strings{"spec R", "spec.a A", "spec.map[k] V"}));
  EXPECT_EQ(asked(json("{}"), nullptr), Strings{});
}

TEST(Rules, get_the_old_item_of_a_map_list_by_its_key) {
  const Value old = with(R"({"members":[{"name":"m","x":1},{"name":"n","x":1}]})");
  EXPECT_EQ(asked(with(R"({"members":[{"name":"n","x":2},{"name":"new"}]})"), &old),
            (Strings{"spec R with old", "spec.members[0] M with old", "spec.members[1] M"}));
}

TEST(Rules, get_no_old_item_of_a_set_or_an_atomic_list) {
  const Value old = with(R"({"plain":[{"x":1}],"set":["a"]})");
  EXPECT_EQ(asked(with(R"({"plain":[{"x":2}],"set":["a","b"]})"), &old),
            (Strings{"spec R with old", "spec.plain[0] P", "spec.set[0] S", "spec.set[1] S"}));
}

TEST(Rules, of_parts_that_did_not_change_are_not_asked_again) {
  const Value old = with(R"({"a":"x","map":{"k":1}})");
  EXPECT_EQ(asked(old, &old), Strings{});
  EXPECT_EQ(asked(with(R"({"a":"x","map":{"k":2}})"), &old), (Strings{"spec R with old", "spec.map[k] V with old"}));
}

TEST(Rules, are_not_asked_of_an_object_of_the_wrong_shape) {
  EXPECT_EQ(
      asked(with(R"({"a":1})"), nullptr),
      (Strings{R"(spec.a Invalid value: "integer": spec.a in body must be of type string: "integer")",
               "<nil> Invalid value: \"\": some validation rules were not checked because the object was invalid; "
               "correct the existing errors to complete validation"}));
}

TEST(Ratcheting, lets_be_what_was_invalid_before_and_did_not_change) {
  const SchemaRef limited = schema(R"({"type":"object","properties":{"n":{"type":"integer","maximum":5},
    "o":{"type":"integer","maximum":5},"list":{"type":"array","items":{"type":"integer","maximum":5}},
    "members":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],
      "items":{"type":"object",
        "required":["name"],"properties":{"name":{"type":"string"},"n":{"type":"integer","maximum":5}}}}}})");
  const Value old = with(R"({"n":9,"o":1,"list":[9],"members":[{"name":"a","n":9}]})");
  EXPECT_EQ(validate(with(R"({"n":9,"o":2,"list":[9],"members":[{"name":"b","n":1},{"name":"a","n":9}]})"), &old,
                     *limited, nullptr),
            std::vector<FieldError>{});
  const std::vector<FieldError> errors =
      validate(with(R"({"n":8,"o":1,"list":[9,1],"members":[{"name":"a","n":8}]})"), &old, *limited, nullptr);
  std::vector<std::string> fields;
  for (const FieldError& error : errors) fields.push_back(error.field);
  EXPECT_EQ(fields, (Strings{"spec.list[0]", "spec.members[0].n", "spec.n"}));
}

TEST(Ratcheting, lets_duplicates_be_where_there_were_some) {
  const SchemaRef set = schema(R"({"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}})");
  const Value old = with(R"(["a","a"])");
  EXPECT_EQ(validate(with(R"(["a","a","b"])"), &old, *set, nullptr), std::vector<FieldError>{});
  const Value clean = with(R"(["a"])");
  ASSERT_EQ(validate(with(R"(["a","a"])"), &clean, *set, nullptr).size(), 1u);
}

}  // namespace
}  // namespace objects
