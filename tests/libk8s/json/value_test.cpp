// SPDX-License-Identifier: Apache-2.0
// Is JSON read and written without surprises?
#include "libk8s/json/value.hpp"

#include <gtest/gtest.h>

#include "libk8s/json/node.hpp"

namespace k8s::json {
namespace {

TEST(Value, members_are_printed_in_order_whatever_the_order_of_insertion) {
  Value one;
  one["b"] = 1;
  one["a"] = 2;
  EXPECT_EQ(print(one), R"({"a":2,"b":1})");
  EXPECT_EQ(print_pretty(one), "{\n  \"a\": 2,\n  \"b\": 1\n}\n");
}

TEST(Value, bytes_that_are_not_utf8_are_replaced_and_never_thrown_on) {
  EXPECT_EQ(print(Value("a\xff")), "\"a\xEF\xBF\xBD\"");
}

TEST(Value, a_parse_error_tells_the_byte) {
  const Result<Value> read = parse_value("{\"a\": nope}");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Code::invalid);
  EXPECT_NE(read.error().message.find("byte 8"), std::string::npos) << read.error().message;
}

TEST(Compact, keeps_a_document_as_text_and_gives_it_back_whole) {
  const Value value{{"a", {1, 2, {{"b", nullptr}}}}};
  EXPECT_EQ(Compact{value}.value(), value);
  EXPECT_TRUE(Compact{}.empty());
  EXPECT_TRUE(Compact{}.value().is_null());
}

TEST(Node, a_path_that_leads_nowhere_is_nothing) {
  Parser parser;
  const Result<Node> node = parser.parse(R"({"a":{"b":[1,2.5,"x",true,null]},"n":null})");
  ASSERT_TRUE(node);
  EXPECT_TRUE(node->at("a", "b"));
  EXPECT_FALSE(node->at("a", "c"));
  EXPECT_FALSE(node->at("a", "b", "c"));
  EXPECT_FALSE(node->get("n")) << "null is as good as missing";
}

TEST(Node, a_value_of_another_kind_is_nothing_rather_than_converted) {
  Parser parser;
  const Result<Node> node = parser.parse(R"({"i":1,"d":1.5,"s":"1","b":true})");
  ASSERT_TRUE(node);
  EXPECT_EQ(node->get("i")->integer(), 1);
  EXPECT_EQ(node->get("d")->integer(), std::nullopt);
  EXPECT_EQ(node->get("s")->integer(), std::nullopt);
  EXPECT_EQ(node->get("i")->string(), std::nullopt);
  EXPECT_EQ(node->get("i")->number(), 1.0);
  EXPECT_EQ(node->get("b")->boolean(), true);
}

TEST(Node, copies_to_a_value_with_numbers_beyond_a_double_intact) {
  Parser parser;
  const char* text = R"({"a":[9223372036854775807,18446744073709551615,-1,0.1,null,"\u00e4"]})";
  const Result<Node> node = parser.parse(text);
  ASSERT_TRUE(node);
  EXPECT_EQ(node->to_value(), *parse_value(text));
}

TEST(Parser, refuses_what_is_larger_than_allowed_or_nested_too_deep) {
  Parser small{16};
  EXPECT_FALSE(small.parse(R"({"a":"01234567890123456789"})"));
  Parser parser;
  EXPECT_FALSE(parser.parse(std::string(5'000, '[')));
  EXPECT_TRUE(parser.parse("{}")) << "and can be used again";
}

}  // namespace
}  // namespace k8s::json
