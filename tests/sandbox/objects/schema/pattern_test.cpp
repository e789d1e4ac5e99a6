// SPDX-License-Identifier: Apache-2.0
#include "sandbox/objects/pattern.hpp"

#include <gtest/gtest.h>

#include "sandbox/objects/formats.hpp"

namespace objects {
namespace {

bool fits(std::string_view expression, std::string_view text) {
  const k8s::Result<Pattern> pattern = Pattern::compile(expression);
  EXPECT_TRUE(pattern.has_value()) << expression;
  return pattern && pattern->matches(text);
}

bool is_refused(std::string_view expression) {
  return !Pattern::compile(expression).has_value();
}

TEST(Pattern, matches_any_part_of_a_text_unless_anchored) {
  EXPECT_TRUE(fits("b+", "abbc"));
  EXPECT_FALSE(fits("^b+", "abbc"));
  EXPECT_FALSE(fits("^b+$", "bbc"));
  EXPECT_TRUE(fits("", "anything"));
  EXPECT_TRUE(fits("^$", ""));
  EXPECT_FALSE(fits("^$", "x"));
}

TEST(Pattern, knows_repetition_in_all_its_forms) {
  EXPECT_TRUE(fits("^a{2,3}$", "aaa"));
  EXPECT_FALSE(fits("^a{2,3}$", "a"));
  EXPECT_FALSE(fits("^a{2,3}$", "aaaa"));
  EXPECT_TRUE(fits("^a{2,}$", "aaaaa"));
  EXPECT_TRUE(fits("^a{2}$", "aa"));
  EXPECT_TRUE(fits("^(ab)*?c+?d??$", "ababcc"));
  EXPECT_TRUE(fits("^a{,2}$", "a{,2}")) << "not a repetition without a least count";
  EXPECT_TRUE(fits("^(a*)*$", "aaaa"));
}

TEST(Pattern, knows_classes_and_their_complements) {
  EXPECT_TRUE(fits("^[^a-c]+$", "xyz"));
  EXPECT_FALSE(fits("^[^a-c]+$", "xbz"));
  EXPECT_TRUE(fits("^[]a]+$", "]a]"));
  EXPECT_TRUE(fits("^[a\\-z]+$", "a-z"));
  EXPECT_TRUE(fits("^[\\w.-]+$", "a_1.-"));
  EXPECT_TRUE(fits("^\\D\\S\\W$", "ab-"));
  EXPECT_TRUE(fits("^[[:alpha:][:digit:]]+$", "aZ9"));
  EXPECT_FALSE(fits("^[[:alpha:]]+$", "a9"));
}

TEST(Pattern, reads_characters_not_bytes) {
  EXPECT_TRUE(fits("^...$", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"));
  EXPECT_TRUE(fits("^[\xc3\xa0-\xc3\xbf]$", "\xc3\xa4"));
  EXPECT_TRUE(fits("^\\x41\\x{20AC}$", "A\xe2\x82\xac"));
  EXPECT_FALSE(fits("^.$", "\n"));
  EXPECT_TRUE(fits("(?s)^.$", "\n"));
}

TEST(Pattern, knows_flags_groups_and_word_boundaries) {
  EXPECT_TRUE(fits("(?i)^hello$", "HeLLo"));
  EXPECT_TRUE(fits("^(?i:a)b$", "Ab"));
  EXPECT_FALSE(fits("^(?i:a(x))b$", "AxB"));
  EXPECT_TRUE(fits("^(?P<one>a|b)(?:c|d)$", "bd"));
  EXPECT_TRUE(fits("\\bcat\\b", "a cat sat"));
  EXPECT_FALSE(fits("\\bcat\\b", "concatenate"));
  EXPECT_TRUE(fits("(?m)^b$", "a\nb\nc"));
  EXPECT_TRUE(fits("\\Aa\\z", "a"));
}

TEST(Pattern, refuses_what_is_no_expression) {
  for (const char* bad : {"[", "(", ")", "a**", "*a", "\\q", "[b-a]", "a{2,1}", "a{1001}", "(?z)", "[[:no:]]", "\\"}) {
    EXPECT_TRUE(is_refused(bad)) << bad;
  }
  EXPECT_EQ(Pattern::compile("[").error().message, "error parsing regexp: missing closing ]: `[`");
  EXPECT_TRUE(is_refused(std::string(1000, '('))) << "depth is bounded";
  EXPECT_TRUE(is_refused("((((a{100}){100}){100}){100})")) << "size is bounded";
}

TEST(Pattern, takes_linear_time_where_trying_again_would_not_end) {
  std::string text(5000, 'a');
  text.push_back('b');
  EXPECT_FALSE(fits("^(a+)+$", text));
  EXPECT_FALSE(fits("^(a|aa)+$", text));
}

TEST(Formats, know_addresses) {
  EXPECT_TRUE(is_ipv6("::"));
  EXPECT_TRUE(is_ipv6("2001:db8::1"));
  EXPECT_TRUE(is_ipv6("1:2:3:4:5:6:7:8"));
  EXPECT_TRUE(is_ipv6("::ffff:10.0.0.1"));
  EXPECT_FALSE(is_ipv6("1::2::3"));
  EXPECT_FALSE(is_ipv6("1:2:3:4:5:6:7"));
  EXPECT_FALSE(is_ipv6("1:2:3:4:5:6:7:8:9"));
  EXPECT_FALSE(is_ipv6("12345::"));
  EXPECT_FALSE(is_ipv4("1.2.3"));
  EXPECT_FALSE(is_ipv4("01.2.3.4"));
}

TEST(Formats, that_nobody_checks_fit_everything) {
  EXPECT_TRUE(fits_format("no-such-format", "x"));
  EXPECT_FALSE(is_checked_format("int32"));
  EXPECT_TRUE(is_checked_format("date-time"));
}

TEST(Formats, know_names) {
  EXPECT_TRUE(fits_format("k8s-long-name", "a.b-c.d"));
  EXPECT_FALSE(fits_format("k8s-long-name", "a_b"));
  EXPECT_FALSE(fits_format("k8s-short-name", "a.b"));
}

}  // namespace
}  // namespace objects
