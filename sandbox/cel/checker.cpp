// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/checker.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/cel/checking.hpp"

namespace cel {

CheckResult check(Syntax syntax, const Environment& environment) {
  return Checking(std::move(syntax), environment).run();
}

Checking::Checking(Syntax syntax, const Environment& environment) : environment_(environment) {
  plan_.syntax = std::move(syntax);
  plan_.steps.resize(plan_.syntax.nodes.size());
  types_.resize(plan_.syntax.nodes.size());
  plan_.functions = environment.functions();
}

CheckResult Checking::run() {
  plan_.result = inference_.resolve(check(plan_.syntax.root), true);
  if (environment_.options().homogeneous_literals && environment_.options().check_types) check_literals();
  return {std::move(plan_), std::move(diagnostics_)};
}

TypePtr Checking::wrong(std::size_t offset, std::string sentence) {
  diagnostics_.push_back({offset, std::move(sentence)});
  return types::error();
}

TypePtr Checking::undeclared(std::size_t offset, std::string_view name) {
  return wrong(offset,
               fmt::format("undeclared reference to '{}' (in container '{}')", name, environment_.options().container));
}

std::string Checking::shown(const TypePtr& type) const {
  return to_string(*inference_.resolve(type, true));
}

TypePtr Checking::check(NodeId id) {
  TypePtr type = check_kind(id);
  types_[id] = type;
  return environment_.options().check_types ? type : types::dyn();
}

TypePtr Checking::check_kind(NodeId id) {
  const Node& node = at(id);
  switch (node.kind) {
    case NodeKind::literal: return node.literal.type();
    case NodeKind::identifier: return identifier(id);
    case NodeKind::select: return select(id);
    case NodeKind::has: return has(id);
    case NodeKind::call: return call(id);
    case NodeKind::list: return list(id);
    case NodeKind::map: return map(id);
    case NodeKind::message: return undeclared(node.offset, node.name);
    case NodeKind::comprehension: return comprehension(id);
    case NodeKind::optional_map: return optional_map(id);
  }
  return types::error();
}

TypePtr Checking::name(NodeId id, std::string_view dotted) {
  Step& step = plan_.steps[id];
  for (const std::string& candidate : environment_.candidates(dotted)) {
    if (TypePtr type = environment_.variable(candidate)) {
      step.meaning = Meaning::variable;
      step.name = candidate;
      return type;
    }
    if (TypePtr type = environment_.type_named(candidate)) {
      step.meaning = Meaning::constant;
      step.constant = Value::type(type);
      return types::type(type);
    }
  }
  return nullptr;
}

TypePtr Checking::identifier(NodeId id) {
  const Node& node = at(id);
  for (std::size_t i = locals_.size(); i-- > 0;) {
    if (locals_[i].name != node.name) continue;
    plan_.steps[id].meaning = Meaning::local;
    plan_.steps[id].slot = i;
    return locals_[i].type;
  }
  if (TypePtr type = name(id, node.name)) return type;
  // Unchecked, it is found out by evaluating that there is no such variable.
  plan_.steps[id].meaning = Meaning::variable;
  plan_.steps[id].name = node.name;
  return environment_.options().check_types ? undeclared(node.offset, node.name) : types::dyn();
}

std::optional<std::string> Checking::dotted_name(NodeId id) const {
  std::string suffix;
  const Node* node = &at(id);
  for (; node->kind == NodeKind::select && !node->is_optional; node = &at(node->parts[0]))
    suffix = "." + node->name + suffix;
  if (node->kind != NodeKind::identifier) return std::nullopt;
  for (const Local& local : locals_) {
    if (local.name == node->name) return std::nullopt;
  }
  return node->name + suffix;
}

TypePtr Checking::select(NodeId id) {
  const Node& node = at(id);
  if (const auto dotted = dotted_name(id)) {
    if (TypePtr type = name(id, *dotted)) return type;
  }
  return field(check(node.parts[0]), node);
}

TypePtr Checking::has(NodeId id) {
  field(check(at(id).parts[0]), at(id));
  return types::boolean();
}

TypePtr Checking::field(const TypePtr& target, const Node& node) {
  TypePtr type = inference_.resolve(target);
  const bool optional = node.is_optional || is_optional(*type);
  if (is_optional(*type)) type = inference_.resolve(type->parameters[0]);
  TypePtr result = types::dyn();
  if (type->kind == Kind::map) {
    result = type->parameters[1];
  } else if (type->kind == Kind::object) {
    const auto found = type->fields.find(node.name);
    if (found == type->fields.end()) return wrong(node.offset, fmt::format("undefined field '{}'", node.name));
    result = found->second.type;
  } else if (type->kind == Kind::parameter) {
    inference_.assign(types::dyn(), type);
  } else if (type->kind != Kind::dyn && type->kind != Kind::error) {
    return wrong(node.offset, fmt::format("type '{}' does not support field selection", shown(type)));
  }
  return optional ? types::optional(result) : result;
}

TypePtr Checking::part(NodeId id, bool optional) {
  const TypePtr type = check(id);
  if (!optional) return type;
  const TypePtr inside = inference_.fresh();
  if (inference_.assign(types::optional(inside), type))
    return inference_.resolve(type)->kind == Kind::dyn ? type : inside;
  return wrong(at(id).offset, fmt::format("expected type 'optional_type({0})' but found '{0}'", shown(type)));
}

TypePtr Checking::join(const TypePtr& before, const TypePtr& next) {
  if (before == nullptr) return next;
  if (inference_.assign(before, next)) return Inference::more_general(before, next);
  return types::dyn();
}

void Checking::check_literals() {
  const std::vector<Node>& nodes = plan_.syntax.nodes;
  std::vector<bool> exempt(nodes.size());
  // A part comes before its whole: backwards, what is exempt is known before its parts are met.
  for (std::size_t i = nodes.size(); i-- > 0;) {
    const Node& node = nodes[i];
    const bool passes_on = exempt[i] || (node.kind == NodeKind::call && node.name == "format");
    for (const NodeId part : node.parts) exempt[part] = exempt[part] || passes_on;
    if (exempt[i]) continue;
    if (node.kind == NodeKind::list) check_same(node, 0, 1);
    if (node.kind == NodeKind::map) check_same(node, 0, 2);
    if (node.kind == NodeKind::map) check_same(node, 1, 2);
  }
}

void Checking::check_same(const Node& node, std::size_t first, std::size_t step) {
  const std::size_t parts_each = node.kind == NodeKind::map ? 2 : 1;
  TypePtr wanted;
  for (std::size_t i = first; i < node.parts.size(); i += step) {
    TypePtr type = types_[node.parts[i]];
    if (type == nullptr) return;
    type = inference_.resolve(type, true);
    if (node.optional_parts[i / parts_each] && is_optional(*type) && i % parts_each == parts_each - 1)
      type = type->parameters[0];
    if (wanted == nullptr) wanted = type;
    if (same(*wanted, *type) || wanted->kind == Kind::error || type->kind == Kind::error) continue;
    wrong(at(node.parts[i]).offset,
          fmt::format("expected type '{}' but found '{}'", to_string(*wanted), to_string(*type)));
    return;
  }
}

TypePtr Checking::list(NodeId id) {
  const Node& node = at(id);
  TypePtr element;
  for (std::size_t i = 0; i < node.parts.size(); ++i)
    element = join(element, part(node.parts[i], node.optional_parts[i]));
  return types::list(element ? element : inference_.fresh());
}

TypePtr Checking::map(NodeId id) {
  const Node& node = at(id);
  TypePtr key, value;
  for (std::size_t i = 0; i + 1 < node.parts.size(); i += 2) {
    key = join(key, check(node.parts[i]));
    value = join(value, part(node.parts[i + 1], node.optional_parts[i / 2]));
  }
  return types::map(key ? key : inference_.fresh(), value ? value : inference_.fresh());
}

void Checking::push(const std::vector<std::string>& names, const std::vector<TypePtr>& types) {
  for (std::size_t i = 0; i < names.size(); ++i) locals_.push_back({names[i], types[i]});
  plan_.slots = std::max(plan_.slots, locals_.size());
}

}  // namespace cel
