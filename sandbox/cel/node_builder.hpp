// SPDX-License-Identifier: Apache-2.0
// Where do nodes go while they are made? One vector; the builder keeps their depth and the first thing that went wrong.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sandbox/cel/diagnostic.hpp"
#include "sandbox/cel/syntax.hpp"

namespace cel {

class NodeBuilder {
 public:
  // Parts must be there already.
  NodeId add(Node node);
  NodeId call(std::size_t offset, std::string_view name, std::vector<NodeId> parts, bool is_member = false);
  NodeId literal(std::size_t offset, Value value);

  const Node& at(NodeId id) const { return nodes_[id]; }
  std::vector<Node> take() { return std::move(nodes_); }

  // Only the first is kept: what follows is seldom the user's mistake.
  void fail(std::size_t offset, std::string sentence);
  bool failed() const { return problem_.has_value(); }
  const std::optional<Diagnostic>& problem() const { return problem_; }

 private:
  std::vector<Node> nodes_;
  std::optional<Diagnostic> problem_;
};

// The macro that a call means, in its place; nothing when it is a call of a function. A macro with wrong arguments
// fails.
std::optional<NodeId> expand_macro(NodeBuilder& builder, const Node& call);

}  // namespace cel
