// SPDX-License-Identifier: Apache-2.0
// Strong strings, secrets and hashes: do they keep apart what must be kept apart?
#include <gtest/gtest.h>

#include <set>
#include <type_traits>

#include "libk8s/base/hash.hpp"
#include "libk8s/base/secret_bytes.hpp"
#include "libk8s/base/strong.hpp"
#include "tests/libk8s/support/small_fakes.hpp"

namespace k8s {
namespace {

static_assert(!std::is_convertible_v<Namespace, Name> && !std::is_constructible_v<Uid, Name>,
              "names of different things do not mix");
static_assert(!std::is_convertible_v<std::string, Uid>, "a uid is said to be one");

TEST(Strong, is_ordered_and_compared_by_its_text) {
  EXPECT_LT(Name{"a"}, Name{"b"});
  EXPECT_EQ(Uid{"x"}, Uid{std::string{"x"}});
  EXPECT_TRUE(Namespace{}.empty());
}

TEST(SecretBytes, a_moved_secret_leaves_nothing_behind) {
  SecretBytes one{"correct horse battery staple"};
  const SecretBytes two = std::move(one);
  EXPECT_TRUE(one.empty());  // NOLINT: that is the point
  EXPECT_EQ(two.expose(), "correct horse battery staple");
}

TEST(Hash, short_hashes_are_ten_characters_that_names_accept_and_differ_between_texts) {
  std::set<std::string> seen;
  for (int i = 0; i < 1'000; ++i) seen.insert(short_hash(std::to_string(i)));
  EXPECT_EQ(seen.size(), 1'000u);
  for (const std::string& hash : seen) {
    EXPECT_EQ(hash.size(), 10u);
    EXPECT_EQ(hash.find_first_not_of("bcdfghjklmnpqrstvwxz2456789"), std::string::npos);
  }
  EXPECT_EQ(fnv1a(""), 0xcbf29ce484222325u);
  EXPECT_EQ(fnv1a("a"), 0xaf63dc4c8601ec8cu) << "the published vector of FNV-1a 64";
}

TEST(Random, the_unit_interval_is_half_open_and_the_same_for_the_same_seed) {
  test::SeededRandom one{7};
  test::SeededRandom two{7};
  for (int i = 0; i < 1'000; ++i) {
    const double unit = one.unit();
    EXPECT_GE(unit, 0.0);
    EXPECT_LT(unit, 1.0);
    EXPECT_EQ(unit, two.unit());
  }
}

}  // namespace
}  // namespace k8s
