// SPDX-License-Identifier: Apache-2.0
// Does one field list decode, encode and describe a type so that the three agree?
#include "libk8s/json/fields.hpp"

#include <gtest/gtest.h>

#include "libk8s/api/quantity.hpp"
#include "libk8s/json/shape.hpp"

namespace k8s {
namespace {

struct Disk {
  Quantity size;
  std::optional<std::string> storage_class;
  bool operator==(const Disk&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("size", self.size);
    visit("storageClassName", self.storage_class);
  }
};

struct Everything {
  std::string text;
  Name name;
  int small = 0;
  std::int64_t big = 0;
  double ratio = 0;
  bool yes = false;
  std::optional<bool> maybe;
  std::optional<Wall> at;
  Millis wait{0};
  std::vector<Disk> disks;
  std::map<std::string, std::string> labels;
  json::Value anything;
  json::Compact compact;
  bool operator==(const Everything&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("text", self.text);
    visit("name", self.name);
    visit("small", self.small);
    visit("big", self.big);
    visit("ratio", self.ratio);
    visit("yes", self.yes);
    visit("maybe", self.maybe);
    visit("at", self.at);
    visit("waitMs", self.wait);
    visit("disks", self.disks);
    visit("labels", self.labels);
    visit("anything", self.anything);
    visit("compact", self.compact);
  }
};

std::string problem_of(std::string_view text) {
  const Result<Everything> read = json::decode_text<Everything>(text);
  return read ? std::string{"no problem"} : read.error().message;
}

Everything full() {
  return {.text = "ü\"\n",
          .name = Name{"n"},
          .small = -3,
          .big = 9'007'199'254'740'993,
          .ratio = 0.25,
          .yes = true,
          .maybe = false,
          .at = Wall{std::chrono::microseconds{1'795'269'067'123'456}},
          .wait = Millis{1'500},
          .disks = {{.size = *Quantity::parse("10Gi"), .storage_class = "fast"},
                    {.size = *Quantity::parse("0.5"), .storage_class = {}}},
          .labels = {{"a", "1"}, {"b", ""}},
          .anything = {{"x", {1, 2, nullptr}}},
          .compact = json::Compact{{{"y", 1}}}};
}

TEST(Fields, a_full_value_survives_encode_and_decode) {
  const Everything before = full();
  const Result<Everything> after = json::decode_text<Everything>(json::print(json::encode(before)));
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(*after, before);
}

TEST(Fields, the_same_value_always_prints_the_same_bytes) {
  EXPECT_EQ(json::print(json::encode(full())), json::print(json::encode(full())));
}

TEST(Fields, missing_and_null_members_leave_the_default_and_unknown_ones_are_ignored) {
  const Result<Everything> read = json::decode_text<Everything>(R"({"text":null,"newer":{"field":1},"small":4})");
  ASSERT_TRUE(read);
  Everything expected;
  expected.small = 4;
  EXPECT_EQ(*read, expected);
}

TEST(Fields, nothing_is_written_for_what_is_empty_but_numbers_and_booleans_always_are) {
  EXPECT_EQ(json::print(json::encode(Everything{})), R"({"big":0,"ratio":0.0,"small":0,"waitMs":0,"yes":false})");
}

TEST(Fields, an_error_names_the_path_what_was_expected_and_what_was_there) {
  EXPECT_EQ(problem_of(R"({"disks":[{"size":"1Gi"},{"size":17}]})"),
            "disks.1.size: expected another value, got integer");
  EXPECT_EQ(problem_of(R"({"labels":{"a":true}})"), "labels.a: expected string, got boolean");
  EXPECT_EQ(problem_of(R"({"small":"4"})"), R"(small: expected integer, got "4")");
  EXPECT_EQ(problem_of(R"({"small":4000000000})"), "small: expected integer, got integer");
  EXPECT_EQ(problem_of(R"({"at":"yesterday"})"), R"(at: expected RFC 3339 time, got "yesterday")");
  EXPECT_EQ(problem_of(R"({"disks":{}})"), "disks: expected array, got object");
  EXPECT_EQ(problem_of(R"([])"), "document: expected object, got array");
}

TEST(Fields, the_first_of_several_problems_is_told) {
  EXPECT_EQ(problem_of(R"({"yes":1,"text":2})"), "text: expected string, got integer")
      << "in the order of the field list";
}

TEST(Fields, text_that_is_no_json_is_invalid) {
  for (const char* text : {"", "{", "{}{}", "{\"a\":}", "\xff", "nul"}) {
    const Result<Everything> read = json::decode_text<Everything>(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, Code::invalid);
  }
}

TEST(Shape, describes_the_type_as_a_schema_would) {
  const json::Shape shape = json::shape_of<Everything>();
  EXPECT_EQ(shape.kind, "object");
  EXPECT_EQ(shape.members.at("disks").kind, "array");
  EXPECT_EQ(shape.members.at("disks").items.at(0).members.at("size").kind, "string");
  EXPECT_EQ(shape.members.at("maybe").kind, "boolean");
  EXPECT_EQ(shape.members.at("waitMs").kind, "integer");
  EXPECT_EQ(shape.members.at("labels").items.at(0).kind, "string");
  EXPECT_EQ(shape.members.at("anything").kind, "any");
}

}  // namespace
}  // namespace k8s
