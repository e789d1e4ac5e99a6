// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/program.hpp"

#include "sandbox/cel/checker.hpp"
#include "sandbox/cel/evaluator.hpp"
#include "sandbox/cel/parser.hpp"

namespace cel {

const TypePtr& Program::result_type() const {
  return plan_->result;
}

bool Program::mentions(std::string_view variable) const {
  for (const Step& step : plan_->steps) {
    if (step.meaning == Meaning::variable && step.name == variable) return true;
  }
  return false;
}

k8s::Result<Value> Program::evaluate(const Bindings& bindings, Budget& budget) const {
  Value value = Evaluator(*plan_, bindings, budget).run();
  if (budget.exhausted())
    return k8s::Error{.code = k8s::Code::too_many_requests, .message = out_of_budget().sentence()};
  if (value.is_failure()) return k8s::Error{.code = k8s::Code::invalid, .message = value.sentence()};
  return value;
}

k8s::Result<Program> compile(std::string_view source, const Environment& environment) {
  Parsed parsed = parse(source, {.quoted_fields = environment.options().quoted_fields});
  if (!parsed.syntax)
    return k8s::Error{.code = k8s::Code::invalid, .message = render(source, std::move(parsed.diagnostics))};
  CheckResult checked = check(std::move(*parsed.syntax), environment);
  if (!checked.diagnostics.empty())
    return k8s::Error{.code = k8s::Code::invalid, .message = render(source, std::move(checked.diagnostics))};
  return Program(std::make_shared<const Plan>(std::move(checked.plan)));
}

}  // namespace cel
