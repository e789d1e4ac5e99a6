// SPDX-License-Identifier: Apache-2.0
// What may be said of a value before it is there? The types of CEL, and those that a caller declares.
//
// A type is an immutable value behind a shared pointer. An object type names its fields as the JSON does; expressions
// name them as Kubernetes escapes them (escape.hpp), and the type knows both. Names in messages are those of cel-go.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cel {

enum class Kind {
  error,  // of an expression that is wrong already: everything agrees with it, so that one mistake is told once
  dyn,
  null,
  boolean,
  integer,
  unsigned_integer,
  real,
  string,
  bytes,
  timestamp,
  duration,
  type,
  list,
  map,
  object,
  opaque,     // quantity, url, ip, cidr, optional …: only functions know what is inside
  parameter,  // A in list(A)
};

struct Type;
using TypePtr = std::shared_ptr<const Type>;

// x-kubernetes-list-type: sets and maps are equal in any order, and + merges them.
enum class ListType { atomic, set, map };

struct Field {
  std::string json_name;
  TypePtr type;
};

struct Type {
  Kind kind = Kind::dyn;
  std::string name = {};                     // object, opaque, parameter
  std::vector<TypePtr> parameters = {};      // list(element), map(key, value), opaque(…), type(of)
  std::map<std::string, Field> fields = {};  // by the name that expressions use
  ListType list_type = ListType::atomic;
  std::vector<std::string> list_keys = {};  // x-kubernetes-list-map-keys
  bool nullable = false;                    // a JSON null is the null value; otherwise it is an error to read one
};

namespace types {

TypePtr simple(Kind kind);
TypePtr dyn();
TypePtr null();
TypePtr boolean();
TypePtr integer();
TypePtr unsigned_integer();
TypePtr real();
TypePtr string();
TypePtr bytes();
TypePtr timestamp();
TypePtr duration();
TypePtr error();
TypePtr list(TypePtr element);
// A list that has set or map semantics; keys are the map keys.
TypePtr associative_list(TypePtr element, ListType list_type, std::vector<std::string> keys = {});
TypePtr map(TypePtr key, TypePtr value);
TypePtr type(TypePtr of);
TypePtr opaque(std::string name, std::vector<TypePtr> parameters = {});
TypePtr optional(TypePtr of);
TypePtr parameter(std::string name);
// `properties` by their JSON names. One that no expression can name (escape.hpp) is left out, as Kubernetes does.
TypePtr object(std::string name, const std::map<std::string, TypePtr>& properties);
TypePtr nullable(const TypePtr& type);

}  // namespace types

inline constexpr std::string_view kOptional = "optional_type";
bool is_optional(const Type& type);

// "list(int)", "map(string, dyn)", "optional_type(int)": as compile errors name it.
std::string to_string(const Type& type);
// The same type, to the last parameter.
bool same(const Type& a, const Type& b);

}  // namespace cel
