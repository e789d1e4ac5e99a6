// SPDX-License-Identifier: Apache-2.0
// Do errors say what they must, and only what they may?
#include "libk8s/base/error.hpp"

#include <gtest/gtest.h>

#include "libk8s/base/clock.hpp"
#include "libk8s/base/result.hpp"

namespace k8s {
namespace {

constexpr Code kAll[] = {Code::not_found,   Code::already_exists, Code::conflict,        Code::gone,
                         Code::invalid,     Code::forbidden,      Code::unauthenticated, Code::too_many_requests,
                         Code::unavailable, Code::timeout,        Code::unknown_outcome, Code::cancelled,
                         Code::internal};

TEST(Error, every_code_has_a_name_of_its_own_that_leads_back_to_it) {
  for (const Code code : kAll) EXPECT_EQ(code_from_name(name(code)), code) << name(code);
  EXPECT_EQ(code_from_name("no such code"), std::nullopt);
}

TEST(Error, only_what_may_work_later_without_anybody_changing_anything_is_transient) {
  EXPECT_TRUE(is_transient(Code::conflict));
  EXPECT_TRUE(is_transient(Code::unavailable));
  EXPECT_TRUE(is_transient(Code::unknown_outcome));
  EXPECT_FALSE(is_transient(Code::invalid));
  EXPECT_FALSE(is_transient(Code::forbidden));
  EXPECT_FALSE(is_transient(Code::internal));
}

TEST(Error, context_is_put_in_front_and_keeps_everything_else) {
  const Error error{.code = Code::conflict, .message = "moved on", .retry_after = Millis{7}, .remote_code = 409};
  const Error said = in_context("create Pod a/b", error);
  EXPECT_EQ(to_string(said), "conflict: create Pod a/b: moved on");
  EXPECT_EQ(said.retry_after, Millis{7});
  EXPECT_EQ(said.remote_code, 409);
}

TEST(Result, holds_a_value_or_an_error_and_never_both) {
  const Result<int> good = 7;
  const Result<int> bad = Error{.code = Code::gone, .message = "x"};
  EXPECT_EQ(*good, 7);
  EXPECT_EQ(bad.error().code, Code::gone);
  EXPECT_TRUE(Result<void>{});
  EXPECT_FALSE(Result<void>{Error{}});
}

TEST(ResultDeathTest, asking_an_error_for_its_value_is_a_bug_that_stops_the_program) {
  const Result<int> bad = Error{};
  EXPECT_DEATH((void)bad.value(), "Result::value\\(\\) on an error");
}

}  // namespace
}  // namespace k8s
