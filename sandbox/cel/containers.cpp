// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/containers.hpp"

#include <cmath>

#include <fmt/format.h>

#include "sandbox/cel/compare.hpp"
#include "sandbox/cel/functions.hpp"
#include "sandbox/cel/syntax.hpp"
#include "sandbox/cel/utf8.hpp"

namespace cel {
namespace {

Value whole(std::size_t size) {
  return Value::integer(static_cast<std::int64_t>(size));
}

Value size(const Call& call) {
  const Value& value = call.at(0);
  if (const List* list = value.as_list()) return whole(list->size());
  if (const Map* map = value.as_map()) return whole(map->size());
  if (value.get<Bytes>() != nullptr) return whole(value.view().size());
  if (!call.budget.charge_text(value.view().size())) return out_of_budget();
  return whole(code_points(value.view()));
}

// Where two elements of an x-kubernetes-list-type: map are the same entry.
bool same_entry(const Type& type, const Value& a, const Value& b, Budget& budget) {
  if (type.list_type == ListType::set) return equal(a, b, &budget);
  const Map* left = a.as_map();
  const Map* right = b.as_map();
  if (left == nullptr || right == nullptr) return false;
  for (const std::string& key : type.list_keys) {
    const auto mine = left->find(Value::string_view(key)), other = right->find(Value::string_view(key));
    if (mine.has_value() != other.has_value() || (mine && !equal(*mine, *other, &budget))) return false;
  }
  return true;
}

// What + makes of two lists: it keeps the semantics that the left one declares.
class Joined final : public List {
 public:
  Joined(std::vector<Value> items, TypePtr type) : items_(std::move(items)), type_(std::move(type)) {}
  std::size_t size() const override { return items_.size(); }
  Value at(std::size_t index) const override { return items_[index]; }
  const Type* associative() const override { return type_.get(); }

 private:
  std::vector<Value> items_;
  TypePtr type_;
};

// The left list in its order, entries that the right one has too replaced by those (map) or kept (set), then what is
// new.
Value merge(const List& left, const List& right, const Type& type, Budget& budget) {
  std::vector<Value> items;
  for (std::size_t i = 0; i < left.size(); ++i) items.push_back(left.at(i));
  for (std::size_t i = 0; i < right.size(); ++i) {
    Value item = right.at(i);
    bool found = false;
    for (Value& mine : items) {
      if (!same_entry(type, mine, item, budget)) continue;
      mine = item;
      found = true;
      break;
    }
    if (!found) items.push_back(std::move(item));
  }
  return Value::list(std::make_shared<Joined>(std::move(items), std::make_shared<Type>(type)));
}

Value concatenate(const Call& call) {
  const List& left = call.list(0);
  const List& right = call.list(1);
  if (const Type* type = left.associative()) {
    if (!call.budget.charge((left.size() + 1) * (right.size() + 1))) return out_of_budget();
    return merge(left, right, *type, call.budget);
  }
  if (!call.budget.charge(left.size() + right.size())) return out_of_budget();
  std::vector<Value> items;
  items.reserve(left.size() + right.size());
  for (std::size_t i = 0; i < left.size(); ++i) items.push_back(left.at(i));
  for (std::size_t i = 0; i < right.size(); ++i) items.push_back(right.at(i));
  return Value::list(std::move(items));
}

Value in_list(const Call& call) {
  return Value::boolean(contains(call.list(1), call.at(0), &call.budget));
}

std::optional<Value> find(const Map& map, const Value& key) {
  const auto wanted = as_key(key);
  return wanted ? map.find(*wanted) : std::nullopt;
}

// An int, or a uint or double that is worth one: what dyn lists are indexed with.
std::optional<std::int64_t> whole_number(const Value& value) {
  if (const auto* v = value.get<std::int64_t>()) return *v;
  if (const auto* v = value.get<std::uint64_t>(); v != nullptr && *v <= INT64_MAX) return static_cast<std::int64_t>(*v);
  if (const auto* v = value.get<double>(); v != nullptr && std::floor(*v) == *v && std::abs(*v) < 0x1.0p62)
    return static_cast<std::int64_t>(*v);
  return std::nullopt;
}

}  // namespace

std::string shown(const Value& value) {
  if (value.is_null()) return "null";
  if (const auto* v = value.get<bool>()) return *v ? "true" : "false";
  if (const auto* v = value.get<std::int64_t>()) return fmt::format("{}", *v);
  if (const auto* v = value.get<std::uint64_t>()) return fmt::format("{}", *v);
  if (const auto* v = value.get<double>()) return fmt::format("{}", *v);
  if (value.get<Text>() != nullptr) return std::string(value.view());
  return to_string(*value.type());
}

Value element(const Value& container, const Value& key) {
  if (const List* list = container.as_list()) {
    const auto index = whole_number(key);
    if (!index) return Value::failure("unsupported index type '" + to_string(*key.type()) + "' in list");
    if (*index < 0 || *index >= static_cast<std::int64_t>(list->size()))
      return Value::failure(fmt::format("index out of bounds: {}", *index));
    return list->at(static_cast<std::size_t>(*index));
  }
  const Map* map = container.as_map();
  if (map == nullptr || !(can_be_key(key) || key.get<double>() != nullptr)) return no_such_overload();
  auto found = find(*map, key);
  return found ? std::move(*found) : Value::failure("no such key: " + shown(key));
}

Value optional_element(const Value& container, const Value& key) {
  if (const List* list = container.as_list()) {
    const auto index = whole_number(key);
    if (!index) return no_such_overload();
    if (*index < 0 || *index >= static_cast<std::int64_t>(list->size())) return Value::none();
  } else if (const Map* map = container.as_map()) {
    if (!can_be_key(key) && key.get<double>() == nullptr) return no_such_overload();
    if (!find(*map, key)) return Value::none();
  }
  Value found = element(container, key);
  return found.is_failure() ? found : Value::optional_of(std::move(found));
}

void add_containers(FunctionTable& table) {
  for (const char* type : {"string", "bytes", "list(A)", "map(A, B)"}) {
    table.add("size", fmt::format("({})->int", type), size);
    table.add("size", fmt::format("{}.()->int", type), size);
  }
  table.add(op::kAdd, "(list(A), list(A))->list(A)", concatenate);
  table.add(op::kIn, "(A, list(A))->bool", in_list);
  table.add(op::kIn, "(A, map(A, B))->bool",
            [](const Call& call) { return Value::boolean(find(call.map(1), call.at(0)).has_value()); });
  // The evaluator indexes by element(); these are what the checker knows of it.
  table.add(op::kIndex, "(list(A), int)->A", nullptr);
  table.add(op::kIndex, "(map(A, B), A)->B", nullptr);
  table.add(op::kIndex, "(optional(list(A)), int)->optional(A)", nullptr);
  table.add(op::kIndex, "(optional(map(A, B)), A)->optional(B)", nullptr);
  table.add(op::kOptionalIndex, "(list(A), int)->optional(A)", nullptr);
  table.add(op::kOptionalIndex, "(map(A, B), A)->optional(B)", nullptr);
  table.add(op::kOptionalIndex, "(optional(list(A)), int)->optional(A)", nullptr);
  table.add(op::kOptionalIndex, "(optional(map(A, B)), A)->optional(B)", nullptr);
}

}  // namespace cel
