// SPDX-License-Identifier: Apache-2.0
// How is a rule made ready once and then asked of many objects?
//
//   k8s::Result<Program> rule = compile("self.replicas <= self.maxReplicas", environment);
//   Budget budget(Budget::kPerCall);
//   k8s::Result<Value> verdict = rule->evaluate({{"self", from_json(object, self_type)}}, budget);
//
// Nothing throws and nothing recurses deeper than the expression is nested (syntax) or the JSON is, which the caller
// bounds.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "libk8s/base/result.hpp"
#include "sandbox/cel/budget.hpp"
#include "sandbox/cel/environment.hpp"
#include "sandbox/cel/value.hpp"

namespace cel {

struct Plan;

using Bindings = std::map<std::string, Value, std::less<>>;

class Program {
 public:
  explicit Program(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)) {}

  // What the result is, as far as the declarations tell.
  const TypePtr& result_type() const;
  // Whether the expression names the variable anywhere: a rule that names oldSelf is a transition rule.
  bool mentions(std::string_view variable) const;

  // Code::invalid with the sentence: "no such key: x", "index out of bounds: 3", "division by zero" …;
  // Code::too_many_requests when the budget is spent, which then stays spent. A variable that is declared but not
  // bound: "no such attribute(s): x".
  k8s::Result<Value> evaluate(const Bindings& bindings, Budget& budget) const;

 private:
  std::shared_ptr<const Plan> plan_;
};

// Code::invalid with everything that is wrong, place by place (diagnostic.hpp).
k8s::Result<Program> compile(std::string_view source, const Environment& environment);

}  // namespace cel
