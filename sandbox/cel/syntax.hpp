// SPDX-License-Identifier: Apache-2.0
// What does a parsed expression look like? Nodes in one vector, each naming its parts by index; parts come before the
// whole, so that no walk over the vector needs a stack.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sandbox/cel/value.hpp"

namespace cel {

using NodeId = std::uint32_t;

enum class NodeKind {
  literal,
  identifier,     // name; with a leading dot it is absolute
  select,         // parts[0].name, or parts[0].?name
  has,            // has(parts[0].name)
  call,           // name(parts…); with is_member, parts[0] is what stands before the dot. Operators are calls too
  list,           // [parts…]
  map,            // {parts[0]: parts[1], …}
  message,        // name{…}: parsed, refused by the checker
  comprehension,  // parts[0] is walked, parts[1…] are evaluated for every element
  optional_map,   // parts[0].optMap(variables[0], parts[1]); flat: optFlatMap
};

enum class Macro {
  all,
  exists,
  exists_one,
  map,
  map_filtered,
  filter,
  transform_list,
  transform_map,
  transform_map_entry
};

struct Node {
  NodeKind kind = NodeKind::literal;
  std::size_t offset = 0;
  std::uint32_t depth = 1;
  std::string name = {};
  Value literal = {};
  std::vector<NodeId> parts = {};
  bool is_member = false;
  bool is_optional = false;               // select: .?name; optional_map: flat
  std::vector<bool> optional_parts = {};  // list, map: [?x], {?k: v}, by element or entry
  Macro macro = Macro::all;
  // comprehension: one or two (index and element, key and value).
  std::vector<std::string> variables = {};
};

struct Syntax {
  std::string source;
  std::vector<Node> nodes;
  NodeId root = 0;

  const Node& at(NodeId id) const { return nodes[id]; }
};

// Operators by the names that messages give them.
namespace op {
inline constexpr std::string_view kConditional = "_?_:_", kAnd = "_&&_", kOr = "_||_", kNot = "!_", kNegate = "-_",
                                  kEquals = "_==_", kNotEquals = "_!=_", kLess = "_<_", kLessEquals = "_<=_",
                                  kGreater = "_>_", kGreaterEquals = "_>=_", kIn = "@in", kAdd = "_+_",
                                  kSubtract = "_-_", kMultiply = "_*_", kDivide = "_/_", kModulo = "_%_",
                                  kIndex = "_[_]", kOptionalIndex = "_[?_]";
}

}  // namespace cel
