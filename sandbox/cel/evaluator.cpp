// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/evaluator.hpp"

#include <set>

#include "sandbox/cel/compare.hpp"
#include "sandbox/cel/containers.hpp"

namespace cel {
namespace {

// As cel-go counts them.
constexpr std::uint64_t kListCost = 10, kMapCost = 30;

Value no_such_key(std::string_view name) {
  return Value::failure("no such key: " + std::string(name));
}

}  // namespace

Value Evaluator::evaluate(NodeId id) {
  const Node& node = plan_.syntax.at(id);
  if (node.kind == NodeKind::literal) return node.literal;
  if (!budget_.charge(1)) return out_of_budget();
  return plan_.steps[id].meaning == Meaning::parts ? by_kind(id) : by_meaning(id);
}

Value Evaluator::by_kind(NodeId id) {
  const Node& node = plan_.syntax.at(id);
  switch (node.kind) {
    case NodeKind::select: return select(node);
    case NodeKind::has: return has(node);
    case NodeKind::list: return list(node);
    case NodeKind::map: return map(node);
    case NodeKind::comprehension: return comprehension(id);
    case NodeKind::optional_map: return optional_map(id);
    case NodeKind::literal:
    case NodeKind::identifier:
    case NodeKind::call:
    case NodeKind::message: break;
  }
  return Value::failure("an expression that was not checked");
}

Value Evaluator::by_meaning(NodeId id) {
  const Step& step = plan_.steps[id];
  const Node& node = plan_.syntax.at(id);
  switch (step.meaning) {
    case Meaning::variable: return variable(step);
    case Meaning::local: return locals_[step.slot];
    case Meaning::constant: return step.constant;
    case Meaning::function: return function(id);
    case Meaning::all_of: return logical(node, false);
    case Meaning::any_of: return logical(node, true);
    case Meaning::choice: return choice(node);
    case Meaning::index: return index(node, false);
    case Meaning::optional_index: return index(node, true);
    case Meaning::optional_or: return optional_or(node, false);
    case Meaning::optional_or_value: return optional_or(node, true);
    case Meaning::parts: break;
  }
  return by_kind(id);
}

Value Evaluator::variable(const Step& step) const {
  const auto found = bindings_.find(step.name);
  return found == bindings_.end() ? Value::failure("no such attribute(s): " + step.name) : found->second;
}

Value Evaluator::select(const Node& node) {
  Value target = evaluate(node.parts[0]);
  if (target.is_failure()) return target;
  bool optional = node.is_optional;
  if (const auto* box = target.get<Optional>()) {
    if (box->value == nullptr) return target;
    const std::shared_ptr<const Value> inside = box->value;
    target = *inside;
    optional = true;
  }
  const Map* map = target.as_map();
  if (map == nullptr) return no_such_overload();
  std::optional<Value> found = map->field(node.name);
  if (!found) return optional ? Value::none() : no_such_key(node.name);
  return optional && !found->is_failure() ? Value::optional_of(std::move(*found)) : std::move(*found);
}

Value Evaluator::has(const Node& node) {
  Value target = evaluate(node.parts[0]);
  if (target.is_failure()) return target;
  if (const auto* box = target.get<Optional>()) {
    if (box->value == nullptr) return Value::boolean(false);
    const std::shared_ptr<const Value> inside = box->value;
    target = *inside;
  }
  // What has no fields has not this one: Kubernetes does not call it an error.
  const Map* map = target.as_map();
  return Value::boolean(map != nullptr && map->field(node.name).has_value());
}

Value Evaluator::list(const Node& node) {
  if (!budget_.charge(kListCost)) return out_of_budget();
  std::vector<Value> items;
  for (std::size_t i = 0; i < node.parts.size(); ++i) {
    Value item = evaluate(node.parts[i]);
    if (item.is_failure()) return item;
    if (node.optional_parts[i]) {
      const auto* box = item.get<Optional>();
      if (box == nullptr) return no_such_overload();
      if (box->value == nullptr) continue;
      item = Value(*box->value);
    }
    items.push_back(std::move(item));
  }
  return Value::list(std::move(items));
}

Value Evaluator::map(const Node& node) {
  if (!budget_.charge(kMapCost)) return out_of_budget();
  std::vector<std::pair<Value, Value>> entries;
  std::set<Value, decltype(&key_before)> keys(&key_before);
  for (std::size_t i = 0; i + 1 < node.parts.size(); i += 2) {
    Value key = evaluate(node.parts[i]);
    if (key.is_failure()) return key;
    Value value = evaluate(node.parts[i + 1]);
    if (value.is_failure()) return value;
    if (!can_be_key(key)) return Value::failure("unsupported key type: " + to_string(*key.type()));
    if (node.optional_parts[i / 2]) {
      const auto* box = value.get<Optional>();
      if (box == nullptr) return no_such_overload();
      if (box->value == nullptr) continue;
      value = Value(*box->value);
    }
    if (!keys.insert(key).second) return Value::failure("Failed with repeated key: " + shown(key));
    entries.emplace_back(std::move(key), std::move(value));
  }
  return Value::map(std::move(entries));
}

Value Evaluator::function(NodeId id) {
  const Node& node = plan_.syntax.at(id);
  const Step& step = plan_.steps[id];
  std::vector<Value> arguments;
  arguments.reserve(node.parts.size());
  for (std::size_t i = step.is_qualified ? 1u : 0u; i < node.parts.size(); ++i) {
    Value argument = evaluate(node.parts[i]);
    if (argument.is_failure()) return argument;
    // A floor under whatever the function charges: each of them looks at its text once.
    if (!budget_.charge(argument.view().size() / 100)) return out_of_budget();
    arguments.push_back(std::move(argument));
  }
  for (const Overload* overload : step.overloads) {
    if (overload->takes(arguments))
      return overload->implementation(Call{.arguments = arguments, .budget = budget_, .regex = step.regex.get()});
  }
  return no_such_overload();
}

Value Evaluator::logical(const Node& node, bool stop_at) {
  Value failure;
  for (const NodeId part : node.parts) {
    Value value = evaluate(part);
    const auto* truth = value.get<bool>();
    if (truth != nullptr && *truth == stop_at) return value;
    if (truth != nullptr || failure.is_failure()) continue;
    failure = value.is_failure() ? std::move(value) : no_such_overload();
  }
  return failure.is_failure() ? failure : Value::boolean(!stop_at);
}

Value Evaluator::choice(const Node& node) {
  const Value condition = evaluate(node.parts[0]);
  if (condition.is_failure()) return condition;
  const auto* truth = condition.get<bool>();
  if (truth == nullptr) return no_such_overload();
  return evaluate(node.parts[*truth ? 1 : 2]);
}

Value Evaluator::index(const Node& node, bool optional) {
  Value container = evaluate(node.parts[0]);
  if (container.is_failure()) return container;
  const Value key = evaluate(node.parts[1]);
  if (key.is_failure()) return key;
  if (const auto* box = container.get<Optional>()) {
    if (box->value == nullptr) return container;
    const std::shared_ptr<const Value> inside = box->value;
    container = *inside;
    optional = true;
  }
  return optional ? optional_element(container, key) : element(container, key);
}

Value Evaluator::optional_or(const Node& node, bool unwrap) {
  Value left = evaluate(node.parts[0]);
  if (left.is_failure()) return left;
  const auto* box = left.get<Optional>();
  if (box == nullptr) return no_such_overload();
  if (box->value == nullptr) return evaluate(node.parts[1]);
  return unwrap ? Value(*box->value) : left;
}

}  // namespace cel
