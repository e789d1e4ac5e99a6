// SPDX-License-Identifier: Apache-2.0
// Whatever the user asks, whenever the operator dies and whichever pods are lost: does it stay safe and come to rest as
// specified?
#include <gtest/gtest.h>

#include "tests/operators/mongodb/replica_set/world.hpp"

namespace mongodb::test {
namespace {

// splitmix64: the same numbers everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t below(std::uint64_t n) {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (z ^ (z >> 31)) % n;
  }

 private:
  std::uint64_t state_;
};

void edit(World& world, Dice& dice) {
  MongoReplicaSetSpec& spec = world.edit();
  switch (dice.below(6)) {
    case 0: spec.members = std::int64_t{1} + 2 * static_cast<std::int64_t>(dice.below(3)); break;
    case 1: spec.version = "8.0." + std::to_string(10 + dice.below(4)); break;
    case 2: spec.restarted_at = std::to_string(dice.below(100)); break;
    case 3: spec.image = dice.below(2) == 0 ? std::optional<std::string>{"mongo:broken"} : std::nullopt; break;
    case 4: spec.image = dice.below(2) == 0 ? std::optional<std::string>{"mongo:crashes"} : std::nullopt; break;
    default:
      spec.mongod.config = dice.below(2) == 0 ? k8s::json::Value{{"net", {{"port", 1}}}} : k8s::json::Value{};
      break;
  }
}

void live(World& world, Dice& dice, int passes) {
  for (int i = 0; i < passes; ++i) {
    if (dice.below(40) == 0) edit(world, dice);
    if (dice.below(60) == 0) world.kill_pod(static_cast<std::int64_t>(dice.below(3)));
    const Plan plan = decide(world.observe());
    // Now and then the operator dies between two effects.
    const bool dies = dice.below(15) == 0;
    world.perform(plan, dies ? dice.below(3) : SIZE_MAX);
    if (dies) world.forget_memory();
    if (dice.below(3) != 0) world.tick();
  }
}

// Sanitizers make a life ten times as long: there, a part of them is lived.
#if defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t kLivesPerCase = 1;
constexpr std::size_t kCrashStride = 13;
#else
constexpr std::uint64_t kLivesPerCase = 12;
constexpr std::size_t kCrashStride = 1;
#endif

class Life : public testing::TestWithParam<int> {};

TEST_P(Life, stays_safe_and_settles_as_specified_however_it_is_disturbed) {
  for (std::uint64_t seed = 0; seed < kLivesPerCase; ++seed) {
    const std::uint64_t full = static_cast<std::uint64_t>(GetParam()) * 1000 + seed;
    SCOPED_TRACE("seed " + std::to_string(full));
    Dice dice{full};
    World world{3};
    world.image_works = [](const std::string& image) { return !image.ends_with("broken"); };
    world.member_starts = [](const std::string& image) { return !image.ends_with("crashes"); };
    live(world, dice, 400);
    MongoReplicaSetSpec& spec = world.edit();
    spec.image.reset();
    spec.mongod.config = {};
    world.settle(2000);
    EXPECT_TRUE(world.violations.empty()) << world.violations.front();
    EXPECT_EQ(world.condition("Ready"), "True") << world.message("Ready");
    EXPECT_EQ(world.status().replicas, spec.members);
    for (std::int64_t i = 0; i < spec.members; ++i)
      EXPECT_EQ(world.image_of_pod(i), "docker.io/library/mongo:" + spec.version);
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Life, testing::Range(0, 10));

// P1: for every effect of a life: dies before it, or right after it.
TEST(CrashSweep, whatever_effect_the_operator_dies_at_the_set_ends_as_specified) {
  const auto script = [](std::size_t crash_at) {
    World world;
    std::size_t count = 0;
    const auto run = [&] {
      for (int i = 0; i < 150; ++i) {
        const Plan plan = decide(world.observe());
        const bool here = crash_at >= count && crash_at < count + plan.effects.size();
        world.perform(plan, here ? crash_at - count : SIZE_MAX);
        count += plan.effects.size();
        if (here) world.forget_memory();
        world.tick();
      }
    };
    run();
    world.edit().version = "8.0.15";
    run();
    world.edit().members = 1;
    run();
    world.settle();
    EXPECT_TRUE(world.violations.empty()) << "crash at " << crash_at << ": " << world.violations.front();
    EXPECT_EQ(world.condition("Ready"), "True") << "crash at " << crash_at << ": " << world.message("Ready");
    EXPECT_EQ(world.status().replicas, 1) << "crash at " << crash_at;
    EXPECT_EQ(world.image_of_pod(0), "docker.io/library/mongo:8.0.15");
    return count;
  };
  const std::size_t effects = script(SIZE_MAX);
  ASSERT_GT(effects, 50u);
  for (std::size_t k = 0; k < effects && !testing::Test::HasFailure(); k += kCrashStride) script(k);
}

}  // namespace
}  // namespace mongodb::test
