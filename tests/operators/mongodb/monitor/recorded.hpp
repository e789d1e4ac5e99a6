// SPDX-License-Identifier: Apache-2.0
// What did a real mongod answer? Replies copied from the recordings in facts/mongod (4.4-series server, three members).
#pragma once

#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "operators/mongodb/wire/bson_json.hpp"

namespace mongodb::testing {

inline mongo::bson::Document recorded(const std::string& name) {
  std::ifstream file(SAGONG_SOURCE_DIR "/tests/operators/mongodb/monitor/replies/" + name + ".json");
  std::stringstream text;
  text << file.rdbuf();
  auto document = mongo::bson::from_json(text.str());
  EXPECT_TRUE(document) << name;
  return document ? *document : mongo::bson::Document{};
}

}  // namespace mongodb::testing
