// SPDX-License-Identifier: Apache-2.0
// The recorded cases: what was asked of a real API server, and what it answered.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include "sandbox/objects/crd_schema.hpp"
#include "sandbox/objects/kinds.hpp"

namespace objects::recorded {

inline Value load(const std::string& path) {
  std::ifstream file(std::string(SAGONG_SOURCE_DIR) + "/tests/sandbox/objects/" + path);
  std::stringstream text;
  text << file.rdbuf();
  const k8s::Result<Value> value = k8s::json::parse_value(text.str());
  return value ? *value : Value();
}

// The schema of a CRD that the cases of custom resources use.
inline SchemaRef crd_schema(const std::string& file, const BuiltIns& built_ins) {
  const Value crd = load("record/" + file);
  auto parsed = parse_crd_schema(crd.at("spec").at("versions").at(0).at("schema").at("openAPIV3Schema"), "schema");
  if (const auto* errors = std::get_if<std::vector<FieldError>>(&parsed)) {
    ADD_FAILURE() << to_string(*errors);
    return nullptr;
  }
  return with_object_meta(std::get<SchemaRef>(parsed), built_ins);
}

struct World {
  BuiltIns built_ins = built_in_kinds();
  SchemaRef thing = crd_schema("thing_crd.json", built_ins);
  SchemaRef check = crd_schema("check_crd.json", built_ins);

  SchemaRef schema_of(const Value& target) const {
    const std::string version = target.at("apiVersion"), plural = target.at("plural");
    if (plural == "things") return thing;
    if (plural == "checks") return check;
    const auto slash = version.find('/');
    const Kind* kind = built_ins.find(slash == std::string::npos ? "" : version.substr(0, slash),
                                      slash == std::string::npos ? version : version.substr(slash + 1), plural);
    return kind == nullptr ? nullptr : kind->schema;
  }
};

inline Value without_managed_fields(Value object) {
  if (object.contains("metadata")) object["metadata"].erase("managedFields");
  return object;
}

// Causes of a Status, one a line, in an order of their own: the server's is not fixed.
inline std::string sorted_lines(const Value& causes) {
  std::vector<std::string> lines;
  for (const Value& cause : causes) lines.push_back(cause.dump());
  std::sort(lines.begin(), lines.end());
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

inline Value causes_of(const std::vector<FieldError>& errors) {
  Value out = Value::array();
  for (const FieldError& error : errors) {
    out.push_back({{"reason", error.reason}, {"message", error.message}, {"field", error.field}});
  }
  return out;
}

}  // namespace objects::recorded
