// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/object.hpp"

#include <algorithm>
#include <charconv>

namespace controllers {

const Value& at(const Value& value, Path path) {
  static const Value kNull;
  const Value* here = &value;
  for (const std::string_view step : path) {
    if (!here->is_object()) return kNull;
    const auto found = here->find(step);
    if (found == here->end()) return kNull;
    here = &*found;
  }
  return *here;
}

const std::string& text(const Value& value, Path path) {
  static const std::string kEmpty;
  const Value& found = at(value, path);
  return found.is_string() ? found.get_ref<const std::string&>() : kEmpty;
}

std::optional<std::int64_t> number(const Value& value, Path path) {
  const Value& found = at(value, path);
  return found.is_number_integer() ? std::optional{found.get<std::int64_t>()} : std::nullopt;
}

std::int64_t number(const Value& value, Path path, std::int64_t otherwise) {
  return number(value, path).value_or(otherwise);
}

bool flag(const Value& value, Path path, bool otherwise) {
  const Value& found = at(value, path);
  return found.is_boolean() ? found.get<bool>() : otherwise;
}

const Value& elements(const Value& value, Path path) {
  static const Value kNone = Value::array();
  const Value& found = at(value, path);
  return found.is_array() ? found : kNone;
}

const Value& members(const Value& value, Path path) {
  static const Value kNone = Value::object();
  const Value& found = at(value, path);
  return found.is_object() ? found : kNone;
}

std::optional<k8s::Wall> time(const Value& value, Path path) {
  return k8s::from_rfc3339(text(value, path));
}

std::string stamp(k8s::Wall wall) {
  return k8s::to_rfc3339(wall);
}

Key key_of(const Value& object) {
  return {.ns = namespace_of(object), .name = name_of(object)};
}

const std::string& name_of(const Value& object) {
  return text(object, {"metadata", "name"});
}

const std::string& namespace_of(const Value& object) {
  return text(object, {"metadata", "namespace"});
}

const std::string& uid_of(const Value& object) {
  return text(object, {"metadata", "uid"});
}

const Value& labels_of(const Value& object) {
  return members(object, {"metadata", "labels"});
}

const std::string& label(const Value& object, std::string_view key) {
  return text(object, {"metadata", "labels", key});
}

const std::string& annotation(const Value& object, std::string_view key) {
  return text(object, {"metadata", "annotations", key});
}

bool is_terminating(const Value& object) {
  return at(object, {"metadata", "deletionTimestamp"}).is_string();
}

bool has_finalizer(const Value& object, std::string_view finalizer) {
  return contains(elements(object, {"metadata", "finalizers"}), finalizer);
}

std::int64_t generation_of(const Value& object) {
  return number(object, {"metadata", "generation"}, 0);
}

k8s::Wall created_at(const Value& object) {
  return time(object, {"metadata", "creationTimestamp"}).value_or(k8s::Wall{});
}

bool contains(const Value& array, std::string_view text) {
  return std::any_of(array.begin(), array.end(),
                     [&](const Value& item) { return item.is_string() && item.get_ref<const std::string&>() == text; });
}

void remove_text(Value& array, std::string_view text) {
  if (!array.is_array()) return;
  Value kept = Value::array();
  for (Value& item : array) {
    if (!item.is_string() || item.get_ref<const std::string&>() != text) kept.push_back(std::move(item));
  }
  array = std::move(kept);
}

Value& make_at(Value& value, Path path) {
  Value* here = &value;
  for (const std::string_view step : path) {
    Value& next = (*here)[std::string{step}];
    if (next.is_null()) next = Value::object();
    here = &next;
  }
  return *here;
}

std::optional<std::int64_t> scaled(const Value& int_or_percent, std::int64_t total, Round round) {
  if (int_or_percent.is_number_integer()) return int_or_percent.get<std::int64_t>();
  const std::string& words = text(int_or_percent, {});
  if (words.size() < 2 || words.back() != '%') return std::nullopt;
  std::int64_t percent = 0;
  const char* end = words.data() + words.size() - 1;
  const auto [stop, error] = std::from_chars(words.data(), end, percent);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return (percent * total + (round == Round::up ? 99 : 0)) / 100;
}

}  // namespace controllers
