// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/wire/server_error.hpp"

#include <gtest/gtest.h>

#include "operators/mongodb/wire/bson_json.hpp"

namespace mongo {
namespace {

using k8s::Code;

bson::Document refusal(int code, std::string_view text = "no", std::string_view code_name = "Name") {
  return {{"ok", 0.0}, {"errmsg", text}, {"code", code}, {"codeName", code_name}};
}

bson::Document json(std::string_view text) {
  return *bson::from_json(text);
}

TEST(ServerError, each_code_says_how_to_go_on) {
  const std::vector<std::pair<int, Code>> expected = {{94, Code::not_found},
                                                      {93, Code::invalid},
                                                      {23, Code::already_exists},
                                                      {103, Code::conflict},
                                                      {109, Code::unavailable},
                                                      {308, Code::unavailable},
                                                      {50, Code::timeout},
                                                      {262, Code::timeout},
                                                      {74, Code::unavailable},
                                                      {18, Code::unauthenticated},
                                                      {13, Code::forbidden},
                                                      {10107, Code::unavailable},
                                                      {189, Code::unavailable},
                                                      {91, Code::unavailable},
                                                      {13435, Code::unavailable},
                                                      {13436, Code::unavailable},
                                                      {11600, Code::unavailable},
                                                      {11602, Code::unavailable},
                                                      {2, Code::invalid},
                                                      {59, Code::invalid},
                                                      {11000, Code::already_exists},
                                                      {51003, Code::already_exists},
                                                      {11, Code::not_found},
                                                      {246, Code::unavailable},
                                                      {424242, Code::internal}};
  for (const auto& [code, meaning] : expected) {
    const k8s::Error error = server_error(refusal(code));
    EXPECT_EQ(error.code, meaning) << code;
    EXPECT_EQ(error.remote_code, code);
    EXPECT_EQ(error.message, "Name: no");
  }
}

TEST(ServerError, a_write_that_was_interrupted_has_an_unknown_outcome) {
  for (const int code : {189, 91, 11600, 11602, 50, 64}) {
    EXPECT_EQ(server_error(refusal(code), Intent::write).code, Code::unknown_outcome) << code;
  }
  for (const int code : {10107, 13435, 13436}) {
    EXPECT_EQ(server_error(refusal(code), Intent::write).code, Code::unavailable) << code;
  }
}

TEST(ServerError, not_logged_in_and_not_allowed_share_a_code_but_not_a_meaning) {
  EXPECT_EQ(server_error(refusal(13, "command replSetGetStatus requires authentication")).code, Code::unauthenticated);
  EXPECT_EQ(server_error(refusal(13, "not authorized on admin to execute command")).code, Code::forbidden);
}

TEST(ServerError, only_ok_one_is_success) {
  EXPECT_TRUE(check_reply(bson::Document{{"ok", 1.0}}));
  EXPECT_TRUE(check_reply(bson::Document{{"ok", 1}}));
  EXPECT_FALSE(check_reply(bson::Document{{"ok", 0.0}}));
  EXPECT_FALSE(check_reply(bson::Document{}));
  EXPECT_FALSE(checked(refusal(94)));
  EXPECT_TRUE(checked(bson::Document{{"ok", true}}));
}

TEST(ClassifyWrite, ok_one_is_not_an_acknowledgement) {
  EXPECT_EQ(classify_write(json(R"({"n": 1, "ok": 1})")), WriteOutcome::acknowledged);
  EXPECT_EQ(classify_write(json(R"({"n": 0, "writeErrors": [{"index": 0, "code": 189}], "ok": 1})")),
            WriteOutcome::unknown);
  EXPECT_EQ(classify_write(json(R"({"n": 1, "writeConcernError": {"code": 11602}, "ok": 1})")), WriteOutcome::unknown);
  EXPECT_EQ(classify_write(json(R"({"n": 1, "writeConcernError": {"code": 64}, "ok": 1})")), WriteOutcome::unknown);
  EXPECT_EQ(classify_write(json(R"({"n": 1, "writeConcernError": {"code": 100}, "ok": 1})")), WriteOutcome::unknown);
}

TEST(ClassifyWrite, a_refusal_before_anything_happened_is_a_failure) {
  EXPECT_EQ(classify_write(json(R"({"n": 0, "writeErrors": [{"index": 0, "code": 11000}], "ok": 1})")),
            WriteOutcome::failed);
  EXPECT_EQ(classify_write(json(R"({"n": 1, "writeErrors": [{"index": 1, "code": 11000}], "ok": 1})")),
            WriteOutcome::unknown);
  EXPECT_EQ(classify_write(refusal(10107)), WriteOutcome::failed);
  EXPECT_EQ(classify_write(refusal(13)), WriteOutcome::failed);
  EXPECT_EQ(classify_write(refusal(189)), WriteOutcome::unknown);
  EXPECT_EQ(classify_write(refusal(424242)), WriteOutcome::unknown);
}

TEST(ClassifyWrite, a_lost_reply_is_unknown_and_a_command_never_sent_is_a_failure) {
  EXPECT_EQ(classify_write(k8s::Error{.code = Code::unknown_outcome, .message = "lost"}), WriteOutcome::unknown);
  EXPECT_EQ(classify_write(k8s::Error{.code = Code::unavailable, .message = "not sent"}), WriteOutcome::failed);
}

}  // namespace
}  // namespace mongo
