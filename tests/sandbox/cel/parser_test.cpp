// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "sandbox/cel/parser.hpp"
#include "tests/sandbox/cel/expressions.hpp"

namespace {

using cel_test::compile_error;
using cel_test::evaluate;

TEST(CelParser, operators_bind_as_the_grammar_says) {
  EXPECT_EQ(evaluate("1 + 2 * 3 - 4 / 2"), "5");
  EXPECT_EQ(evaluate("1 + 2 == 3 && !(4 < 3)"), "true");
  EXPECT_EQ(evaluate("true || false && false"), "true");
  EXPECT_EQ(evaluate("true ? 1 : false ? 2 : 3"), "1");
  EXPECT_EQ(evaluate("- -3"), "3");
  EXPECT_EQ(evaluate("2 in [1, 2] == true"), "true");
}

TEST(CelParser, numbers_are_read_to_their_limits_and_not_beyond) {
  EXPECT_EQ(evaluate("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(evaluate("0x7fffffffffffffff"), "9223372036854775807");
  EXPECT_EQ(evaluate("18446744073709551615u"), "18446744073709551615");
  EXPECT_EQ(evaluate(".5e1"), "5.0");
  EXPECT_NE(compile_error("9223372036854775808").find("invalid int literal"), std::string::npos);
  EXPECT_NE(compile_error("18446744073709551616u").find("invalid uint literal"), std::string::npos);
  EXPECT_NE(compile_error("1e999").find("invalid double literal"), std::string::npos);
}

TEST(CelParser, strings_know_raw_triple_and_byte_forms) {
  EXPECT_EQ(evaluate(R"('a\tb\u00e9\x41\101')"), R"("a\tbéAA")");
  EXPECT_EQ(evaluate(R"(r'a\tb')"), R"("a\\tb")");
  EXPECT_EQ(evaluate("'''a'b\nc'''"), R"("a'b\nc")");
  EXPECT_EQ(evaluate(R"(b'\xff\000é' == b'\377\x00\303\251')"), "true");
  EXPECT_EQ(evaluate(R"(size('\U0001F600'))"), "1");
  EXPECT_NE(compile_error(R"('\q')").find("escape"), std::string::npos);
  EXPECT_NE(compile_error(R"('\ud800')").find("escape"), std::string::npos);
  EXPECT_NE(compile_error("'a\nb'").find("ends before its line"), std::string::npos);
}

TEST(CelParser, a_mistake_is_shown_at_its_place) {
  EXPECT_EQ(compile_error("1 +\n  &"),
            "ERROR: <input>:2:3: Syntax error: token recognition error at: '&'\n |   &\n | ..^");
  EXPECT_EQ(compile_error("(1"),
            "ERROR: <input>:1:3: Syntax error: mismatched input '<EOF>' expecting ')'\n | (1\n | ..^");
  EXPECT_EQ(compile_error("'é' + ü").substr(0, 21), "ERROR: <input>:1:7: S");
}

TEST(CelParser, reserved_words_are_no_identifiers) {
  EXPECT_NE(compile_error("for").find("reserved identifier: for"), std::string::npos);
  EXPECT_NE(compile_error("namespace + 1").find("reserved identifier: namespace"), std::string::npos);
}

TEST(CelParser, macros_want_simple_names_and_fields) {
  EXPECT_NE(compile_error("[1].all(a.b, true)").find("argument must be a simple name"), std::string::npos);
  EXPECT_NE(compile_error("has(1)").find("invalid argument to has() macro"), std::string::npos);
}

TEST(CelParser, message_literals_are_read_and_refused) {
  EXPECT_NE(compile_error("a.Thing{field: 1}").find("undeclared reference to 'a.Thing'"), std::string::npos);
}

TEST(CelParser, backticks_are_refused_as_kubernetes_refuses_them) {
  EXPECT_NE(compile_error("{'a-b': 1}.`a-b`").find("unsupported syntax: '`'"), std::string::npos);
}

TEST(CelParser, depth_and_size_are_bounded) {
  const auto repeated = [](std::string_view text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += text;
    return out;
  };
  EXPECT_EQ(evaluate(repeated("(", 200) + "1" + repeated(")", 200)), "1");
  EXPECT_NE(compile_error(repeated("(", 300) + "1" + repeated(")", 300)).find("nested too deeply"), std::string::npos);
  EXPECT_NE(compile_error(repeated("[", 90'000)).find("nested too deeply"), std::string::npos);
  EXPECT_EQ(evaluate("1" + repeated(" + 1", 900)), "901");
  EXPECT_NE(compile_error("1" + repeated(" + 1", 1'100)).find("nested too deeply"), std::string::npos);
  EXPECT_NE(compile_error("a" + repeated(".a", 20'000)).find("nested too deeply"), std::string::npos);
  EXPECT_EQ(evaluate("true" + repeated(" && true", 5'000)), "true");
  EXPECT_EQ(evaluate(repeated("!", 4'001) + "true"), "false");
  EXPECT_NE(compile_error(repeated(" ", 100'001)).find("exceeds limit"), std::string::npos);
}

}  // namespace
