// SPDX-License-Identifier: Apache-2.0
// JSON that we read: a view into a document that simdjson has parsed, from which projected types take only the fields
// they have.
//
//   json::Parser parser;
//   Result<json::Node> pod = parser.parse(line);
//   auto name = pod->at("metadata", "name");      // optional<Node>
//
// A Node is valid until the parser that made it parses again or dies.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "libk8s/base/result.hpp"
#include "libk8s/json/value.hpp"

namespace k8s::json {

enum class Kind { null, boolean, integer, real, string, array, object };
std::string_view name(Kind kind);

class Node {
 public:
  explicit Node(simdjson::dom::element element) : element_(element) {}

  Kind kind() const;
  // The member of that name; nothing when this is no object, when it is missing, or when it is null.
  std::optional<Node> get(std::string_view member) const;
  // get() along a path.
  template <class... Rest>
  std::optional<Node> at(std::string_view member, Rest... rest) const {
    std::optional<Node> child = get(member);
    if constexpr (sizeof...(rest) == 0) {
      return child;
    } else {
      return child ? child->at(rest...) : std::nullopt;
    }
  }

  std::optional<std::string_view> string() const;
  std::optional<std::int64_t> integer() const;
  std::optional<double> number() const;
  std::optional<bool> boolean() const;

  // Visit in document order; nothing happens on another kind.
  template <class Visit>
  void each_element(Visit&& visit) const {
    simdjson::dom::array array;
    if (element_.get_array().get(array) != simdjson::SUCCESS) return;
    for (const simdjson::dom::element item : array) visit(Node{item});
  }
  template <class Visit>
  void each_member(Visit&& visit) const {
    simdjson::dom::object object;
    if (element_.get_object().get(object) != simdjson::SUCCESS) return;
    for (const auto& [key, item] : object) visit(key, Node{item});
  }

  // A copy that outlives the parser.
  Value to_value() const;

 private:
  simdjson::dom::element element_;
};

class Parser {
 public:
  // Documents larger than `max_bytes` are refused before anything is allocated for them.
  explicit Parser(std::size_t max_bytes = kDefaultMaxBytes) : parser_(max_bytes) {}

  // Code::invalid when the text is not one JSON document in UTF-8, or is nested deeper than 1024.
  Result<Node> parse(std::string_view text);

  static constexpr std::size_t kDefaultMaxBytes = 64u << 20;

 private:
  simdjson::dom::parser parser_;
};

}  // namespace k8s::json
