// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/sandbox/cel/expressions.hpp"

namespace {

namespace types = cel::types;
using cel_test::evaluate;

TEST(CelEvaluator, and_and_or_absorb_failures_from_either_side) {
  EXPECT_EQ(evaluate("1 / 0 > 1 || true"), "true");
  EXPECT_EQ(evaluate("true || 1 / 0 > 1"), "true");
  EXPECT_EQ(evaluate("1 / 0 > 1 && false"), "false");
  EXPECT_EQ(evaluate("1 / 0 > 1 && true"), "error: division by zero");
  EXPECT_EQ(evaluate("false || 1 / 0 > 1 || false"), "error: division by zero");
  EXPECT_EQ(evaluate("true ? 1 : 1 / 0"), "1");
}

TEST(CelEvaluator, integers_do_not_wrap) {
  EXPECT_EQ(evaluate("9223372036854775807 + 1"), "error: integer overflow");
  EXPECT_EQ(evaluate("-9223372036854775808 - 1"), "error: integer overflow");
  EXPECT_EQ(evaluate("4611686018427387904 * 2"), "error: integer overflow");
  EXPECT_EQ(evaluate("-9223372036854775808 / -1"), "error: integer overflow");
  EXPECT_EQ(evaluate("-9223372036854775808 % -1"), "error: integer overflow");
  EXPECT_EQ(evaluate("-(-9223372036854775808)"), "error: integer overflow");
  EXPECT_EQ(evaluate("1u - 2u"), "error: unsigned integer overflow");
  EXPECT_EQ(evaluate("1 % 0"), "error: modulus by zero");
  EXPECT_EQ(evaluate("-7 / 2 == -3 && -7 % 2 == -1"), "true");
}

TEST(CelEvaluator, numbers_of_all_kinds_lie_on_one_line) {
  EXPECT_EQ(evaluate("1 < 2u && 2u < 2.5 && 2.5 < 3"), "true");
  EXPECT_EQ(evaluate("dyn(1) == dyn(1u) && dyn(1) == dyn(1.0)"), "true");
  EXPECT_EQ(evaluate("9223372036854775807 < 9223372036854775808.0"), "false");  // as doubles they are equal
  EXPECT_EQ(evaluate("{1: 'a'}[dyn(1.0)] + {1u: 'b'}[dyn(1)]"), R"("ab")");
  EXPECT_EQ(evaluate("-1 < 18446744073709551615u"), "true");
  EXPECT_EQ(evaluate("double('NaN') == double('NaN')"), "false");
  EXPECT_EQ(evaluate("dyn(1) == dyn('1')"), "false");
}

TEST(CelEvaluator, macros_do_what_they_say) {
  EXPECT_EQ(evaluate("[1, 2, 3].all(x, x > 0)"), "true");
  EXPECT_EQ(evaluate("[1, 2, 3].exists(x, x > 2)"), "true");
  EXPECT_EQ(evaluate("[1, 2, 3].exists_one(x, x > 1)"), "false");
  EXPECT_EQ(evaluate("[1, 2, 3].map(x, x * 2)"), "[2,4,6]");
  EXPECT_EQ(evaluate("[1, 2, 3].map(x, x > 1, x * 2)"), "[4,6]");
  EXPECT_EQ(evaluate("{'a': 1, 'b': 2}.filter(k, k != 'a')"), R"(["b"])");
  EXPECT_EQ(evaluate("[1, 2].map(x, [3, 4].map(y, x * y))"), "[[3,4],[6,8]]");
  EXPECT_EQ(evaluate("[0, 1].all(x, 1 / x > 5)"), "false");
  EXPECT_EQ(evaluate("[0, 1].all(x, 1 / x > 0)"), "error: division by zero");
  EXPECT_EQ(evaluate("[0, 1].exists(x, 1 / x == 1)"), "true");
  EXPECT_EQ(evaluate("{'a': 1}.all(k, v, k == 'a' && v == 1)"), "true");
  EXPECT_EQ(evaluate("['a', 'b'].transformList(i, v, v + string(i))"), R"(["a0","b1"])");
  EXPECT_EQ(evaluate("{'a': 1}.transformMapEntry(k, v, {string(v): k})"), R"({"1":"a"})");
}

TEST(CelEvaluator, a_macros_variable_hides_only_what_is_inside_it) {
  EXPECT_EQ(evaluate("[1].map(self, self + 1)[0] + self", types::integer(), 10), "12");
}

TEST(CelEvaluator, absent_keys_are_errors_and_has_tells) {
  const auto type = types::object("t", {{"a", types::string()}, {"b", types::string()}});
  const k8s::json::Value json = {{"a", "x"}};
  EXPECT_EQ(evaluate("self.b == 'x'", type, json), "error: no such key: b");
  EXPECT_EQ(evaluate("has(self.b) ? self.b : self.a", type, json), R"("x")");
  EXPECT_EQ(evaluate("{'a': 1}['b']"), "error: no such key: b");
  EXPECT_EQ(evaluate("[1][1]"), "error: index out of bounds: 1");
}

TEST(CelEvaluator, optionals_stand_for_what_may_be_absent) {
  const auto type = types::object("t", {{"a", types::object("t.a", {{"b", types::string()}})}});
  EXPECT_EQ(evaluate("self.?a.?b.orValue('none')", type, k8s::json::Value::object()), R"("none")");
  EXPECT_EQ(evaluate("self.?a.b.orValue('none')", type, {{"a", {{"b", "x"}}}}), R"("x")");
  EXPECT_EQ(evaluate("[1, 2][?5].or(optional.of(7)).value()"), "7");
  EXPECT_EQ(evaluate("optional.none().orValue(1 + 1)"), "2");
  EXPECT_EQ(evaluate("optional.of(1).orValue(1 / 0)"), "1");
  EXPECT_EQ(evaluate("optional.of(2).optMap(x, x * 2).value()"), "4");
  EXPECT_EQ(evaluate("optional.none().value()"), "error: optional.none() dereference");
  EXPECT_EQ(evaluate("{?'a': optional.none(), 'b': 1}"), R"({"b":1})");
}

TEST(CelEvaluator, times_add_up) {
  EXPECT_EQ(evaluate("timestamp('2024-02-28T23:00:00Z') + duration('25h')"), R"("2024-03-01T00:00:00Z")");
  EXPECT_EQ(evaluate("timestamp('2024-03-01T00:00:00+01:00').getDate('-01:00')"), "29");
  EXPECT_EQ(evaluate("timestamp('2024-12-31T00:00:00Z').getDayOfYear()"), "365");
  EXPECT_EQ(evaluate("duration('1h30m').getMinutes()"), "90");
  EXPECT_EQ(evaluate("duration('1.5s').getMilliseconds()"), "1500");
  EXPECT_EQ(evaluate("timestamp('9999-12-31T23:59:59Z') + duration('1s')"), "error: timestamp overflow");
  EXPECT_EQ(evaluate("string(duration('1.5s') - duration('2s'))"), R"("-0.5s")");
  EXPECT_EQ(evaluate("timestamp('2024-02-30T00:00:00Z') == timestamp(0)").find("does not compile"), 0u);
}

TEST(CelEvaluator, a_repeated_key_is_an_error) {
  EXPECT_EQ(evaluate("{'a': 1, 'a': 2}"), "error: Failed with repeated key: a");
}

TEST(CelEvaluator, a_spent_budget_ends_it_whatever_or_would_absorb) {
  const std::string nested = "[1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b, a + b > 0))";
  EXPECT_EQ(evaluate(nested), "true");
  EXPECT_EQ(evaluate(nested + " || true", nullptr, {}, 100), "error: operation cancelled: actual cost limit exceeded");
}

TEST(CelEvaluator, a_budget_is_shared_by_those_it_is_handed_to) {
  const auto program = cel::compile("1 + 1 == 2", cel::Environment());
  ASSERT_TRUE(program);
  cel::Budget budget(3);
  EXPECT_TRUE(program->evaluate({}, budget));
  const auto second = program->evaluate({}, budget);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, k8s::Code::too_many_requests);
}

