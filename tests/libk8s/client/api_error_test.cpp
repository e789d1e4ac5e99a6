// SPDX-License-Identifier: Apache-2.0
// The bodies are what kube-apiserver 1.34 sent, shortened.
#include <gtest/gtest.h>

#include "libk8s/client/api_error.hpp"

namespace k8s {
namespace {

std::string status_body(int code, const std::string& reason, const std::string& message, const std::string& details) {
  return R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":")" + message +
         R"(","reason":")" + reason + R"(","details":)" + details + R"(,"code":)" + std::to_string(code) + "}";
}

Error from(int http, const std::string& body, Method method = Method::get) {
  return api_error(Reply{.status = http, .body = body}, method);
}

TEST(ApiError, a_conflict_by_reason_already_exists_is_a_code_of_its_own) {
  EXPECT_EQ(from(409, status_body(409, "AlreadyExists", "configmaps \\\"a\\\" already exists",
                                  R"({"name":"a","kind":"configmaps"})")),
            (Error{.code = Code::already_exists, .message = "configmaps \"a\" already exists", .remote_code = 409}));
  EXPECT_EQ(from(409, status_body(409, "Conflict", "Operation cannot be fulfilled", R"({"name":"a"})")).code,
            Code::conflict);
  EXPECT_EQ(from(409, "").code, Code::conflict);
}

TEST(ApiError, a_missing_object_and_a_resource_that_is_not_served_are_told_apart) {
  const Error object =
      from(404, status_body(404, "NotFound", "pods \\\"a\\\" not found", R"({"name":"a","kind":"pods"})"));
  EXPECT_EQ(object.code, Code::not_found);
  EXPECT_FALSE(is_unserved(object));
  const Error group = from(404, "404 page not found\n");
  EXPECT_EQ(group.code, Code::not_found);
  EXPECT_TRUE(is_unserved(group));
  const Error resource =
      from(404, status_body(404, "NotFound", "the server could not find the requested resource", "{}"));
  EXPECT_TRUE(is_unserved(in_context("list foos", resource)));
}

TEST(ApiError, an_eviction_that_a_budget_refuses_says_which_budget_and_when_to_come_back) {
  const Error error = from(
      429,
      status_body(
          429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.",
          R"({"causes":[{"reason":"DisruptionBudget",)"
          R"("message":"The disruption budget db needs 2 healthy pods and has 2 currently"}],"retryAfterSeconds":10})"),
      Method::post);
  EXPECT_EQ(error, (Error{.code = Code::too_many_requests,
                          .message = "Cannot evict pod as it would violate the pod's disruption budget. (The "
                                     "disruption budget db needs 2 healthy pods and "
                                     "has 2 currently)",
                          .retry_after = Millis{10'000},
                          .remote_code = 429}));
}

TEST(ApiError, the_header_says_when_to_come_back_where_the_body_does_not) {
  const Error error = api_error(Reply{.status = 429, .body = "slow down", .retry_after = Millis{1000}}, Method::get);
  EXPECT_EQ(error.code, Code::too_many_requests);
  EXPECT_EQ(error.retry_after, Millis{1000});
}

TEST(ApiError, a_namespace_that_is_going_away_is_recognisable) {
  const Error error =
      from(403,
           status_body(403, "Forbidden", "pods \\\"a\\\" is forbidden: unable to create new content in namespace db",
                       R"({"name":"a","kind":"pods","causes":[{"reason":"NamespaceTerminating",)"
                       R"("message":"namespace db is being terminated","field":"metadata.namespace"}]})"),
           Method::post);
  EXPECT_EQ(error.code, Code::forbidden);
  EXPECT_TRUE(is_namespace_terminating(in_context("create Pod", error)));
  EXPECT_FALSE(is_namespace_terminating(from(403, status_body(403, "Forbidden", "no", "{}"))));
}

TEST(ApiError, every_cause_of_an_invalid_object_is_in_the_message_once) {
  const Error error = from(
      422,
      status_body(422, "Invalid", "Foo \\\"a\\\" is invalid: spec.members: Invalid value: 2: must be odd",
                  R"({"name":"a","causes":[)"
                  R"({"reason":"FieldValueInvalid","message":"Invalid value: 2: must be odd","field":"spec.members"},)"
                  R"({"reason":"FieldValueRequired","message":"Required value","field":"spec.version"}]})"),
      Method::post);
  EXPECT_EQ(error.code, Code::invalid);
  EXPECT_EQ(error.message,
            "Foo \"a\" is invalid: spec.members: Invalid value: 2: must be odd (spec.version: Required value)");
}

TEST(ApiError, an_apply_meant_for_an_object_that_was_made_anew_is_a_conflict) {
  const Error error =
      from(422,
           status_body(422, "Invalid",
                       "ConfigMap \\\"a\\\" is invalid: metadata.uid: Invalid value: \\\"x\\\": field is immutable",
                       R"({"name":"a","causes":[{"reason":"FieldValueInvalid",)"
                       R"("message":"Invalid value: \"x\": field is immutable","field":"metadata.uid"}]})"),
           Method::patch);
  EXPECT_EQ(error.code, Code::conflict);
}

