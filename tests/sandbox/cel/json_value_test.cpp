// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/sandbox/cel/expressions.hpp"

namespace {

namespace types = cel::types;
using cel_test::evaluate;

TEST(CelJson, formats_read_as_what_they_mean) {
  const auto type = types::object(
      "t",
      {{"at", types::timestamp()}, {"wait", types::duration()}, {"data", types::bytes()}, {"ratio", types::real()}});
  const k8s::json::Value json = {{"at", "2024-01-02T03:04:05Z"}, {"wait", "90m"}, {"data", "aGk="}, {"ratio", 2}};
  EXPECT_EQ(evaluate("self.at.getHours()", type, json), "3");
  EXPECT_EQ(evaluate("self.at + self.wait > timestamp('2024-01-02T04:00:00Z')", type, json), "true");
  EXPECT_EQ(evaluate("self.data == b'hi'", type, json), "true");
  EXPECT_EQ(evaluate("self.ratio / 4.0", type, json), "0.5");
}

TEST(CelJson, where_nothing_is_declared_json_speaks_for_itself) {
  const k8s::json::Value json = {{"n", 1},        {"x", 1.5},         {"s", "a"},
                                 {"l", {1, "b"}}, {"namespace", "d"}, {"nothing", nullptr}};
  EXPECT_EQ(evaluate("type(self.n) == int && type(self.x) == double && type(self.l) == list", types::dyn(), json),
            "true");
  EXPECT_EQ(evaluate("self.namespace + self.l[1]", types::dyn(), json), R"("db")");
  EXPECT_EQ(evaluate("self.nothing == null && has(self.nothing)", types::dyn(), json), "true");
  EXPECT_EQ(evaluate("self.s + 1", types::dyn(), json), "error: no such overload");
}

TEST(CelJson, int_or_string_is_told_apart_by_type) {
  const std::string rule = "type(self) == int ? self > 1024 : self.startsWith('http')";
  EXPECT_EQ(evaluate(rule, types::dyn(), 8080), "true");
  EXPECT_EQ(evaluate(rule, types::dyn(), "https"), "true");
  EXPECT_EQ(evaluate(rule, types::dyn(), 80), "false");
}

TEST(CelJson, sets_and_maps_are_equal_in_any_order_and_merge) {
  const auto set = types::associative_list(types::string(), cel::ListType::set);
  const auto pair = types::object("p", {{"a", set}, {"b", set}});
  const k8s::json::Value json = {{"a", {"x", "y"}}, {"b", {"y", "x"}}};
  EXPECT_EQ(evaluate("self.a == self.b", pair, json), "true");
  EXPECT_EQ(evaluate("self.a + ['z', 'x']", pair, json), R"(["x","y","z"])");
  const auto entry = types::object("e", {{"name", types::string()}, {"value", types::integer()}});
  const auto map = types::associative_list(entry, cel::ListType::map, {"name"});
  const auto maps = types::object("m", {{"a", map}, {"b", map}});
  const k8s::json::Value entries = {{"a", {{{"name", "x"}, {"value", 1}}, {{"name", "y"}, {"value", 2}}}},
                                    {"b", {{{"name", "y"}, {"value", 3}}, {{"name", "z"}, {"value", 4}}}}};
  EXPECT_EQ(evaluate("(self.a + self.b).map(e, e.name + string(e.value))", maps, entries), R"(["x1","y3","z4"])");
  const auto atomic = types::object("p", {{"a", types::list(types::string())}, {"b", types::list(types::string())}});
  EXPECT_EQ(evaluate("self.a == self.b", atomic, json), "false");
}

TEST(CelJson, what_does_not_fit_its_type_is_an_error_when_looked_at) {
  const auto type = types::object("t", {{"n", types::integer()}, {"other", types::integer()}});
  const k8s::json::Value json = {{"n", "one"}, {"other", 1}};
  EXPECT_EQ(evaluate("self.other == 1", type, json), "true");
  EXPECT_EQ(evaluate("self.n == 1", type, json), "error: invalid data, expected int but got string");
  EXPECT_EQ(evaluate("self.n == 1", type, {{"n", nullptr}}), "error: invalid data, expected int but got null");
}

TEST(CelJson, a_nullable_property_may_be_null) {
  const auto type = types::object("t", {{"o", types::nullable(types::object("t.o", {{"x", types::integer()}}))}});
  EXPECT_EQ(evaluate("self.o == null", type, {{"o", nullptr}}), "true");
  EXPECT_EQ(evaluate("self.o == null || self.o.x == 1", type, {{"o", {{"x", 1}}}}), "true");
}

TEST(CelJson, objects_are_equal_field_by_field) {
  const auto inner = types::object("i", {{"x", types::integer()}, {"y", types::list(types::string())}});
  const auto type = types::object("t", {{"a", inner}, {"b", inner}});
  EXPECT_EQ(evaluate("self.a == self.b", type, {{"a", {{"x", 1}, {"y", {"p"}}}}, {"b", {{"x", 1}, {"y", {"p"}}}}}),
            "true");
  EXPECT_EQ(evaluate("self.a == self.b", type, {{"a", {{"x", 1}}}, {"b", {{"x", 1}, {"y", {"p"}}}}}), "false");
}

}  // namespace
