// SPDX-License-Identifier: Apache-2.0
// Is a difference found where there is one, and nowhere else?
#include "libk8s/apply/diff.hpp"

#include <gtest/gtest.h>

namespace k8s {
namespace {

std::string difference(const char* wanted, const char* live) {
  return first_difference(*json::parse_value(wanted), *json::parse_value(live));
}

TEST(FirstDifference, fields_that_others_or_defaults_added_do_not_count) {
  EXPECT_EQ(difference(R"({"spec":{"a":1}})", R"({"spec":{"a":1,"b":2},"status":{}})"), "");
}

TEST(FirstDifference, tells_the_path_of_the_first_field_that_differs) {
  EXPECT_EQ(difference(R"({"spec":{"template":{"containers":[{"image":"a"},{"image":"b"}]}}})",
                       R"({"spec":{"template":{"containers":[{"image":"a"},{"image":"c"}]}}})"),
            "spec.template.containers.1.image");
  EXPECT_EQ(difference(R"({"a":{"b":1}})", R"({})"), "a");
}

TEST(FirstDifference, lists_are_compared_in_length_and_order) {
  EXPECT_EQ(difference(R"({"a":[1,2]})", R"({"a":[1,2,3]})"), "a");
  EXPECT_EQ(difference(R"({"a":[1,2]})", R"({"a":[2,1]})"), "a.0");
  EXPECT_EQ(difference(R"({"a":[1,2]})", R"({"a":[1,2]})"), "");
}

TEST(FirstDifference, two_spellings_of_one_quantity_are_equal) {
  EXPECT_EQ(difference(R"({"memory":"1Gi","cpu":"1000m"})", R"({"memory":"1024Mi","cpu":"1"})"), "");
  EXPECT_EQ(difference(R"({"memory":"1Gi"})", R"({"memory":"1G"})"), "memory");
}

TEST(FirstDifference, what_the_server_drops_is_no_difference) {
  EXPECT_EQ(difference(R"({"a":{},"b":[],"c":false})", R"({})"), "");
  EXPECT_EQ(difference(R"({"c":true})", R"({})"), "c");
  EXPECT_EQ(difference(R"({"a":{}})", R"({"a":{"x":1}})"), "");
}

TEST(FirstDifference, another_kind_at_the_same_place_is_one) {
  EXPECT_EQ(difference(R"({"a":"1"})", R"({"a":1})"), "a");
  EXPECT_EQ(difference(R"({"a":{"b":1}})", R"({"a":[1]})"), "a");
}

}  // namespace
}  // namespace k8s
