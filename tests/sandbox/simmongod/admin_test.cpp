// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/sandbox/simmongod/builders.hpp"

namespace simmongod::testing {
namespace {

std::size_t shown(World& world, const Document& command) {
  return world.command("a:1", "admin", command).sub("inprog").size();
}

TEST(CurrentOp, a_connection_that_does_nothing_is_no_index_build) {
  World world;
  begin(world, 3);
  const Document by_command{{"op", "command"}, {"command.createIndexes", Document{{"$exists", true}}}};
  const Document by_message{{"op", "none"}, {"msg", Document{{"$regex", "^Index Build"}}}};
  EXPECT_GT(shown(world, Document{{"currentOp", true}}), 0U);
  EXPECT_EQ(shown(world, Document{{"currentOp", true}, {"$or", Array{by_command, by_message}}}), 0U);
}

TEST(CurrentOp, shows_what_its_conditions_mean) {
  World world;
  begin(world, 3);
  const std::size_t all = shown(world, Document{{"currentOp", 1}, {"$all", true}});
  EXPECT_EQ(shown(world, Document{{"currentOp", 1}, {"desc", Document{{"$regex", "^conn[0-9]+$"}}}}), all);
  EXPECT_EQ(shown(world, Document{{"currentOp", 1}, {"desc", Document{{"$regex", "^rs"}}}}), 0U);
  EXPECT_FALSE(is_ok(world.command("a:1", "admin", Document{{"currentOp", 1}, {"$where", "this.active"}})));
  EXPECT_FALSE(is_ok(world.command("a:1", "admin", Document{{"currentOp", 1}, {"desc", Document{{"$regex", "("}}}})));
}

}  // namespace
}  // namespace simmongod::testing
