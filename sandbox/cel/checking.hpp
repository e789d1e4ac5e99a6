// SPDX-License-Identifier: Apache-2.0
// How does the checker walk an expression? One class in two sources: names and literals (checker.cpp), calls and macros
// (check_calls.cpp). Nodes are at most kMostDepth deep, and so is its recursion.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/cel/checker.hpp"
#include "sandbox/cel/inference.hpp"

namespace cel {

class Checking {
 public:
  Checking(Syntax syntax, const Environment& environment);
  CheckResult run();

 private:
  struct Local {
    std::string name;
    TypePtr type;
  };

  TypePtr check(NodeId id);
  TypePtr check_kind(NodeId id);

  TypePtr identifier(NodeId id);
  TypePtr select(NodeId id);
  TypePtr has(NodeId id);
  TypePtr list(NodeId id);
  TypePtr map(NodeId id);
  // The type of `target.name`; of a name nothing more is known than the target says.
  TypePtr field(const TypePtr& target, const Node& node);
  // Of the types of a literal's parts, the one that holds them all; null: none yet.
  TypePtr join(const TypePtr& before, const TypePtr& next);
  // [1, "a"]: parts of one type each, but inside format's arguments, as Kubernetes asks of literals.
  void check_literals();
  void check_same(const Node& node, std::size_t first, std::size_t step);
  // The type of a part, of what is inside it where it is written with a question mark.
  TypePtr part(NodeId id, bool optional);

  TypePtr call(NodeId id);
  TypePtr logical(NodeId id);
  void must_be_bool(NodeId id, const TypePtr& type);
  TypePtr resolve(NodeId id, std::string_view name, const std::vector<Overload>& overloads, bool is_member,
                  std::vector<TypePtr> arguments);
  // "optional.of": the name of the function when a call's target is no value but the front of a name.
  std::optional<std::string> qualified_function(const Node& node) const;
  void read_literals(NodeId id, std::string_view name);
  TypePtr comprehension(NodeId id);
  TypePtr comprehension_result(NodeId id, const TypePtr& range, const std::vector<TypePtr>& bodies);
  TypePtr optional_map(NodeId id);
  // What the variables of a macro are, by what it walks over.
  std::vector<TypePtr> variable_types(const Node& node, const TypePtr& range);

  // "a.b.c" of a chain of names; nothing of anything else, or when `a` is a macro's variable.
  std::optional<std::string> dotted_name(NodeId id) const;
  // Notes what a name of the environment means; null when it means nothing.
  TypePtr name(NodeId id, std::string_view dotted);

  TypePtr wrong(std::size_t offset, std::string sentence);
  TypePtr undeclared(std::size_t offset, std::string_view name);
  TypePtr no_overload(std::size_t offset, std::string_view function, bool is_member, const std::vector<TypePtr>& types);
  std::string shown(const TypePtr& type) const;
  const Node& at(NodeId id) const { return plan_.syntax.at(id); }
  void push(const std::vector<std::string>& names, const std::vector<TypePtr>& types);

  const Environment& environment_;
  Plan plan_;
  Inference inference_;
  std::vector<TypePtr> types_;  // by node; null for what is not looked at
  std::vector<Local> locals_;
  std::vector<Diagnostic> diagnostics_;
};

}  // namespace cel
