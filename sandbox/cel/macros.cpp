// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "sandbox/cel/node_builder.hpp"
#include "sandbox/cel/parser.hpp"

namespace cel {

NodeId NodeBuilder::add(Node node) {
  for (const NodeId part : node.parts) node.depth = std::max(node.depth, nodes_[part].depth + 1);
  if (node.depth > kMostDepth) fail(node.offset, "Syntax error: the expression is nested too deeply");
  nodes_.push_back(std::move(node));
  return static_cast<NodeId>(nodes_.size() - 1);
}

NodeId NodeBuilder::call(std::size_t offset, std::string_view name, std::vector<NodeId> parts, bool is_member) {
  return add({.kind = NodeKind::call,
              .offset = offset,
              .name = std::string(name),
              .parts = std::move(parts),
              .is_member = is_member});
}

NodeId NodeBuilder::literal(std::size_t offset, Value value) {
  return add({.kind = NodeKind::literal, .offset = offset, .literal = std::move(value)});
}

void NodeBuilder::fail(std::size_t offset, std::string sentence) {
  if (!problem_) problem_ = Diagnostic{offset, std::move(sentence)};
}

namespace {

struct Form {
  std::string_view name;
  std::size_t variables;
  std::size_t bodies;
  Macro macro;
};
// range.name(variables…, bodies…)
constexpr std::array kForms{
    Form{"all", 1, 1, Macro::all},
    Form{"all", 2, 1, Macro::all},
    Form{"exists", 1, 1, Macro::exists},
    Form{"exists", 2, 1, Macro::exists},
    Form{"exists_one", 1, 1, Macro::exists_one},
    Form{"existsOne", 2, 1, Macro::exists_one},
    Form{"map", 1, 1, Macro::map},
    Form{"map", 1, 2, Macro::map_filtered},
    Form{"filter", 1, 1, Macro::filter},
    Form{"transformList", 2, 1, Macro::transform_list},
    Form{"transformList", 2, 2, Macro::transform_list},
    Form{"transformMap", 2, 1, Macro::transform_map},
    Form{"transformMap", 2, 2, Macro::transform_map},
    Form{"transformMapEntry", 2, 1, Macro::transform_map_entry},
    Form{"transformMapEntry", 2, 2, Macro::transform_map_entry},
};

// The names of the variables; fails where an argument is no simple name.
std::vector<std::string> variables_of(NodeBuilder& builder, const Node& call, std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 1; i <= count; ++i) {
    const Node& argument = builder.at(call.parts[i]);
    if (argument.kind != NodeKind::identifier || argument.name.starts_with('.'))
      builder.fail(argument.offset, "argument must be a simple name");
    if (std::find(names.begin(), names.end(), argument.name) != names.end())
      builder.fail(argument.offset, "duplicate variable name: " + argument.name);
    names.push_back(argument.name);
  }
  return names;
}

NodeId expand_has(NodeBuilder& builder, const Node& call) {
  const Node argument = builder.at(call.parts[0]);
  if (argument.kind != NodeKind::select || argument.is_optional)
    builder.fail(argument.offset, "invalid argument to has() macro");
  return builder.add({.kind = NodeKind::has, .offset = call.offset, .name = argument.name, .parts = argument.parts});
}

NodeId expand_comprehension(NodeBuilder& builder, const Node& call, const Form& form) {
  Node node{.kind = NodeKind::comprehension, .offset = call.offset, .name = call.name, .macro = form.macro};
  node.variables = variables_of(builder, call, form.variables);
  node.parts.push_back(call.parts[0]);
  node.parts.insert(node.parts.end(), call.parts.begin() + 1 + static_cast<std::ptrdiff_t>(form.variables),
                    call.parts.end());
  return builder.add(std::move(node));
}

NodeId expand_optional_map(NodeBuilder& builder, const Node& call) {
  Node node{.kind = NodeKind::optional_map, .offset = call.offset, .name = call.name};
  node.is_optional = call.name == "optFlatMap";
  node.variables = variables_of(builder, call, 1);
  node.parts = {call.parts[0], call.parts[2]};
  return builder.add(std::move(node));
}

}  // namespace

std::optional<NodeId> expand_macro(NodeBuilder& builder, const Node& call) {
  if (!call.is_member)
    return call.name == "has" && call.parts.size() == 1 ? std::optional(expand_has(builder, call)) : std::nullopt;
  if ((call.name == "optMap" || call.name == "optFlatMap") && call.parts.size() == 3)
    return expand_optional_map(builder, call);
  for (const Form& form : kForms) {
    if (call.name == form.name && call.parts.size() == 1 + form.variables + form.bodies)
      return expand_comprehension(builder, call, form);
  }
  return std::nullopt;
}

}  // namespace cel
