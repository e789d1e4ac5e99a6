// SPDX-License-Identifier: Apache-2.0
// Is every recorded pass still decided as it was? A folder under scenarios/ is named by its sentence and holds what
// `--record` wrote: observed.json and plan.json. SAGONG_BLESS=1 writes the plans anew; read the difference before you
// commit it.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "operators/mongodb/replica_set/decide.hpp"

namespace mongodb::test {
namespace {

namespace fs = std::filesystem;
const fs::path kScenarios = fs::path{SAGONG_SOURCE_DIR} / "tests/operators/mongodb/replica_set/scenarios";

std::string content(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::vector<std::string> sentences() {
  std::vector<std::string> all;
  for (const auto& one : fs::directory_iterator(kScenarios)) all.push_back(one.path().filename());
  std::sort(all.begin(), all.end());
  return all;
}

class Scenario : public ::testing::TestWithParam<std::string> {};

TEST_P(Scenario, is_decided_as_it_was) {
  const fs::path folder = kScenarios / GetParam();
  const auto observed = k8s::json::decode_text<Observed>(content(folder / "observed.json"));
  ASSERT_TRUE(observed) << observed.error().message;
  const std::string plan = k8s::json::print_pretty(to_json(decide(*observed)));
  if (std::getenv("SAGONG_BLESS") != nullptr) std::ofstream(folder / "plan.json") << plan;
  EXPECT_EQ(plan, content(folder / "plan.json"));
}

INSTANTIATE_TEST_SUITE_P(Recorded, Scenario, ::testing::ValuesIn(sentences()),
                         [](const auto& one) { return one.param; });

}  // namespace
}  // namespace mongodb::test
