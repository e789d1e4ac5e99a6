// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/wire/key_deriver.hpp"

#include <gtest/gtest.h>

namespace mongo {
namespace {

using namespace std::chrono_literals;

struct World {
  boost::asio::io_context loop;
  ThreadWorkerPool pool{loop};
  KeyDeriver keys{pool};

  template <class Done>
  void run_until(Done done) {
    for (int tries = 0; !done() && tries < 100; ++tries) {
      loop.restart();
      loop.run_one_for(50ms);
    }
    EXPECT_TRUE(done()) << "it did not happen within five seconds";
  }
};

TEST(WorkerPool, a_cancelled_answer_is_never_given) {
  World world;
  int answers = 0;
  const auto ticket = world.pool.run([] { return 1; }, [&](int) { ++answers; });
  world.pool.cancel(ticket);
  world.pool.run([] { return 2; }, [&](int value) { answers += 10 * value; });
  world.run_until([&] { return answers != 0; });
  EXPECT_EQ(answers, 20);
}

TEST(KeyDeriver, equal_requests_under_way_are_joined_and_each_may_be_cancelled) {
  World world;
  const SaltRequest request{.prepared_password = k8s::SecretBytes("p"), .salt = "salt"};
  int calls = 0;
  const auto first = world.keys.derive(request, [&](const auto&) { ++calls; });
  world.keys.derive(request, [&](const auto& key) { calls += key ? 10 : 100; });
  world.keys.cancel(first);
  world.run_until([&] { return calls != 0; });
  EXPECT_EQ(calls, 10);
  EXPECT_EQ(world.keys.derivations(), 1u);
  world.keys.derive(request, [&](const auto&) { calls = 77; });
  EXPECT_EQ(calls, 77) << "a known key is given at once";
}

}  // namespace
}  // namespace mongo
