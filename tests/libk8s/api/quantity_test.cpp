// SPDX-License-Identifier: Apache-2.0
// Are quantities read with the values that Kubernetes gives them?
#include "libk8s/api/quantity.hpp"

#include <gtest/gtest.h>

namespace k8s {
namespace {

TEST(Quantity, every_form_has_the_value_that_kubernetes_gives_it) {
  const std::pair<const char*, std::int64_t> vectors[] = {{"0", 0},
                                                          {"1", 1'000},
                                                          {"500m", 500},
                                                          {"1.5", 1'500},
                                                          {"-1.5", -1'500},
                                                          {"+2", 2'000},
                                                          {"2e3", 2'000'000},
                                                          {"2E3", 2'000'000},
                                                          {"1e-3", 1},
                                                          {"1.5e1", 15'000},
                                                          {"10k", 10'000'000},
                                                          {"1M", 1'000'000'000},
                                                          {"1Ki", 1'024'000},
                                                          {"1Mi", 1'048'576'000},
                                                          {"10Gi", 10'737'418'240'000},
                                                          {"1Ti", 1'099'511'627'776'000},
                                                          {"0.5Gi", 536'870'912'000},
                                                          {".5", 500},
                                                          {"5.", 5'000},
                                                          {"1G", 1'000'000'000'000}};
  for (const auto& [text, milli] : vectors) {
    const auto quantity = Quantity::parse(text);
    ASSERT_TRUE(quantity) << text;
    EXPECT_EQ(quantity->milli(), milli) << text;
  }
}

TEST(Quantity, what_is_below_one_thousandth_rounds_away_from_zero) {
  EXPECT_EQ(Quantity::parse("0.0001")->milli(), 1);
  EXPECT_EQ(Quantity::parse("1.0001")->milli(), 1'001);
}

TEST(Quantity, whole_units_round_up) {
  EXPECT_EQ(Quantity::parse("1500m")->whole(), 2);
  EXPECT_EQ(Quantity::parse("2")->whole(), 2);
  EXPECT_EQ(Quantity::parse("-1500m")->whole(), -1);
}

TEST(Quantity, two_spellings_of_one_value_are_equal_and_each_keeps_its_own) {
  EXPECT_EQ(*Quantity::parse("1Gi"), *Quantity::parse("1024Mi"));
  EXPECT_EQ(*Quantity::parse("1000m"), *Quantity::parse("1"));
  EXPECT_LT(*Quantity::parse("1G"), *Quantity::parse("1Gi"));
  EXPECT_EQ(Quantity::parse("1024Mi")->text(), "1024Mi");
}

TEST(Quantity, anything_else_is_nothing) {
  for (const char* text : {"", "Gi", "1gi", "1 Gi", "1Gi ", "--1", "1..2", "1e", "1e99", "0x10", "1Ei", "1,5", "NaN",
                           "9999999999999999999999", "1.0000000000001", "9223372036854775807Ki"}) {
    EXPECT_FALSE(Quantity::parse(text)) << text;
  }
}

TEST(Quantity, a_text_that_cannot_be_read_leaves_the_target_as_it_was) {
  Quantity quantity = *Quantity::parse("1Gi");
  EXPECT_FALSE(from_text("much", quantity));
  EXPECT_EQ(to_text(quantity), "1Gi");
}

}  // namespace
}  // namespace k8s