TEST(ApiError, an_expired_resource_version_is_gone_in_a_reply_and_in_a_watch_event) {
  const std::string body = status_body(410, "Expired", "The resourceVersion for the provided watch is too old.", "{}");
  EXPECT_EQ(from(410, body).code, Code::gone);
  const std::optional<ApiStatus> status = parse_status(body);
  ASSERT_TRUE(status);
  EXPECT_EQ(api_error(*status), (Error{.code = Code::gone,
                                       .message = "The resourceVersion for the provided watch is too old.",
                                       .remote_code = 410}));
}

TEST(ApiError, a_server_that_fails_is_unavailable_but_a_write_it_gave_up_waiting_for_is_unknown) {
  const std::string etcd = status_body(500, "InternalError", "etcdserver: request timed out", "{}");
  const std::string hook = status_body(500, "InternalError", "failed calling webhook", "{}");
  const std::string late =
      status_body(504, "Timeout", "Timeout: request did not complete within requested timeout", "{}");
  EXPECT_EQ(from(500, hook, Method::post).code, Code::unavailable);
  EXPECT_EQ(from(503, "upstream connect error", Method::post).code, Code::unavailable);
  EXPECT_EQ(from(500, etcd, Method::get).code, Code::unavailable);
  EXPECT_EQ(from(500, etcd, Method::post).code, Code::unknown_outcome);
  EXPECT_EQ(from(504, late, Method::put).code, Code::unknown_outcome);
  EXPECT_EQ(from(504, late, Method::get).code, Code::unavailable);
  EXPECT_EQ(from(502, "<html>", Method::patch).code, Code::unknown_outcome);
}

TEST(ApiError, the_rest_of_the_table) {
  EXPECT_EQ(from(400, "").code, Code::invalid);
  EXPECT_EQ(from(401, "").code, Code::unauthenticated);
  EXPECT_EQ(from(405, "").code, Code::invalid);
  EXPECT_EQ(from(413, "").code, Code::invalid);
  EXPECT_EQ(from(415, "").code, Code::invalid);
  EXPECT_EQ(from(302, "").code, Code::internal);
  EXPECT_EQ(from(418, "").code, Code::internal);
}

TEST(ApiError, a_page_from_a_proxy_becomes_one_short_line) {
  const Error error = from(503, "<html>\n" + std::string(1000, 'x'));
  EXPECT_EQ(error.message, "HTTP 503: <html> " + std::string(193, 'x'));
}

TEST(ApiError, only_a_status_object_is_a_status) {
  EXPECT_FALSE(parse_status(R"({"kind":"Pod"})"));
  EXPECT_FALSE(parse_status("[]"));
  EXPECT_FALSE(parse_status(""));
  EXPECT_EQ(parse_status(R"({"kind":"Status","code":418,"details":null})")->code, 418);
}

}  // namespace
}  // namespace k8s
