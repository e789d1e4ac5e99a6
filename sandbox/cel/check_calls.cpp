// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "sandbox/cel/checking.hpp"
#include "sandbox/cel/time.hpp"

namespace cel {
namespace {

Meaning meaning_of(std::string_view name, const std::vector<const Overload*>& overloads) {
  if (name == op::kConditional) return Meaning::choice;
  if (name == op::kIndex) return Meaning::index;
  if (name == op::kOptionalIndex) return Meaning::optional_index;
  const bool is_lazy = !overloads.empty() && overloads.front()->implementation == nullptr;
  if (is_lazy && name == "or") return Meaning::optional_or;
  if (is_lazy && name == "orValue") return Meaning::optional_or_value;
  return Meaning::function;
}

// bool ? A : A, which the evaluator does itself.
std::vector<Overload> choice_overloads() {
  const TypePtr a = types::parameter("A");
  return {Overload{.is_member = false, .parameters = {types::boolean(), a, a}, .result = a, .implementation = nullptr}};
}

const std::string_view* find_in(std::initializer_list<std::string_view> names, std::string_view name) {
  for (const std::string_view& candidate : names) {
    if (candidate == name) return &candidate;
  }
  return nullptr;
}

}  // namespace

TypePtr Checking::no_overload(std::size_t offset, std::string_view function, bool is_member,
                              const std::vector<TypePtr>& types) {
  std::string out;
  for (std::size_t i = is_member ? 1u : 0u; i < types.size(); ++i) {
    if (!out.empty()) out += ", ";
    out += shown(types[i]);
  }
  const std::string target = is_member ? shown(types[0]) + "." : "";
  return wrong(offset, fmt::format("found no matching overload for '{}' applied to '{}({})'", function, target, out));
}

std::optional<std::string> Checking::qualified_function(const Node& node) const {
  if (!node.is_member) return std::nullopt;
  const auto front = dotted_name(node.parts[0]);
  if (!front) return std::nullopt;
  for (const std::string& candidate : environment_.candidates(*front + "." + node.name)) {
    if (environment_.functions()->find(candidate) != nullptr) return candidate;
  }
  return std::nullopt;
}

TypePtr Checking::call(NodeId id) {
  const Node& node = at(id);
  if (node.name == op::kAnd || node.name == op::kOr) return logical(id);
  std::string function = node.name;
  bool is_member = node.is_member;
  std::size_t first = 0;
  if (const auto qualified = qualified_function(node)) {
    function = *qualified;
    is_member = false;
    first = 1;
    plan_.steps[id].is_qualified = true;
  }
  std::vector<TypePtr> arguments;
  for (std::size_t i = first; i < node.parts.size(); ++i) arguments.push_back(check(node.parts[i]));
  if (function == op::kConditional) return resolve(id, function, choice_overloads(), false, std::move(arguments));
  const std::vector<Overload>* overloads = environment_.functions()->find(function);
  if (overloads == nullptr) {
    plan_.steps[id].meaning = Meaning::function;
    return environment_.options().check_types ? undeclared(node.offset, function) : types::dyn();
  }
  read_literals(id, function);
  return resolve(id, function, *overloads, is_member, std::move(arguments));
}

void Checking::must_be_bool(NodeId id, const TypePtr& type) {
  if (!inference_.assign(types::boolean(), type))
    wrong(at(id).offset, fmt::format("expected type 'bool' but found '{}'", shown(type)));
}

TypePtr Checking::logical(NodeId id) {
  const Node& node = at(id);
  plan_.steps[id].meaning = node.name == op::kAnd ? Meaning::all_of : Meaning::any_of;
  for (const NodeId part : node.parts) {
    const TypePtr type = check(part);
    must_be_bool(part, type);
  }
  return types::boolean();
}

TypePtr Checking::resolve(NodeId id, std::string_view name, const std::vector<Overload>& overloads, bool is_member,
                          std::vector<TypePtr> arguments) {
  const Node& node = at(id);
  Step& step = plan_.steps[id];
  TypePtr result;
  for (const Overload& overload : overloads) {
    if (overload.is_member != is_member || overload.parameters.size() != arguments.size()) continue;
    std::map<std::string, TypePtr> names;
    std::vector<TypePtr> parameters;
    for (const TypePtr& parameter : overload.parameters) parameters.push_back(inference_.instantiate(parameter, names));
    if (!inference_.assign(parameters, arguments)) continue;
    const TypePtr type = inference_.resolve(inference_.instantiate(overload.result, names));
    if (name != op::kConditional) step.overloads.push_back(&overload);
    if (result == nullptr) {
      result = type;
    } else if (result->kind != Kind::dyn && !same(*result, *type)) {
      result = types::dyn();
    }
  }
  step.meaning = meaning_of(name, step.overloads);
  if (result == nullptr && !environment_.options().check_types) return types::dyn();
  if (result == nullptr) return no_overload(node.offset, name, is_member, arguments);
  return result;
}

void Checking::read_literals(NodeId id, std::string_view name) {
  const Node& node = at(id);
  const std::size_t last = node.parts.size();
  if (last == 0) return;
  const std::size_t place = find_in({"matches", "find", "findAll"}, name) != nullptr ? 1 : last - 1;
  if (place >= last) return;
  const Node& argument = at(node.parts[place]);
  if (argument.kind != NodeKind::literal || argument.literal.get<Text>() == nullptr) return;
  const std::string_view text = argument.literal.view();
  if (name == "duration" && !parse_duration(text)) wrong(argument.offset, "invalid duration argument");
  if (name == "timestamp" && !parse_timestamp(text)) wrong(argument.offset, "invalid timestamp argument");
  if (node.is_member && last == 2 && name.starts_with("get") && !zone_offset(text))
    wrong(argument.offset,
          fmt::format("unknown time zone {}: only UTC and offsets such as +01:00 are known here", text));
  if (place == 1 && last <= 3 && find_in({"matches", "find", "findAll"}, name) != nullptr) {
    auto regex = Regex::compile(text);
    if (regex) plan_.steps[id].regex = *regex;
    if (!regex) wrong(argument.offset, fmt::format("invalid {} argument: {}", name, regex.error().message));
  }
}

std::vector<TypePtr> Checking::variable_types(const Node& node, const TypePtr& range) {
  const bool two = node.variables.size() == 2;
  if (range->kind == Kind::list)
    return two ? std::vector{types::integer(), range->parameters[0]} : std::vector{range->parameters[0]};
  if (range->kind == Kind::map) return two ? range->parameters : std::vector{range->parameters[0]};
  if (range->kind == Kind::parameter) inference_.assign(types::dyn(), range);
  if (range->kind != Kind::dyn && range->kind != Kind::error && range->kind != Kind::parameter)
    wrong(at(node.parts[0]).offset,
          fmt::format("expression of type '{}' cannot be range of a comprehension (must be list, map, or dynamic)",
                      shown(range)));
  return std::vector<TypePtr>(node.variables.size(), types::dyn());
}

TypePtr Checking::comprehension(NodeId id) {
  const Node& node = at(id);
  const TypePtr range = inference_.resolve(check(node.parts[0]));
  const std::size_t outside = locals_.size();
  plan_.steps[id].slot = outside;
  push(node.variables, variable_types(node, range));
  std::vector<TypePtr> bodies;
  for (std::size_t i = 1; i < node.parts.size(); ++i) bodies.push_back(check(node.parts[i]));
  TypePtr result = comprehension_result(id, range, bodies);
  locals_.resize(outside);
  return result;
}

TypePtr Checking::comprehension_result(NodeId id, const TypePtr& range, const std::vector<TypePtr>& bodies) {
  const Node& node = at(id);
  // What a macro with a filter is made of in other implementations, whose words users know.
  const auto must_choose = [&](const TypePtr& list) {
    if (!inference_.assign(types::boolean(), bodies[0]))
      no_overload(node.offset, op::kConditional, false, {bodies[0], list, list});
  };
  const bool filtered = bodies.size() == 2;
  const TypePtr list = types::list(bodies.back());
  if (filtered) must_choose(list);
  switch (node.macro) {
    case Macro::all: must_be_bool(node.parts[1], bodies[0]); return types::boolean();
    case Macro::exists: must_be_bool(node.parts[1], bodies[0]); return types::boolean();
    case Macro::exists_one: must_choose(types::integer()); return types::boolean();
    case Macro::filter: {
      const TypePtr element = types::list(locals_.back().type);
      must_choose(element);
      return element;
    }
    case Macro::map:
    case Macro::map_filtered:
    case Macro::transform_list: return list;
    case Macro::transform_map: {
      const TypePtr key = range->kind == Kind::list ? types::integer() : locals_[locals_.size() - 2].type;
      return types::map(key, bodies.back());
    }
    case Macro::transform_map_entry: {
      const TypePtr entry = types::map(inference_.fresh(), inference_.fresh());
      if (!inference_.assign(entry, bodies.back()))
        return no_overload(at(node.parts.back()).offset, "cel.@mapInsert", false, {entry, bodies.back()});
      return entry;
    }
  }
  return types::error();
}

TypePtr Checking::optional_map(NodeId id) {
  const Node& node = at(id);
  const TypePtr target = check(node.parts[0]);
  const TypePtr inside = inference_.fresh();
  if (!inference_.assign(types::optional(inside), target)) return no_overload(node.offset, node.name, true, {target});
  const std::size_t outside = locals_.size();
  plan_.steps[id].slot = outside;
  push(node.variables, {inference_.resolve(target)->kind == Kind::dyn ? types::dyn() : inference_.resolve(inside)});
  const TypePtr body = check(node.parts[1]);
  locals_.resize(outside);
  if (!node.is_optional) return types::optional(body);
  const TypePtr flat = types::optional(inference_.fresh());
  if (!inference_.assign(flat, body)) return no_overload(at(node.parts[1]).offset, node.name, true, {target, body});
  return body;
}

}  // namespace cel
