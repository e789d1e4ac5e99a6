// SPDX-License-Identifier: Apache-2.0
// How does server-side apply see a node: as a map, a list or a scalar, owned whole or part by part?
//
// Types without a schema exist too: raw JSON is owned whole (`raw`); what an object may hold beyond its declared fields
// is deduced from the value, maps field by field, lists whole (`deduced`).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libk8s/base/result.hpp"
#include "sandbox/objects/managed_fields/field_set.hpp"
#include "sandbox/objects/schema.hpp"

namespace objects {

enum class ScalarType : std::uint8_t { none, any, numeric, string, boolean };
enum class Shape : std::uint8_t { map, scalar, list };

class TypeRef {
 public:
  explicit TypeRef(const Schema& schema) : kind_(Kind::node), schema_(&schema) {}
  static TypeRef raw() { return TypeRef(Kind::raw); }
  static TypeRef deduced() { return TypeRef(Kind::deduced); }

  ScalarType scalar() const;
  bool may_be_list() const;
  bool may_be_map() const;
  // Which of its shapes this type takes for a value (null: no value): its own where there is a choice.
  Shape shape_for(const Value* value) const;
  // True when two values of this type are seen in one and the same way.
  bool same_shape(const Value* a, const Value* b) const;

  bool atomic_list() const;
  bool atomic_map() const;
  bool is_deduced() const { return kind_ == Kind::deduced; }
  std::vector<std::string> list_keys() const;  // empty: a set
  TypeRef element() const;                     // of a list
  bool declares(std::string_view field) const;
  // Of a map's member, declared or not; nothing when such a member may not exist.
  std::optional<TypeRef> field(std::string_view name) const;
  bool operator==(const TypeRef&) const = default;

  // What identifies a list item; Code::invalid for one that cannot be identified.
  k8s::Result<PathElement> item_element(const Value& item) const;

 private:
  enum class Kind : std::uint8_t { node, raw, deduced };
  explicit TypeRef(Kind kind) : kind_(kind) {}
  int shapes(const Value* value) const;
  k8s::Result<PathElement> keyed_element(const Value& item, const std::vector<std::string>& keys) const;
  TypeRef below(const Schema& schema) const;

  Kind kind_;
  const Schema* schema_ = nullptr;
  bool preserve_ = false;  // x-kubernetes-preserve-unknown-fields above
};

}  // namespace objects
