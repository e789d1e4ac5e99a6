// SPDX-License-Identifier: Apache-2.0
#include "libk8s/json/node.hpp"

#include <limits>

#include <fmt/format.h>

namespace k8s::json {

std::string_view name(Kind kind) {
  switch (kind) {
    case Kind::null: return "null";
    case Kind::boolean: return "boolean";
    case Kind::integer: return "integer";
    case Kind::real: return "number";
    case Kind::string: return "string";
    case Kind::array: return "array";
    case Kind::object: return "object";
  }
  return "null";
}

Kind Node::kind() const {
  using Type = simdjson::dom::element_type;
  switch (element_.type()) {
    case Type::NULL_VALUE: return Kind::null;
    case Type::BOOL: return Kind::boolean;
    case Type::INT64:
    case Type::UINT64: return Kind::integer;
    case Type::DOUBLE: return Kind::real;
    case Type::STRING: return Kind::string;
    case Type::ARRAY: return Kind::array;
    case Type::OBJECT: return Kind::object;
  }
  return Kind::null;
}

std::optional<Node> Node::get(std::string_view member) const {
  simdjson::dom::object object;
  if (element_.get_object().get(object) != simdjson::SUCCESS) return std::nullopt;
  simdjson::dom::element child;
  if (object.at_key(member).get(child) != simdjson::SUCCESS || child.is_null()) return std::nullopt;
  return Node{child};
}

std::optional<std::string_view> Node::string() const {
  std::string_view text;
  if (element_.get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

std::optional<std::int64_t> Node::integer() const {
  std::int64_t value = 0;
  if (element_.get_int64().get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::optional<double> Node::number() const {
  double value = 0;
  if (element_.get_double().get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::optional<bool> Node::boolean() const {
  bool value = false;
  if (element_.get_bool().get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

Value Node::to_value() const {
  switch (kind()) {
    case Kind::null: return nullptr;
    case Kind::boolean: return *boolean();
    case Kind::integer: {
      const auto value = integer();
      return value ? Value(*value) : Value(std::uint64_t{element_.get_uint64()});
    }
    case Kind::real: return *number();
    case Kind::string: return std::string{*string()};
    case Kind::array: {
      Value array = Value::array();
      each_element([&](Node item) { array.push_back(item.to_value()); });
      return array;
    }
    case Kind::object: {
      Value object = Value::object();
      each_member([&](std::string_view key, Node item) { object[std::string{key}] = item.to_value(); });
      return object;
    }
  }
  return nullptr;
}

Result<Node> Parser::parse(std::string_view text) {
  simdjson::dom::element root;
  const auto error = parser_.parse(text.data(), text.size()).get(root);
  if (error != simdjson::SUCCESS) {
    return Error{.code = Code::invalid, .message = fmt::format("not JSON: {}", simdjson::error_message(error))};
  }
  return Node{root};
}

}  // namespace k8s::json
