// SPDX-License-Identifier: Apache-2.0
// The recorded cases: what was asked of a real API server, and what it answered.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "sandbox/objects/crd_schema.hpp"
#include "sandbox/objects/kinds.hpp"
#include "sandbox/objects/read_schema.hpp"

namespace objects::recorded {

inline Value load(const std::string& path) {
  std::ifstream file(std::string(SAGONG_SOURCE_DIR) + "/tests/sandbox/objects/" + path);
  std::stringstream text;
  text << file.rdbuf();
  const k8s::Result<Value> value = k8s::json::parse_value(text.str());
  return value ? *value : Value();
}

// The schema of the CRD that the cases of custom resources use.
inline SchemaRef thing_schema() {
  const Value crd = load("record/thing_crd.json");
  return std::make_shared<const Schema>(
      read_schema(crd.at("spec").at("versions").at(0).at("schema").at("openAPIV3Schema"), nullptr));
}

struct World {
  BuiltIns built_ins = built_in_kinds();
  SchemaRef thing = with_object_meta(thing_schema(), built_ins);
};

}  // namespace objects::recorded
