// SPDX-License-Identifier: Apache-2.0
// What does one look at a replica set of three cost, when nothing is to be done and when something is? Facts are
// recorded ones (tests/operators/mongodb/replica_set/scenarios).
#include <fstream>
#include <sstream>

#include <benchmark/benchmark.h>

#include "operators/mongodb/replica_set/decide.hpp"

namespace {

std::string recorded(const std::string& sentence) {
  std::ostringstream text;
  text << std::ifstream(SAGONG_SOURCE_DIR "/tests/operators/mongodb/replica_set/scenarios/" + sentence +
                        "/observed.json")
              .rdbuf();
  return text.str();
}

mongodb::Observed observed(const std::string& sentence) {
  auto facts = k8s::json::decode_text<mongodb::Observed>(recorded(sentence));
  k8s::check(facts.has_value(), "the scenario is readable");
  return *std::move(facts);
}

void decide(benchmark::State& state, const char* sentence) {
  const mongodb::Observed facts = observed(sentence);
  for (auto _ : state) benchmark::DoNotOptimize(mongodb::decide(facts));
}

void read_observation(benchmark::State& state) {
  const std::string text = recorded("a_member_is_evicted_on_fresh_facts");
  for (auto _ : state) benchmark::DoNotOptimize(k8s::json::decode_text<mongodb::Observed>(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

BENCHMARK_CAPTURE(decide, member_is_back, "a_member_is_back_once_it_has_caught_up");
BENCHMARK_CAPTURE(decide, step_down, "the_primary_steps_down_once_its_successor_has_caught_up");
BENCHMARK_CAPTURE(decide, member_does_not_come_back, "a_member_that_does_not_come_back_stops_the_roll");
BENCHMARK(read_observation);

}  // namespace
