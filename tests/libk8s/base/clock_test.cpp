// SPDX-License-Identifier: Apache-2.0
// Are times read and written as Kubernetes does?
#include "libk8s/base/clock.hpp"

#include <gtest/gtest.h>

#include "libk8s/base/backoff.hpp"
#include "tests/libk8s/support/small_fakes.hpp"

namespace k8s {
namespace {

Wall at(std::int64_t micros) {
  return Wall{std::chrono::microseconds{micros}};
}

TEST(Rfc3339, seconds_and_microseconds_are_written_in_utc) {
  EXPECT_EQ(to_rfc3339(at(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_rfc3339(at(1'795'269'067'999'999)), "2026-11-21T13:51:07Z");
  EXPECT_EQ(to_rfc3339_micro(at(1'795'269'067'000'042)), "2026-11-21T13:51:07.000042Z");
}

TEST(Rfc3339, a_time_before_1970_is_written_with_its_own_second) {
  EXPECT_EQ(to_rfc3339_micro(at(-1)), "1969-12-31T23:59:59.999999Z");
}

TEST(Rfc3339, what_was_written_is_read_back_to_the_microsecond) {
  for (const std::int64_t micros :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{1'795'269'067'123'456}, std::int64_t{-86'400'000'001}}) {
    EXPECT_EQ(from_rfc3339(to_rfc3339_micro(at(micros))), at(micros)) << micros;
  }
}

TEST(Rfc3339, offsets_and_short_fractions_are_understood) {
  EXPECT_EQ(from_rfc3339("1970-01-01T01:00:00+01:00"), at(0));
  EXPECT_EQ(from_rfc3339("1969-12-31T18:30:00-05:30"), at(0));
  EXPECT_EQ(from_rfc3339("1970-01-01T00:00:00.5Z"), at(500'000));
  EXPECT_EQ(from_rfc3339("1970-01-01T00:00:00.1234567Z"), at(123'456)) << "digits beyond microseconds are dropped";
}

TEST(Rfc3339, leap_days_and_leap_seconds_are_accepted_where_they_exist) {
  EXPECT_TRUE(from_rfc3339("2024-02-29T00:00:00Z"));
  EXPECT_TRUE(from_rfc3339("2016-12-31T23:59:60Z"));
  EXPECT_FALSE(from_rfc3339("2023-02-29T00:00:00Z"));
}

TEST(Rfc3339, anything_else_is_nothing) {
  for (const char* text : {"", "Z", "2026-11-21", "2026-11-21 14:31:07Z", "2026-11-21T14:31:07", "2026-11-21T14:31:07z",
                           "2026-13-01T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T14:61:00Z",
                           "2026-11-21T14:31:07.Z", "2026-11-21T14:31:07+1:00", "2026-11-21T14:31:07+24:00",
                           "2026-11-21T14:31:07Zx", "-026-11-21T14:31:07Z", "2026-11-21T14:31:0-Z"}) {
    EXPECT_EQ(from_rfc3339(text), std::nullopt) << text;
  }
}

TEST(Backoff, doubles_from_its_first_delay_up_to_its_greatest) {
  const Backoff backoff{.initial = Millis{5}, .max = Millis{1'000'000}, .jitter = 0};
  EXPECT_EQ(backoff.delay(0), Millis{5});
  EXPECT_EQ(backoff.delay(1), Millis{10});
  EXPECT_EQ(backoff.delay(10), Millis{5'120});
  EXPECT_EQ(backoff.delay(18), Millis{1'000'000});
  EXPECT_EQ(backoff.delay(1'000'000), Millis{1'000'000});
}

TEST(Backoff, jitter_adds_up_to_its_share_and_never_takes_away) {
  const Backoff backoff{.initial = Millis{1'000}, .max = Millis{1'000}, .jitter = 0.5};
  test::SeededRandom random;
  for (int i = 0; i < 1'000; ++i) {
    const Millis delay = backoff.delay(i, random);
    EXPECT_GE(delay, Millis{1'000});
    EXPECT_LE(delay, Millis{1'500});
  }
}

}  // namespace
}  // namespace k8s
