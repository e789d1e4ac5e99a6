// SPDX-License-Identifier: Apache-2.0
// How do these tests ask an expression? In one line, with the result or the error as text.
#pragma once

#include <string>
#include <string_view>

#include "libk8s/json/value.hpp"
#include "sandbox/cel/json_value.hpp"
#include "sandbox/cel/program.hpp"

namespace cel_test {

inline cel::Environment environment_with(cel::TypePtr self = nullptr) {
  cel::Environment environment;
  if (self != nullptr) environment.add("self", std::move(self));
  return environment;
}

// Everything that is wrong with it, or "".
inline std::string compile_error(std::string_view expression, const cel::TypePtr& self = nullptr) {
  const auto program = cel::compile(expression, environment_with(self));
  return program ? "" : program.error().message;
}

// The result as JSON, "error: …" or "does not compile: …".
inline std::string evaluate(std::string_view expression, const cel::TypePtr& self = nullptr,
                            const k8s::json::Value& json = {}, std::int64_t steps = cel::Budget::kPerCall) {
  const auto program = cel::compile(expression, environment_with(self));
  if (!program) return "does not compile: " + program.error().message;
  cel::Bindings bindings;
  if (self != nullptr) bindings.emplace("self", cel::from_json(json, self));
  cel::Budget budget(steps);
  const auto value = program->evaluate(bindings, budget);
  if (!value) return "error: " + value.error().message;
  const auto out = cel::to_json(*value);
  return out ? k8s::json::print(*out) : cel::to_string(*value->type());
}

}  // namespace cel_test