TEST(CelEvaluator, a_comparison_is_paid_for_however_deep_it_looks) {
  k8s::json::Value deep = k8s::json::Value::array();
  for (int i = 0; i < 1'000; ++i) deep.push_back({{"name", "x" + std::to_string(i)}});
  const k8s::json::Value json = {{"inner", {{"list", deep}}}};
  EXPECT_EQ(evaluate("self == self", types::dyn(), json), "true");
  EXPECT_EQ(evaluate("self == self", types::dyn(), json, 500),
            "error: operation cancelled: actual cost limit exceeded");
  EXPECT_EQ(evaluate("[1, 2].all(x, self.inner.list[999] in self.inner.list)", types::dyn(), json, 1'500),
            "error: operation cancelled: actual cost limit exceeded");
}

TEST(CelEvaluator, text_is_paid_for_before_it_is_made) {
  const std::string thousand(1000, 'x');
  const auto grow = "[self].map(a, a.replace('x', a)).map(b, b.replace('x', b))[0].size() > 0";
  EXPECT_EQ(evaluate(grow, types::string(), thousand), "error: operation cancelled: actual cost limit exceeded");
}

TEST(CelEvaluator, a_variable_without_a_value_is_no_such_attribute) {
  cel::Environment environment;
  environment.add("oldSelf", types::integer());
  cel::Budget budget(100);
  EXPECT_EQ(cel::compile("oldSelf > 1", environment)->evaluate({}, budget).error().message,
            "no such attribute(s): oldSelf");
}

}  // namespace
