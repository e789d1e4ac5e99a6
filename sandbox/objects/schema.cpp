// SPDX-License-Identifier: Apache-2.0
// What do nodes answer about their members?
#include "sandbox/objects/schema.hpp"

namespace objects {

std::string_view name(Type type) {
  switch (type) {
    case Type::any: return "";
    case Type::object: return "object";
    case Type::array: return "array";
    case Type::string: return "string";
    case Type::integer: return "integer";
    case Type::number: return "number";
    case Type::boolean: return "boolean";
  }
  return "";
}

const Schema* Schema::property(std::string_view field) const {
  const auto found = properties.find(field);
  return found == properties.end() ? nullptr : found->second.get();
}

const Schema* Schema::member(std::string_view field) const {
  const Schema* declared = property(field);
  return declared != nullptr ? declared : additional_properties.get();
}

}  // namespace objects
