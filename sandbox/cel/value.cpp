// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/value.hpp"

#include <algorithm>

#include "libk8s/base/check.hpp"
#include "sandbox/cel/compare.hpp"
#include "sandbox/cel/opaque.hpp"

namespace cel {
namespace {

class OwnedList final : public List {
 public:
  explicit OwnedList(std::vector<Value> items) : items_(std::move(items)) {}
  std::size_t size() const override { return items_.size(); }
  Value at(std::size_t index) const override { return items_[index]; }

 private:
  std::vector<Value> items_;
};

class OwnedMap final : public Map {
 public:
  explicit OwnedMap(std::vector<std::pair<Value, Value>> entries) : entries_(std::move(entries)) {
    std::sort(entries_.begin(), entries_.end(),
              [](const auto& a, const auto& b) { return key_before(a.first, b.first); });
  }
  std::size_t size() const override { return entries_.size(); }
  std::vector<Value> keys() const override {
    std::vector<Value> keys;
    keys.reserve(entries_.size());
    for (const auto& [key, value] : entries_) keys.push_back(key);
    return keys;
  }
  std::optional<Value> find(const Value& key) const override {
    const auto found =
        std::lower_bound(entries_.begin(), entries_.end(), key,
                         [](const auto& entry, const Value& wanted) { return key_before(entry.first, wanted); });
    if (found == entries_.end() || key_before(key, found->first)) return std::nullopt;
    return found->second;
  }

 private:
  std::vector<std::pair<Value, Value>> entries_;
};

struct TypeOf {
  TypePtr operator()(std::monostate) const { return types::null(); }
  TypePtr operator()(bool) const { return types::boolean(); }
  TypePtr operator()(std::int64_t) const { return types::integer(); }
  TypePtr operator()(std::uint64_t) const { return types::unsigned_integer(); }
  TypePtr operator()(double) const { return types::real(); }
  TypePtr operator()(const Text&) const { return types::string(); }
  TypePtr operator()(const Bytes&) const { return types::bytes(); }
  TypePtr operator()(const Timestamp&) const { return types::timestamp(); }
  TypePtr operator()(const Duration&) const { return types::duration(); }
  TypePtr operator()(const TypePtr&) const { return types::simple(Kind::type); }
  TypePtr operator()(const std::shared_ptr<const List>&) const { return types::simple(Kind::list); }
  TypePtr operator()(const std::shared_ptr<const Map>&) const { return types::simple(Kind::map); }
  TypePtr operator()(const Optional&) const { return types::opaque(std::string(kOptional)); }
  TypePtr operator()(const std::shared_ptr<const Opaque>& opaque) const { return type_of(*opaque); }
  TypePtr operator()(const Failure&) const { return types::error(); }
};

Text owned(std::string value) {
  Text text{std::make_shared<const std::string>(std::move(value)), {}};
  text.view = *text.owner;
  return text;
}

}  // namespace

std::optional<Value> Map::field(std::string_view name) const {
  return find(Value::string_view(name));
}

Value Value::string(std::string value) {
  return Value(Storage(owned(std::move(value))));
}

Value Value::bytes(std::string value) {
  return Value(Storage(Bytes{owned(std::move(value))}));
}

Value Value::list(std::vector<Value> items) {
  return Value(Storage(std::shared_ptr<const List>(std::make_shared<OwnedList>(std::move(items)))));
}

Value Value::map(std::vector<std::pair<Value, Value>> entries) {
  return Value(Storage(std::shared_ptr<const Map>(std::make_shared<OwnedMap>(std::move(entries)))));
}

Value Value::optional_of(Value value) {
  return Value(Storage(Optional{std::make_shared<const Value>(std::move(value))}));
}

Value Value::opaque(Opaque value) {
  return Value(Storage(std::make_shared<const Opaque>(std::move(value))));
}

Value Value::failure(std::string sentence) {
  return Value(Storage(Failure{std::make_shared<const std::string>(std::move(sentence))}));
}

std::string_view Value::view() const {
  if (const auto* text = get<Text>()) return text->view;
  if (const auto* bytes = get<Bytes>()) return bytes->text.view;
  return {};
}

const std::string& Value::sentence() const {
  const auto* failure = get<Failure>();
  k8s::check(failure != nullptr, "Value::sentence() on a value that is no failure");
  return *failure->sentence;
}

TypePtr Value::type() const {
  return std::visit(TypeOf{}, storage_);
}

}  // namespace cel
