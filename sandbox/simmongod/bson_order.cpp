// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/bson_order.hpp"

#include <cmath>
#include <cstring>

namespace simmongod {
namespace {

using bson::Element;
using bson::Type;

int rank(Type type) {
  switch (type) {
    case Type::min_key: return 0;
    case Type::undefined:
    case Type::null: return 1;
    case Type::real:
    case Type::int32:
    case Type::int64:
    case Type::decimal128: return 2;
    case Type::symbol:
    case Type::string: return 3;
    case Type::document: return 4;
    case Type::array: return 5;
    case Type::binary: return 6;
    case Type::object_id: return 7;
    case Type::boolean: return 8;
    case Type::date: return 9;
    case Type::timestamp: return 10;
    case Type::regex: return 11;
    case Type::db_pointer: return 12;
    case Type::code: return 13;
    case Type::code_with_scope: return 14;
    case Type::max_key: return 15;
  }
  return 16;
}

std::weak_ordering by_bytes(std::string_view a, std::string_view b) {
  return a <=> b;
}

std::weak_ordering numbers(const Element& a, const Element& b) {
  if (a.type != Type::real && b.type != Type::real) {
    return a.number().value_or(0) <=> b.number().value_or(0);
  }
  const double x = a.real().value_or(0);
  const double y = b.real().value_or(0);
  if (std::isnan(x) || std::isnan(y)) return static_cast<int>(!std::isnan(x)) <=> static_cast<int>(!std::isnan(y));
  if (x < y) return std::weak_ordering::less;
  return x > y ? std::weak_ordering::greater : std::weak_ordering::equivalent;
}

std::weak_ordering documents(bson::View a, bson::View b) {
  auto left = a.begin();
  auto right = b.begin();
  for (; left != a.end() && right != b.end(); ++left, ++right) {
    if (const auto types = rank(left->type) <=> rank(right->type); types != 0) return types;
    if (const auto keys = by_bytes(left->key, right->key); keys != 0) return keys;
    if (const auto values = compare(*left, *right); values != 0) return values;
  }
  return static_cast<int>(left != a.end()) <=> static_cast<int>(right != b.end());
}

}  // namespace

bool is_number(const Element& value) {
  return value.type == Type::int32 || value.type == Type::int64 || value.type == Type::real;
}

std::optional<bson::Document> document_at(bson::View document, std::string_view path) {
  const auto found = document.find(path);
  if (!found || (!found->is_document() && !found->is_array())) return {};
  return bson::Document(found->sub());
}

std::weak_ordering compare(const Element& a, const Element& b) {
  if (const auto types = rank(a.type) <=> rank(b.type); types != 0) return types;
  if (is_number(a) && is_number(b)) return numbers(a, b);
  if (a.is_document() || a.is_array()) return documents(a.sub(), b.sub());
  if (a.type == Type::date) return a.date()->ms <=> b.date()->ms;
  if (a.type == Type::timestamp) return *a.timestamp() <=> *b.timestamp();
  if (a.type == Type::string && b.type == Type::string) return by_bytes(*a.string(), *b.string());
  return by_bytes(a.raw, b.raw);
}

std::string identity_key(const Element& value) {
  std::string key(1, static_cast<char>('a' + rank(value.type)));
  if (is_number(value)) {
    // Whole numbers of every type share one form; other doubles keep their bits.
    if (const auto whole = value.number()) return key + "i" + std::to_string(*whole);
    return key + "d" + std::string(value.raw);
  }
  if (value.is_document() || value.is_array()) {
    for (const Element& field : value.sub()) key += std::string(field.key) + '\0' + identity_key(field) + '\1';
    return key;
  }
  return key + std::string(value.raw);
}

}  // namespace simmongod
