// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/options.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace mongodb {
namespace {

std::optional<Options> parsed(std::vector<std::string> words) {
  words.insert(words.begin(), {"sagong-mongodb", "--namespace", "databases", "--identity", "operator-0",
                               "--helper-image", "sagong.dev/mongodb-operator:dev"});
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  int exit_code = 0;
  auto options = parse_options(static_cast<int>(argv.size()), argv.data(), exit_code);
  EXPECT_EQ(options.has_value(), exit_code == 0);
  return options;
}

TEST(Options, a_fault_is_a_number_and_a_word) {
  EXPECT_TRUE(parsed({"--fault", "12:lost"})->fault);
  EXPECT_FALSE(parsed({})->fault);
}

TEST(Options, what_would_inject_no_fault_is_refused_and_not_passed_over) {
  for (const char* bad : {"lost:12", "0:before", "12", "12:later", "-1:error"}) EXPECT_FALSE(parsed({"--fault", bad}));
}

TEST(Options, a_dry_run_is_a_mode) {
  EXPECT_EQ(parsed({"--dry-run"})->mode, k8s::RunMode::dry_run);
  EXPECT_EQ(parsed({})->mode, k8s::RunMode::real);
}

}  // namespace
}  // namespace mongodb
