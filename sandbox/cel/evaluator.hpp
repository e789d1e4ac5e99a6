// SPDX-License-Identifier: Apache-2.0
// What is an expression worth? One walk over the plan; failures travel as values, so that && and || can absorb them.
#pragma once

#include <vector>

#include "sandbox/cel/budget.hpp"
#include "sandbox/cel/plan.hpp"
#include "sandbox/cel/program.hpp"

namespace cel {

class Evaluator {
 public:
  Evaluator(const Plan& plan, const Bindings& bindings, Budget& budget)
      : plan_(plan), bindings_(bindings), budget_(budget), locals_(plan.slots) {}

  Value run() { return evaluate(plan_.syntax.root); }

 private:
  Value evaluate(NodeId id);
  Value by_kind(NodeId id);
  Value by_meaning(NodeId id);

  Value variable(const Step& step) const;
  Value select(const Node& node);
  Value has(const Node& node);
  Value list(const Node& node);
  Value map(const Node& node);

  Value function(NodeId id);
  // && stops at false, || at true; a failure counts only where neither was met.
  Value logical(const Node& node, bool stop_at);
  Value choice(const Node& node);
  Value index(const Node& node, bool optional);
  Value optional_or(const Node& node, bool unwrap);

  Value comprehension(NodeId id);
  Value optional_map(NodeId id);
  Value quantified(const Node& node, std::size_t slot, const Value& range);
  Value transformed(const Node& node, std::size_t slot, const Value& range);
  Value transformed_map(const Node& node, std::size_t slot, const Value& range);

  const Plan& plan_;
  const Bindings& bindings_;
  Budget& budget_;
  std::vector<Value> locals_;
};

}  // namespace cel
