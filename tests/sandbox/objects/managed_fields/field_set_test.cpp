// SPDX-License-Identifier: Apache-2.0
// Sets of fields, as managedFields writes them.
#include "sandbox/objects/managed_fields/field_set.hpp"

#include <gtest/gtest.h>

namespace objects {
namespace {

FieldSet set(std::string_view text) {
  const k8s::Result<Value> value = k8s::json::parse_value(text);
  EXPECT_TRUE(value.has_value()) << text;
  k8s::Result<FieldSet> out = FieldSet::from_fields_v1(*value);
  EXPECT_TRUE(out.has_value()) << text;
  return out ? *out : FieldSet();
}

std::vector<std::string> paths(const FieldSet& fields) {
  std::vector<std::string> out;
  for (const FieldPath& path : fields.paths()) out.push_back(to_string(path));
  return out;
}

using Strings = std::vector<std::string>;

TEST(FieldSet, reads_and_writes_every_kind_of_step) {
  const char* text = R"({"f:spec":{"f:list":{"k:{\"name\":\"a\",\"port\":80}":{".":{},"f:x":{}},)"
                     R"("v:\"s\"":{},"v:3":{},"i:2":{}},".":{}}})";
  const FieldSet fields = set(text);
  EXPECT_EQ(fields.to_fields_v1(), *k8s::json::parse_value(text));
  EXPECT_EQ(paths(fields), (Strings{".spec", R"(.spec.list[name="a",port=80])", ".spec.list[=3]", R"(.spec.list[="s"])",
                                    ".spec.list[2]", R"(.spec.list[name="a",port=80].x)"}));
}

TEST(FieldSet, drops_steps_of_kinds_that_nobody_knows_yet) {
  EXPECT_EQ(paths(set(R"({"z:what":{},"f:a":{}})")), Strings{".a"});
}

TEST(FieldSet, refuses_what_is_no_set) {
  for (const char* bad : {R"({"f":{}})", R"({"fa":{}})", R"({"i:x":{}})", R"({"k:[1]":{}})", R"({"v:":{}})", R"([])"}) {
    EXPECT_FALSE(FieldSet::from_fields_v1(*k8s::json::parse_value(bad)).has_value()) << bad;
  }
}

TEST(FieldSet, escapes_markup_as_the_server_does) {
  EXPECT_EQ(PathElement::of_value("<a&b>").serialized(), R"(v:"\u003ca\u0026b\u003e")");
}

TEST(FieldSet, unites_intersects_and_subtracts_path_by_path) {
  const FieldSet a = set(R"({"f:a":{".":{},"f:x":{},"f:y":{}},"f:b":{}})");
  const FieldSet b = set(R"({"f:a":{"f:y":{},"f:z":{}},"f:b":{"f:w":{}}})");
  EXPECT_EQ(a.united(b), set(R"({"f:a":{".":{},"f:x":{},"f:y":{},"f:z":{}},"f:b":{".":{},"f:w":{}}})"));
  EXPECT_EQ(a.intersected(b), set(R"({"f:a":{"f:y":{}}})"));
  EXPECT_EQ(a.minus(b), set(R"({"f:a":{".":{},"f:x":{}},"f:b":{}})"));
}

TEST(FieldSet, subtracts_a_member_with_or_without_what_is_below_it) {
  const FieldSet a = set(R"({"f:a":{".":{},"f:x":{}}})");
  const FieldSet parent = set(R"({"f:a":{}})");
  EXPECT_EQ(a.minus(parent), set(R"({"f:a":{"f:x":{}}})"));
  EXPECT_TRUE(a.minus_recursively(parent).empty());
  EXPECT_EQ(a.minus_recursively(set(R"({"f:a":{"f:x":{}}})")), parent);
}

TEST(FieldSet, knows_its_leaves_and_members) {
  const FieldSet a = set(R"({"f:a":{".":{},"f:x":{}},"f:b":{}})");
  EXPECT_EQ(paths(a.leaves()), (Strings{".b", ".a.x"}));
  EXPECT_TRUE(a.has({PathElement::of_field("a"), PathElement::of_field("x")}));
  EXPECT_FALSE(a.has({PathElement::of_field("a"), PathElement::of_field("y")}));
  EXPECT_FALSE(a.has({}));
}

}  // namespace
}  // namespace objects
