// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/sandbox/cel/expressions.hpp"

namespace {

namespace types = cel::types;
using cel_test::compile_error;
using cel_test::evaluate;

cel::TypePtr spec() {
  return types::object("spec", {{"replicas", types::integer()},
                                {"name", types::string()},
                                {"namespace", types::string()},
                                {"data-dir", types::string()},
                                {"labels", types::map(types::string(), types::string())},
                                {"ports", types::list(types::integer())},
                                {"storage", types::object("spec.storage", {{"size", types::string()}})},
                                {"port", types::dyn()}});
}

std::string first_line(const std::string& error) {
  return error.substr(0, error.find('\n'));
}

TEST(CelChecker, an_unknown_name_is_an_undeclared_reference) {
  EXPECT_EQ(compile_error("1 + nope"),
            "ERROR: <input>:1:5: undeclared reference to 'nope' (in container '')\n | 1 + nope\n | ....^");
  EXPECT_EQ(first_line(compile_error("nope(1)")),
            "ERROR: <input>:1:5: undeclared reference to 'nope' (in container '')");
  EXPECT_EQ(first_line(compile_error("'a'.nope()")),
            "ERROR: <input>:1:9: undeclared reference to 'nope' (in container '')");
}

TEST(CelChecker, a_field_that_the_schema_has_not_is_undefined) {
  EXPECT_EQ(compile_error("self.replica > 1", spec()),
            "ERROR: <input>:1:5: undefined field 'replica'\n | self.replica > 1\n | ....^");
  EXPECT_EQ(first_line(compile_error("has(self.storage.class)", spec())),
            "ERROR: <input>:1:4: undefined field 'class'");
  EXPECT_EQ(first_line(compile_error("self.replicas.x", spec())),
            "ERROR: <input>:1:14: type 'int' does not support field selection");
  EXPECT_EQ(compile_error("self.labels.anything == 'x' && self.port == 'http'", spec()), "");
}

TEST(CelChecker, what_no_overload_takes_is_told_with_its_types) {
  EXPECT_EQ(first_line(compile_error("self.replicas + self.name", spec())),
            "ERROR: <input>:1:15: found no matching overload for '_+_' applied to '(int, string)'");
  EXPECT_EQ(first_line(compile_error("self.name.startsWith(1)", spec())),
            "ERROR: <input>:1:21: found no matching overload for 'startsWith' applied to 'string.(int)'");
  EXPECT_EQ(first_line(compile_error("self.name == 1", spec())),
            "ERROR: <input>:1:11: found no matching overload for '_==_' applied to '(string, int)'");
  EXPECT_EQ(first_line(compile_error("size(1)")),
            "ERROR: <input>:1:5: found no matching overload for 'size' applied to '(int)'");
  EXPECT_EQ(first_line(compile_error("true && 1")), "ERROR: <input>:1:9: expected type 'bool' but found 'int'");
  EXPECT_EQ(first_line(compile_error("true ? 1 : 'a'")),
            "ERROR: <input>:1:6: found no matching overload for '_?_:_' applied to '(bool, int, string)'");
  EXPECT_EQ(first_line(compile_error("[1].map(x, x + 'a')")),
            "ERROR: <input>:1:14: found no matching overload for '_+_' applied to '(int, string)'");
}

TEST(CelChecker, every_mistake_is_told_in_the_order_of_its_place) {
  const std::string error = compile_error("a + b");
  EXPECT_NE(error.find("'a'"), std::string::npos);
  EXPECT_LT(error.find("'a'"), error.find("'b'"));
}

TEST(CelChecker, lists_and_maps_hold_one_type) {
  EXPECT_EQ(first_line(compile_error("[1, 'a']")), "ERROR: <input>:1:5: expected type 'int' but found 'string'");
  EXPECT_EQ(first_line(compile_error("{'a': 1, 'b': true}")),
            "ERROR: <input>:1:15: expected type 'int' but found 'bool'");
  EXPECT_EQ(first_line(compile_error("[dyn(1), 'a']")), "ERROR: <input>:1:10: expected type 'dyn' but found 'string'");
  EXPECT_EQ(compile_error("[[], [1]][1][0] + 1 == 2"), "");
  EXPECT_EQ(compile_error("'%d %s'.format([1, 'a']) == ''"), "");
}

TEST(CelChecker, a_macro_walks_lists_and_maps_only) {
  EXPECT_EQ(first_line(compile_error("self.all(x, true)", types::integer())),
            "ERROR: <input>:1:1: expression of type 'int' cannot be range of a comprehension (must be list, map, or "
            "dynamic)");
  EXPECT_EQ(first_line(compile_error("[1].all(x, x)")), "ERROR: <input>:1:12: expected type 'bool' but found 'int'");
}

TEST(CelChecker, properties_are_named_as_kubernetes_escapes_them) {
  const k8s::json::Value json = {{"namespace", "default"}, {"data-dir", "/data"}};
  EXPECT_EQ(evaluate("self.__namespace__ + self.data__dash__dir", spec(), json), R"("default/data")");
  EXPECT_EQ(first_line(compile_error("self.namespace", spec())), "ERROR: <input>:1:5: undefined field 'namespace'");
  EXPECT_EQ(cel::types::object("o", {{"a b", types::string()}, {"a__b", types::string()}})->fields.size(), 1u);
  EXPECT_EQ(cel::types::object("o", {{"a__b.c/d", types::string()}})->fields.begin()->first,
            "a__underscores__b__dot__c__slash__d");
}

TEST(CelChecker, literal_patterns_and_times_are_read_with_the_rule) {
  EXPECT_NE(compile_error("'a'.matches('(')").find("invalid matches argument"), std::string::npos);
  EXPECT_NE(compile_error("duration('1 day') > duration('1h')").find("invalid duration argument"), std::string::npos);
  EXPECT_NE(
      compile_error("timestamp('yesterday') > timestamp('2020-01-01T00:00:00Z')").find("invalid timestamp argument"),
      std::string::npos);
}

TEST(CelChecker, a_filter_must_be_a_question) {
  EXPECT_EQ(first_line(compile_error("[1].filter(x, 1)")),
            "ERROR: <input>:1:11: found no matching overload for '_?_:_' applied to '(int, list(int), list(int))'");
  EXPECT_EQ(first_line(compile_error("[1].exists_one(x, 'a')")),
            "ERROR: <input>:1:15: found no matching overload for '_?_:_' applied to '(string, int, int)'");
}

TEST(CelChecker, null_compares_with_objects_and_not_with_scalars) {
  EXPECT_EQ(compile_error("self.storage == null", spec()), "");
  EXPECT_EQ(first_line(compile_error("self.name == null", spec())),
            "ERROR: <input>:1:11: found no matching overload for '_==_' applied to '(string, null)'");
}

TEST(CelChecker, the_result_has_a_type) {
  const auto type = [](std::string_view expression) {
    const auto program = cel::compile(expression, cel_test::environment_with(spec()));
    return program ? cel::to_string(*program->result_type()) : program.error().message;
  };
  EXPECT_EQ(type("self.ports.map(p, string(p))"), "list(string)");
  EXPECT_EQ(type("self.?name"), "optional_type(string)");
  EXPECT_EQ(type("self.labels[?'a'].orValue('b')"), "string");
  EXPECT_EQ(type("type(self.replicas)"), "type(int)");
  EXPECT_EQ(type("self.labels.transformMap(k, v, size(v))"), "map(string, int)");
  EXPECT_EQ(type("quantity('1')"), "kubernetes.Quantity");
}

TEST(CelChecker, a_program_knows_which_variables_it_mentions) {
  cel::Environment environment;
  environment.add("self", types::integer()).add("oldSelf", types::integer());
  EXPECT_TRUE(cel::compile("self >= oldSelf", environment)->mentions("oldSelf"));
  EXPECT_FALSE(cel::compile("self >= 1", environment)->mentions("oldSelf"));
}

}  // namespace
