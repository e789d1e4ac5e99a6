// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/type.hpp"

#include <optional>
#include <utility>

#include "sandbox/cel/escape.hpp"

namespace cel {
namespace types {

TypePtr simple(Kind kind) {
  return std::make_shared<Type>(Type{.kind = kind});
}
TypePtr dyn() {
  return simple(Kind::dyn);
}
TypePtr null() {
  return simple(Kind::null);
}
TypePtr boolean() {
  return simple(Kind::boolean);
}
TypePtr integer() {
  return simple(Kind::integer);
}
TypePtr unsigned_integer() {
  return simple(Kind::unsigned_integer);
}
TypePtr real() {
  return simple(Kind::real);
}
TypePtr string() {
  return simple(Kind::string);
}
TypePtr bytes() {
  return simple(Kind::bytes);
}
TypePtr timestamp() {
  return simple(Kind::timestamp);
}
TypePtr duration() {
  return simple(Kind::duration);
}
TypePtr error() {
  return simple(Kind::error);
}
TypePtr list(TypePtr element) {
  return std::make_shared<Type>(Type{.kind = Kind::list, .parameters = {std::move(element)}});
}
TypePtr associative_list(TypePtr element, ListType list_type, std::vector<std::string> keys) {
  return std::make_shared<Type>(Type{
      .kind = Kind::list, .parameters = {std::move(element)}, .list_type = list_type, .list_keys = std::move(keys)});
}
TypePtr map(TypePtr key, TypePtr value) {
  return std::make_shared<Type>(Type{.kind = Kind::map, .parameters = {std::move(key), std::move(value)}});
}
TypePtr type(TypePtr of) {
  return std::make_shared<Type>(Type{.kind = Kind::type, .parameters = {std::move(of)}});
}
TypePtr opaque(std::string name, std::vector<TypePtr> parameters) {
  return std::make_shared<Type>(
      Type{.kind = Kind::opaque, .name = std::move(name), .parameters = std::move(parameters)});
}
TypePtr optional(TypePtr of) {
  return opaque(std::string(kOptional), {std::move(of)});
}
TypePtr parameter(std::string name) {
  return std::make_shared<Type>(Type{.kind = Kind::parameter, .name = std::move(name)});
}

TypePtr object(std::string name, const std::map<std::string, TypePtr>& properties) {
  auto type = std::make_shared<Type>(Type{.kind = Kind::object, .name = std::move(name)});
  for (const auto& [property, property_type] : properties) {
    const std::optional<std::string> escaped = escape_property(property);
    if (escaped) type->fields.emplace(*escaped, Field{.json_name = property, .type = property_type});
  }
  return type;
}

TypePtr nullable(const TypePtr& type) {
  auto copy = std::make_shared<Type>(*type);
  copy->nullable = true;
  return copy;
}

}  // namespace types

namespace {

std::string_view base_name(const Type& type) {
  switch (type.kind) {
    case Kind::error: return "!error!";
    case Kind::dyn: return "dyn";
    case Kind::null: return "null";
    case Kind::boolean: return "bool";
    case Kind::integer: return "int";
    case Kind::unsigned_integer: return "uint";
    case Kind::real: return "double";
    case Kind::string: return "string";
    case Kind::bytes: return "bytes";
    case Kind::timestamp: return "timestamp";
    case Kind::duration: return "duration";
    case Kind::type: return "type";
    case Kind::list: return "list";
    case Kind::map: return "map";
    case Kind::object:
    case Kind::opaque:
    case Kind::parameter: return type.name;
  }
  return "";
}

}  // namespace

bool is_optional(const Type& type) {
  return type.kind == Kind::opaque && type.name == kOptional;
}

std::string to_string(const Type& type) {
  std::string out(base_name(type));
  if (type.parameters.empty()) return out;
  out += '(';
  for (std::size_t i = 0; i < type.parameters.size(); ++i) {
    if (i != 0) out += ", ";
    out += to_string(*type.parameters[i]);
  }
  return out + ')';
}

bool same(const Type& a, const Type& b) {
  if (&a == &b) return true;
  if (a.kind != b.kind || a.name != b.name || a.parameters.size() != b.parameters.size()) return false;
  for (std::size_t i = 0; i < a.parameters.size(); ++i) {
    if (!same(*a.parameters[i], *b.parameters[i])) return false;
  }
  return true;
}

}  // namespace cel
