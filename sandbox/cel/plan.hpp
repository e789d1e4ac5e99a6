// SPDX-License-Identifier: Apache-2.0
// What has been found out about an expression before it is evaluated: for each node, what its name means.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sandbox/cel/functions.hpp"
#include "sandbox/cel/regex.hpp"
#include "sandbox/cel/syntax.hpp"

namespace cel {

enum class Meaning {
  parts,           // whatever its kind of node says
  variable,        // of the environment, by name
  local,           // of a macro, by slot
  constant,        // a type
  function,        // the first overload that takes the arguments
  all_of,          // &&
  any_of,          // ||
  choice,          // ?:
  index,           // [x]
  optional_index,  // [?x]
  optional_or,     // a.or(b): b is looked at only when a is none
  optional_or_value,
};

struct Step {
  Meaning meaning = Meaning::parts;
  std::size_t slot = 0;  // local; comprehension and optional_map: of the first variable
  std::string name = {};
  Value constant = {};
  std::vector<const Overload*> overloads = {};
  bool is_qualified = false;  // optional.of(x): parts[0] is the front of the name, no argument
  std::shared_ptr<const Regex> regex = nullptr;
};

struct Plan {
  Syntax syntax;
  std::vector<Step> steps;  // by node
  std::size_t slots = 0;    // how many local variables there are at most
  TypePtr result;
  std::shared_ptr<const FunctionTable> functions;  // keeps the overloads
};

}  // namespace cel
