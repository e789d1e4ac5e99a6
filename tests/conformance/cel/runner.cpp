// SPDX-License-Identifier: Apache-2.0
// Answers: does our CEL do what a case of cel-spec says? A case per line of JSON in, a verdict per line out.
//
//   {"id": "…", "expr": "…", "container": "", "check": true, "types": {"x": "list(int)"}, "bindings": {"x": {"int":
//   "1"}},
//    "value": {…} | "error": true, "message": "…", "type": "list(int)", "check_only": false}
//   {"id": "…", "verdict": "passed" | "differing", "got": "…"}
#include <iostream>
#include <string>

#include "libk8s/json/value.hpp"
#include "sandbox/cel/program.hpp"
#include "tests/conformance/cel/tagged_value.hpp"

namespace {

using Json = k8s::json::Value;

struct Outcome {
  bool passed = false;
  std::string got;
};

cel::Environment environment_of(const Json& test, const cel::Environment& standard) {
  cel::Environment environment = standard;
  for (const auto& [name, type] : test.at("types").items())
    environment.add(name, cel::parse_type(type.get<std::string>()));
  return environment;
}

// What the case expects of a value. A case that says nothing expects true.
Json wanted(const Json& test) {
  const auto value = cel_spec::read_tagged(test.value("value", Json{{"bool", true}}));
  // A type has no tag to be read by: it is its name already.
  return value ? cel_spec::write_tagged(*value) : test.at("value");
}

Outcome evaluate(const Json& test, const cel::Program& program) {
  const bool expects_error = test.value("error", false);
  cel::Bindings bindings;
  for (const auto& [name, tagged] : test.at("bindings").items()) {
    const auto value = cel_spec::read_tagged(tagged);
    if (!value) return {false, "a binding that cannot be read: " + name};
    bindings.insert_or_assign(name, *value);
  }
  cel::Budget budget(cel::Budget::kPerObject);
  const auto value = program.evaluate(bindings, budget);
  if (!value) return {expects_error, "error: " + value.error().message};
  const Json got = cel_spec::write_tagged(*value);
  return {!expects_error && got == wanted(test), got.dump()};
}

Outcome run(const Json& test, const cel::Environment& standard) {
  const auto program = cel::compile(test.at("expr").get<std::string>(), environment_of(test, standard));
  if (!program) {
    // That a name is unknown is seldom what the case is about: only where it says so.
    const std::string message = program.error().message;
    const bool unknown_name = message.find("undeclared reference") != std::string::npos;
    const bool wanted_so = test.value("message", "").find("undeclared reference") != std::string::npos;
    return {test.value("error", false) && (!unknown_name || wanted_so), "does not compile: " + message};
  }
  const std::string type = cel::to_string(*program->result_type());
  if (test.contains("type") && test.at("type") != type) return {false, "of type " + type};
  if (test.value("check_only", false)) return {true, type};
  return evaluate(test, *program);
}

}  // namespace

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    const auto test = k8s::json::parse_value(line);
    if (!test) {
      std::cerr << "cel-spec-runner: " << test.error().message << '\n';
      return 2;
    }
    const cel::Environment standard({.check_types = test->at("check").get<bool>(),
                                     .homogeneous_literals = false,
                                     .quoted_fields = true,
                                     .container = test->at("container").get<std::string>()});
    const Outcome outcome = run(*test, standard);
    std::cout << k8s::json::print(Json{{"id", test->at("id")},
                                       {"verdict", outcome.passed ? "passed" : "differing"},
                                       {"got", outcome.got}})
              << '\n';
  }
  return 0;
}
