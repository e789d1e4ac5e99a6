// SPDX-License-Identifier: Apache-2.0
// What does an object say? Reading a JSON value along a path without asking at each step whether it is there.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "libk8s/base/clock.hpp"
#include "libk8s/json/value.hpp"

namespace controllers {

using Value = k8s::json::Value;
using Path = std::initializer_list<std::string_view>;

// Null where there is nothing. References are into `value`, or to something that lives for ever.
const Value& at(const Value& value, Path path);
// Empty where there is no string.
const std::string& text(const Value& value, Path path);
std::int64_t number(const Value& value, Path path, std::int64_t otherwise);
std::optional<std::int64_t> number(const Value& value, Path path);
bool flag(const Value& value, Path path, bool otherwise);
// An empty array where there is none.
const Value& elements(const Value& value, Path path);
// An empty object where there is none.
const Value& members(const Value& value, Path path);
// A metav1.Time or MicroTime.
std::optional<k8s::Wall> time(const Value& value, Path path);
// As a metav1.Time.
std::string stamp(k8s::Wall wall);

// Places in namespaces; a key is all that a controller is woken with.
struct Key {
  std::string ns;
  std::string name;
  auto operator<=>(const Key&) const = default;
};
Key key_of(const Value& object);

// metadata
const std::string& name_of(const Value& object);
const std::string& namespace_of(const Value& object);
const std::string& uid_of(const Value& object);
const Value& labels_of(const Value& object);
const std::string& label(const Value& object, std::string_view key);
const std::string& annotation(const Value& object, std::string_view key);
bool is_terminating(const Value& object);  // deletionTimestamp is set
bool has_finalizer(const Value& object, std::string_view finalizer);
std::int64_t generation_of(const Value& object);
k8s::Wall created_at(const Value& object);  // the epoch when it does not say

// An array of strings.
bool contains(const Value& array, std::string_view text);
void remove_text(Value& array, std::string_view text);

// value[path…] is there afterwards, an object at every step.
Value& make_at(Value& value, Path path);

// "50%" of `total` or a plain count; nothing for anything else.
enum class Round { down, up };
std::optional<std::int64_t> scaled(const Value& int_or_percent, std::int64_t total, Round round);

}  // namespace controllers
