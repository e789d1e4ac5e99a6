// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "libk8s/transport/reply_head.hpp"
#include "libk8s/transport/request.hpp"
#include "libk8s/transport/server_url.hpp"

namespace k8s {
namespace {

TEST(Request, methods_have_their_http_names_and_only_get_is_no_write) {
  EXPECT_EQ(name(Method::get), "GET");
  EXPECT_EQ(name(Method::remove), "DELETE");
  EXPECT_FALSE(is_write(Method::get));
  for (const Method method : {Method::post, Method::put, Method::patch, Method::remove}) EXPECT_TRUE(is_write(method));
}

TEST(Request, everything_but_unreserved_characters_is_percent_encoded) {
  EXPECT_EQ(percent_encode("az-AZ_09.~"), "az-AZ_09.~");
  EXPECT_EQ(percent_encode("a b/c?d&e=f,!%+"), "a%20b%2Fc%3Fd%26e%3Df%2C%21%25%2B");
  EXPECT_EQ(percent_encode("\xc3\xa9\x01"), "%C3%A9%01");
}

TEST(Request, the_target_is_path_and_encoded_query) {
  EXPECT_EQ(target_of({.path = "/version"}), "/version");
  EXPECT_EQ(target_of({.path = "/p", .query = {{"a", "1"}, {"b c", ""}}}), "/p?a=1&b%20c=");
}

TEST(ReplyHead, interim_heads_and_trailers_do_not_count) {
  ReplyHead head;
  for (const char* line : {"HTTP/1.1 100 Continue\r\n", "\r\n"}) EXPECT_TRUE(head.add(line));
  EXPECT_FALSE(head.complete());
  for (const char* line : {"HTTP/2 429 \r\n", "Retry-After: 3\r\n", "warning: 299 - \"w\"\r\n", "\r\n"})
    EXPECT_TRUE(head.add(line));
  EXPECT_TRUE(head.complete());
  EXPECT_TRUE(head.add("retry-after: 99\r\n"));
  EXPECT_EQ(head.reply(), (Reply{.status = 429, .retry_after = Millis{3000}, .warnings = {"w"}}));
}

TEST(ReplyHead, a_head_after_a_lost_first_try_replaces_it) {
  ReplyHead head;
  for (const char* line : {"HTTP/1.1 200 OK", "Retry-After: 3", "", "HTTP/1.1 404 Not Found", ""})
    EXPECT_TRUE(head.add(line));
  EXPECT_EQ(head.reply(), (Reply{.status = 404}));
}

TEST(ReplyHead, a_head_above_its_cap_is_refused) {
  ReplyHead head;
  EXPECT_TRUE(head.add("HTTP/1.1 200 OK"));
  EXPECT_FALSE(head.add("x: " + std::string(ReplyHead::kMaxBytes, 'y')));
}

TEST(ReplyHead, retry_after_is_seconds_and_anything_else_is_nothing) {
  EXPECT_EQ(parse_retry_after("0"), Millis{0});
  EXPECT_EQ(parse_retry_after("99999999999"), Millis{Seconds{86400}});
  for (const char* text : {"", "-1", "1.5", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "99999999999999999999999"}) {
    EXPECT_EQ(parse_retry_after(text), std::nullopt) << text;
  }
}

TEST(ReplyHead, a_warning_is_its_quoted_text) {
  EXPECT_EQ(parse_warning("299 - \"policy/v1beta1 is deprecated\""), "policy/v1beta1 is deprecated");
  EXPECT_EQ(parse_warning("299 - \"say \\\"no\\\"\""), "say \"no\"");
  EXPECT_EQ(parse_warning("odd"), "odd");
}

TEST(ServerUrl, its_parts_are_taken_apart_and_put_together) {
  EXPECT_EQ(*parse_server_url("https://10.96.0.1"), (ServerUrl{.host = "10.96.0.1"}));
  EXPECT_EQ(*parse_server_url("api.example:6443/k8s/c-1/"),
            (ServerUrl{.host = "api.example", .port = 6443, .prefix = "/k8s/c-1"}));
  EXPECT_EQ(*parse_server_url("http://[::1]:8080"), (ServerUrl{.tls = false, .host = "[::1]", .port = 8080}));
  EXPECT_EQ(*parse_server_url("https://[fd00::1]"), (ServerUrl{.host = "[fd00::1]"}));
  EXPECT_EQ(parse_server_url("https://10.96.0.1/x/")->text(), "https://10.96.0.1:443/x");
  EXPECT_TRUE(parse_server_url("127.0.0.1:1")->is_loopback());
  EXPECT_FALSE(parse_server_url("10.0.0.1")->is_loopback());
}

TEST(ServerUrl, what_is_no_address_is_refused) {
  for (const char* text : {"", "https://", "ftp://a", "https://a:0", "https://a:65536", "https://a:x", "https://u:p@a",
                           "https://a?x", "https://a b", "fd00::1", "https://[::1", "https://[::1]x", "https://:443"}) {
    EXPECT_FALSE(parse_server_url(text)) << text;
  }
}

}  // namespace
}  // namespace k8s
