// SPDX-License-Identifier: Apache-2.0
// What does an expression work on, and what comes out of it?
//
// A value is cheap to copy: scalars by value, everything else behind a shared pointer. Strings, lists and maps may also
// lie in a JSON document that the caller keeps alive (json_value.hpp); then nothing of it is copied before it is looked
// at.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sandbox/cel/type.hpp"

namespace cel {

class Value;
struct Opaque;  // opaque.hpp

// Text with or without an owner. Always UTF-8 in a string; anything in bytes.
struct Text {
  std::shared_ptr<const std::string> owner = nullptr;
  std::string_view view = {};
};

struct Bytes {
  Text text;
};

// Since 1970-01-01T00:00:00Z; nanos in [0, 1e9). From year 1 to year 9999.
struct Timestamp {
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;
  auto operator<=>(const Timestamp&) const = default;
};

struct Duration {
  std::int64_t nanos = 0;
  auto operator<=>(const Duration&) const = default;
};

struct Optional {
  std::shared_ptr<const Value> value = nullptr;  // null: none
};

// Why there is no value. Never leaves Program::evaluate as a Value: it becomes the Error of the Result.
struct Failure {
  std::shared_ptr<const std::string> sentence;
};

class List {
 public:
  virtual ~List() = default;
  virtual std::size_t size() const = 0;
  virtual Value at(std::size_t index) const = 0;
  // The declared list when it has set or map semantics; null for an atomic one.
  virtual const Type* associative() const { return nullptr; }
};

class Map {
 public:
  virtual ~Map() = default;
  virtual std::size_t size() const = 0;
  // In their order (compare.hpp).
  virtual std::vector<Value> keys() const = 0;
  virtual std::optional<Value> find(const Value& key) const = 0;
  // As `map.name`: an object that has a declared type translates the name.
  virtual std::optional<Value> field(std::string_view name) const;
};

class Value {
 public:
  using Storage = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, Text, Bytes, Timestamp,
                               Duration, TypePtr, std::shared_ptr<const List>, std::shared_ptr<const Map>, Optional,
                               std::shared_ptr<const Opaque>, Failure>;

  Value() = default;  // null
  explicit Value(Storage storage) : storage_(std::move(storage)) {}

  static Value boolean(bool value) { return Value(Storage(value)); }
  static Value integer(std::int64_t value) { return Value(Storage(value)); }
  static Value unsigned_integer(std::uint64_t value) { return Value(Storage(value)); }
  static Value real(double value) { return Value(Storage(value)); }
  static Value string(std::string value);
  // The caller keeps the bytes.
  static Value string_view(std::string_view text) { return Value(Storage(Text{nullptr, text})); }
  static Value text(Text text) { return Value(Storage(std::move(text))); }
  static Value bytes(std::string value);
  static Value timestamp(Timestamp value) { return Value(Storage(value)); }
  static Value duration(Duration value) { return Value(Storage(value)); }
  static Value type(TypePtr type) { return Value(Storage(std::move(type))); }
  static Value list(std::vector<Value> items);
  static Value list(std::shared_ptr<const List> items) { return Value(Storage(std::move(items))); }
  // Entries in any order, each key once.
  static Value map(std::vector<std::pair<Value, Value>> entries);
  static Value map(std::shared_ptr<const Map> entries) { return Value(Storage(std::move(entries))); }
  static Value optional_of(Value value);
  static Value none() { return Value(Storage(Optional{})); }
  static Value opaque(Opaque value);
  static Value failure(std::string sentence);

  template <class T>
  const T* get() const {
    return std::get_if<T>(&storage_);
  }
  const Storage& storage() const { return storage_; }
  const List* as_list() const {
    const auto* list = get<std::shared_ptr<const List>>();
    return list == nullptr ? nullptr : list->get();
  }
  const Map* as_map() const {
    const auto* map = get<std::shared_ptr<const Map>>();
    return map == nullptr ? nullptr : map->get();
  }
  // The text of a string or of bytes; empty for every other kind.
  std::string_view view() const;

  bool is_null() const { return storage_.index() == 0; }
  bool is_failure() const { return get<Failure>() != nullptr; }
  // The sentence of a failure.
  const std::string& sentence() const;

  // What type() says of it: list and map without their parameters.
  TypePtr type() const;

 private:
  Storage storage_;
};

}  // namespace cel
