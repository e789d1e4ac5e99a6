// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/compare.hpp"

#include <algorithm>
#include <cmath>
#include <compare>

#include "sandbox/cel/opaque.hpp"

namespace cel {
namespace {

std::optional<int> sign(std::partial_ordering order) {
  if (order == std::partial_ordering::less) return -1;
  if (order == std::partial_ordering::greater) return 1;
  if (order == std::partial_ordering::equivalent) return 0;
  return std::nullopt;
}

struct CompareNumbers {
  std::optional<int> operator()(std::int64_t a, std::int64_t b) const { return sign(a <=> b); }
  std::optional<int> operator()(std::uint64_t a, std::uint64_t b) const { return sign(a <=> b); }
  std::optional<int> operator()(double a, double b) const { return sign(a <=> b); }
  std::optional<int> operator()(std::int64_t a, std::uint64_t b) const {
    return a < 0 ? -1 : sign(static_cast<std::uint64_t>(a) <=> b);
  }
  // As doubles, as cel-spec says: the greatest int equals 2^63.
  std::optional<int> operator()(std::int64_t a, double b) const { return sign(static_cast<double>(a) <=> b); }
  std::optional<int> operator()(std::uint64_t a, double b) const { return sign(static_cast<double>(a) <=> b); }
  std::optional<int> operator()(std::uint64_t a, std::int64_t b) const { return negate((*this)(b, a)); }
  std::optional<int> operator()(double a, std::int64_t b) const { return negate((*this)(b, a)); }
  std::optional<int> operator()(double a, std::uint64_t b) const { return negate((*this)(b, a)); }

  static std::optional<int> negate(std::optional<int> order) {
    if (order) order = -*order;
    return order;
  }
};

using Number = std::variant<std::int64_t, std::uint64_t, double>;

std::optional<Number> number(const Value& value) {
  if (const auto* v = value.get<std::int64_t>()) return Number(*v);
  if (const auto* v = value.get<std::uint64_t>()) return Number(*v);
  if (const auto* v = value.get<double>()) return Number(*v);
  return std::nullopt;
}

bool equal_in_order(const List& a, const List& b, Budget* budget) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!equal(a.at(i), b.at(i), budget)) return false;
  }
  return true;
}

// Sets and maps of one size: each element is somewhere in the other.
bool equal_in_any_order(const List& a, const List& b, Budget* budget) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!contains(b, a.at(i), budget) || !contains(a, b.at(i), budget)) return false;
  }
  return true;
}

bool equal_lists(const List& a, const List& b, Budget* budget) {
  const bool any_order = a.associative() != nullptr || b.associative() != nullptr;
  return any_order ? equal_in_any_order(a, b, budget) : equal_in_order(a, b, budget);
}

bool equal_maps(const Map& a, const Map& b, Budget* budget) {
  if (a.size() != b.size() || (budget != nullptr && !budget->charge(a.size()))) return false;
  for (const Value& key : a.keys()) {
    const std::optional<Value> value = a.find(key), other = b.find(key);
    if (!other || !equal(value.value_or(Value()), *other, budget)) return false;
  }
  return true;
}

bool equal_optionals(const Optional& a, const Optional& b, Budget* budget) {
  if (a.value == nullptr || b.value == nullptr) return a.value == b.value;
  return equal(*a.value, *b.value, budget);
}

int key_rank(const Value& value) {
  if (value.get<bool>() != nullptr) return 0;
  if (number(value)) return 1;
  return value.get<Text>() != nullptr ? 2 : 3;
}

}  // namespace

bool equal(const Value& a, const Value& b, Budget* budget) {
  if (budget != nullptr && !budget->charge_text(std::min(a.view().size(), b.view().size()))) return false;
  const std::optional<Number> left = number(a), right = number(b);
  if (left && right) return std::visit(CompareNumbers{}, *left, *right) == 0;
  if (a.storage().index() != b.storage().index()) return false;
  if (a.is_null()) return true;
  if (const auto* v = a.get<bool>()) return *v == *b.get<bool>();
  if (a.get<Text>() != nullptr || a.get<Bytes>() != nullptr) return a.view() == b.view();
  if (const auto* v = a.get<Timestamp>()) return *v == *b.get<Timestamp>();
  if (const auto* v = a.get<Duration>()) return *v == *b.get<Duration>();
  if (const auto* v = a.get<TypePtr>())
    return (*v)->kind == (*b.get<TypePtr>())->kind && (*v)->name == (*b.get<TypePtr>())->name;
  if (const auto* v = a.as_list()) return equal_lists(*v, *b.as_list(), budget);
  if (const auto* v = a.as_map()) return equal_maps(*v, *b.as_map(), budget);
  if (const auto* v = a.get<Optional>()) return equal_optionals(*v, *b.get<Optional>(), budget);
  if (const auto* v = a.get<std::shared_ptr<const Opaque>>())
    return equal(**v, **b.get<std::shared_ptr<const Opaque>>());
  return false;
}

std::optional<int> compare(const Value& a, const Value& b) {
  const std::optional<Number> left = number(a), right = number(b);
  if (left && right) return std::visit(CompareNumbers{}, *left, *right);
  if (a.storage().index() != b.storage().index()) return std::nullopt;
  if (const auto* v = a.get<bool>()) return static_cast<int>(*v) - static_cast<int>(*b.get<bool>());
  if (a.get<Text>() != nullptr || a.get<Bytes>() != nullptr) return sign(a.view() <=> b.view());
  if (const auto* v = a.get<Timestamp>()) return sign(*v <=> *b.get<Timestamp>());
  if (const auto* v = a.get<Duration>()) return sign(*v <=> *b.get<Duration>());
  return std::nullopt;
}

bool key_before(const Value& a, const Value& b) {
  const int left = key_rank(a), right = key_rank(b);
  if (left != right) return left < right;
  return compare(a, b).value_or(0) < 0;
}

bool can_be_key(const Value& value) {
  return value.get<bool>() != nullptr || value.get<std::int64_t>() != nullptr ||
         value.get<std::uint64_t>() != nullptr || value.get<Text>() != nullptr;
}

std::optional<Value> as_key(const Value& value) {
  if (can_be_key(value)) return value;
  const auto* number = value.get<double>();
  if (number == nullptr || std::floor(*number) != *number) return std::nullopt;
  if (*number >= -0x1.0p63 && *number < 0x1.0p63) return Value::integer(static_cast<std::int64_t>(*number));
  if (*number >= 0 && *number < 0x1.0p64) return Value::unsigned_integer(static_cast<std::uint64_t>(*number));
  return std::nullopt;
}

bool contains(const List& list, const Value& value, Budget* budget) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (equal(list.at(i), value, budget)) return true;
    if (budget != nullptr && budget->exhausted()) return false;
  }
  return false;
}

}  // namespace cel
