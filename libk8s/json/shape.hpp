// SPDX-License-Identifier: Apache-2.0
// The shape that a type's field list describes: what a test lays beside the CRD's schema, in both directions.
#pragma once

#include <map>
#include <string>

#include "libk8s/json/fields.hpp"

namespace k8s::json {

struct Shape {
  // "string", "integer", "number", "boolean", "array", "object", "map", or "any" for what is passed through untouched.
  std::string kind;
  std::map<std::string, Shape> members;  // of an object
  std::vector<Shape> items;              // of an array or a map: exactly one

  bool operator==(const Shape&) const = default;
};

template <class T>
Shape shape_of();

namespace detail {
struct ShapeVisitor {
  Shape& shape;
  template <class T>
  void operator()(const char* member, T&) {
    shape.members[member] = shape_of<std::remove_const_t<T>>();
  }
};
}  // namespace detail

template <class T>
Shape shape_of() {
  if constexpr (std::same_as<T, Value> || std::same_as<T, Compact>) {
    return {.kind = "any", .members = {}, .items = {}};
  } else if constexpr (std::same_as<T, bool>) {
    return {.kind = "boolean", .members = {}, .items = {}};
  } else if constexpr (std::integral<T> || std::same_as<T, Millis> || std::same_as<T, Seconds> ||
                       std::same_as<T, Monotonic>) {
    return {.kind = "integer", .members = {}, .items = {}};
  } else if constexpr (std::floating_point<T>) {
    return {.kind = "number", .members = {}, .items = {}};
  } else if constexpr (detail::IsOptional<T>::value) {
    return shape_of<typename T::value_type>();
  } else if constexpr (detail::IsVector<T>::value) {
    return {.kind = "array", .members = {}, .items = {shape_of<typename T::value_type>()}};
  } else if constexpr (detail::IsMap<T>::value) {
    return {.kind = "map", .members = {}, .items = {shape_of<typename T::mapped_type>()}};
  } else if constexpr (WithFields<T> && !WithText<T>) {
    Shape shape{.kind = "object", .members = {}, .items = {}};
    detail::ShapeVisitor visitor{shape};
    T value{};
    T::fields(value, visitor);
    return shape;
  } else {
    return {.kind = "string", .members = {}, .items = {}};
  }
}

}  // namespace k8s::json
