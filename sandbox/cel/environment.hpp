// SPDX-License-Identifier: Apache-2.0
// What may an expression speak of? Variables with their types, and the functions of Kubernetes.
//
//   Environment environment;
//   environment.add("self", self_type).add("oldSelf", types::optional(self_type));
//   k8s::Result<Program> rule = compile("self.size() > 0", environment);
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/cel/functions.hpp"
#include "sandbox/cel/type.hpp"

namespace cel {

struct EnvironmentOptions {
  // Off: every expression is dyn and what does not fit is found out by evaluating. For expressions of which nothing is
  // known.
  bool check_types = true;
  // [1, "a"] is an error, as it is in Kubernetes.
  bool homogeneous_literals = true;
  // a.`b-c`; Kubernetes has it not.
  bool quoted_fields = false;
  // Names are looked for in it first, then in what it lies in: "a.b" makes x mean a.b.x, a.x or x.
  std::string container = {};
};

class Environment {
 public:
  // Copies share the functions, which are a few hundred: make one, copy it per rule.
  explicit Environment(EnvironmentOptions options = {});

  Environment& add(std::string name, TypePtr type);

  const EnvironmentOptions& options() const { return options_; }
  const std::shared_ptr<const FunctionTable>& functions() const { return functions_; }
  // Null for what is not declared.
  TypePtr variable(std::string_view name) const;
  // The type that a name such as "int" or "net.IP" stands for; null for another name.
  TypePtr type_named(std::string_view name) const;
  // What `name` may mean, first what is nearest. A leading dot makes it absolute.
  std::vector<std::string> candidates(std::string_view name) const;

 private:
  EnvironmentOptions options_;
  std::shared_ptr<const FunctionTable> functions_;
  std::map<std::string, TypePtr, std::less<>> variables_;
};

}  // namespace cel
