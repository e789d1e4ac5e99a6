// SPDX-License-Identifier: Apache-2.0
// From a schema node to what server-side apply makes of it.
#include "sandbox/objects/managed_fields/type_ref.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace objects {
namespace {

constexpr int kMap = 1, kScalar = 2, kList = 4;

k8s::Error bad_item(std::string message) {
  return {.code = k8s::Code::invalid, .message = std::move(message)};
}

}  // namespace

ScalarType TypeRef::scalar() const {
  if (kind_ != Kind::node) return ScalarType::any;
  switch (schema_->type) {
    case Type::any: return ScalarType::any;
    case Type::integer:
    case Type::number: return ScalarType::numeric;
    case Type::boolean: return ScalarType::boolean;
    case Type::string: {
      const std::string& format = schema_->limits.format;
      return format.empty() || format == "byte" ? ScalarType::string : ScalarType::any;
    }
    case Type::object: return schema_->untyped_atomic ? ScalarType::any : ScalarType::none;
    case Type::array: return ScalarType::none;
  }
  return ScalarType::none;
}

bool TypeRef::may_be_list() const {
  if (kind_ != Kind::node || schema_->untyped_atomic) return true;
  return schema_->type == Type::array || (schema_->type == Type::any && !schema_->any_scalar);
}

bool TypeRef::may_be_map() const {
  if (kind_ != Kind::node) return true;
  return schema_->type == Type::object || (schema_->type == Type::any && !schema_->any_scalar);
}

int TypeRef::shapes(const Value* value) const {
  const bool scalar_too = scalar() != ScalarType::none;
  if (value != nullptr && value->is_primitive() && !value->is_null() && scalar_too) return kScalar;
  if (value != nullptr && value->is_array() && may_be_list()) return kList;
  if (value != nullptr && value->is_object() && may_be_map()) return kMap;
  return (may_be_map() ? kMap : 0) | (scalar_too ? kScalar : 0) | (may_be_list() ? kList : 0);
}

Shape TypeRef::shape_for(const Value* value) const {
  const int all = shapes(value);
  return (all & kMap) != 0 ? Shape::map : (all & kScalar) != 0 ? Shape::scalar : Shape::list;
}

bool TypeRef::same_shape(const Value* a, const Value* b) const {
  return shapes(a) == shapes(b);
}

bool TypeRef::atomic_list() const {
  if (kind_ != Kind::node || schema_->untyped_atomic) return true;
  if (schema_->list_type_given) return schema_->list_type == ListType::atomic;
  return !schema_->patch_merge;
}

bool TypeRef::atomic_map() const {
  if (kind_ == Kind::raw) return true;
  return kind_ == Kind::node && (schema_->atomic_map || schema_->untyped_atomic);
}

std::vector<std::string> TypeRef::list_keys() const {
  if (kind_ != Kind::node) return {};
  if (schema_->list_type_given)
    return schema_->list_type == ListType::map ? schema_->list_map_keys : std::vector<std::string>();
  if (schema_->patch_merge_key.empty()) return {};
  return {schema_->patch_merge_key};
}

TypeRef TypeRef::below(const Schema& schema) const {
  TypeRef out(schema);
  // Named definitions stand for themselves; inline nodes inherit.
  out.preserve_ = schema.definition.empty() && (preserve_ || schema_->preserve_unknown_fields);
  return out;
}

TypeRef TypeRef::element() const {
  if (kind_ != Kind::node || schema_->items == nullptr) return raw();
  return below(*schema_->items);
}

bool TypeRef::declares(std::string_view name) const {
  return kind_ == Kind::node && schema_->property(name) != nullptr;
}

std::optional<TypeRef> TypeRef::field(std::string_view name) const {
  if (kind_ == Kind::raw || (kind_ == Kind::node && schema_->untyped_atomic)) return raw();
  if (kind_ == Kind::deduced) return deduced();
  if (const Schema* declared = schema_->member(name); declared != nullptr) return below(*declared);
  const bool open = schema_->additional_any || schema_->preserve_unknown_fields || preserve_ ||
                    (schema_->properties.empty() && schema_->additional_properties == nullptr);
  if (!open) return std::nullopt;
  return deduced();
}

k8s::Result<PathElement> TypeRef::keyed_element(const Value& item, const std::vector<std::string>& keys) const {
  if (item.is_null()) return bad_item("associative list with keys may not have a null element");
  if (!item.is_object()) return bad_item("associative list with keys may not have non-map elements");
  Value found = Value::object();
  const Schema* fields = schema_->items.get();
  for (const std::string& key : keys) {
    if (const auto given = item.find(key); given != item.end()) {
      found[key] = *given;
      continue;
    }
    const Schema* declared = fields == nullptr ? nullptr : fields->property(key);
    if (declared == nullptr) continue;
    if (declared->key_default) {
      found[key] = *declared->key_default;
    } else if (declared->default_value) {
      found[key] = *declared->default_value;
    }
  }
  if (found.empty()) {
    return bad_item(fmt::format(
        "associative list with keys has an element that omits all key fields [\"{}\"] (and doesn't have default values "
        "for any key fields)",
        fmt::join(keys, "\" \"")));
  }
  return PathElement::of_key(std::move(found));
}

k8s::Result<PathElement> TypeRef::item_element(const Value& item) const {
  const std::vector<std::string> keys = list_keys();
  if (!keys.empty()) return keyed_element(item, keys);
  if (item.is_object()) return bad_item("associative list without keys has an element that's a map type");
  if (item.is_array()) return bad_item("not supported: associative list with lists as elements");
  if (item.is_null()) return bad_item("associative list without keys has an element that's an explicit null");
  return PathElement::of_value(item);
}

}  // namespace objects
