// SPDX-License-Identifier: Apache-2.0
// One field list per type: decode, encode and the schema check all walk it, so they cannot disagree.
//
//   struct Storage {
//     Quantity size;
//     std::optional<std::string> storage_class_name;
//     bool operator==(const Storage&) const = default;
//     template <class Self, class Visitor>
//     static void fields(Self& self, Visitor& visit) {
//       visit("size", self.size);
//       visit("storageClassName", self.storage_class_name);
//     }
//   };
//
// Decode: a missing or null member leaves the default; a member of the wrong kind is an error that names its path;
// unknown members are ignored (the API server has pruned or kept them on purpose). Encode: empty optionals, strings,
// containers and objects are left out; numbers and booleans are always written (use optional where absence means
// something).
//
// A scalar type of its own (Quantity, an enum) joins by two overloads found by argument-dependent lookup:
//   std::string to_text(const T&);   bool from_text(std::string_view, T&);
#pragma once

#include <concepts>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "libk8s/base/clock.hpp"
#include "libk8s/base/strong.hpp"
#include "libk8s/json/node.hpp"
#include "libk8s/json/value.hpp"

namespace k8s::json {

namespace detail {
struct AnyVisitor {
  template <class T>
  void operator()(const char*, T&) {}
};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsMap : std::false_type {};
template <class T>
struct IsMap<std::map<std::string, T>> : std::true_type {};
template <class T>
struct IsStrong : std::false_type {};
template <class T>
struct IsStrong<Strong<T>> : std::true_type {};
template <class T>
struct IsVariant : std::false_type {};
template <class... T>
struct IsVariant<std::variant<T...>> : std::true_type {};
}  // namespace detail

template <class T>
concept WithFields = requires(T& value, detail::AnyVisitor& visitor) { T::fields(value, visitor); };
template <class T>
concept WithText = requires(const T& value, T& out, std::string_view text) {
  { to_text(value) } -> std::convertible_to<std::string>;
  { from_text(text, out) } -> std::convertible_to<bool>;
};
template <class T>
concept Variant = detail::IsVariant<T>::value;

// ---- decode

class Decoder {
 public:
  // The first thing that did not fit, as "spec.storage.size: expected string, got integer"; empty when all went well.
  const std::string& problem() const { return problem_; }

  template <class T>
  void read(const Node& node, T& out);

 private:
  struct Member {
    Decoder& decoder;
    const Node& object;
    template <class T>
    void operator()(const char* member, T& out) {
      const std::optional<Node> child = object.get(member);
      if (!child) return;
      decoder.enter(member, [&] { decoder.read(*child, out); });
    }
  };

  template <class Inside>
  void enter(std::string_view step, Inside&& inside) {
    const std::size_t length = path_.size();
    if (!path_.empty()) path_ += '.';
    path_ += step;
    inside();
    path_.resize(length);
  }
  void expected(std::string_view what, const Node& node);

  std::string path_;
  std::string problem_;
};

template <class T>
Result<T> decode(const Node& node) {
  T value{};
  Decoder decoder;
  decoder.read(node, value);
  if (!decoder.problem().empty()) return Error{.code = Code::invalid, .message = decoder.problem()};
  return value;
}

template <class T>
Result<T> decode_text(std::string_view text) {
  Parser parser;
  Result<Node> node = parser.parse(text);
  if (!node) return node.error();
  return decode<T>(*node);
}

// ---- encode

template <class T>
Value encode(const T& value);

namespace detail {
inline bool is_nothing(const Value& value) {
  return value.is_null() || ((value.is_object() || value.is_array() || value.is_string()) && value.empty()) ||
         (value.is_string() && value.get_ref<const std::string&>().empty());
}

struct Encoder {
  Value& object;
  template <class T>
  void operator()(const char* member, const T& field) {
    Value value = encode(field);
    if (!is_nothing(value)) object[member] = std::move(value);
  }
};
}  // namespace detail

template <class T>
Value encode(const T& value) {
  if constexpr (std::same_as<T, Value>) {
    return value;
  } else if constexpr (std::same_as<T, Compact>) {
    return value.value();
  } else if constexpr (std::same_as<T, std::string> || std::same_as<T, bool> || std::is_arithmetic_v<T>) {
    return value;
  } else if constexpr (detail::IsStrong<T>::value) {
    return value.str();
  } else if constexpr (std::same_as<T, Wall>) {
    return to_rfc3339_micro(value);
  } else if constexpr (std::same_as<T, WallSeconds>) {
    return to_rfc3339(Wall{value});
  } else if constexpr (std::same_as<T, Millis> || std::same_as<T, Seconds>) {
    return value.count();
  } else if constexpr (std::same_as<T, Monotonic>) {
    return value.time_since_epoch().count();
  } else if constexpr (detail::IsOptional<T>::value) {
    return value ? encode(*value) : Value(nullptr);
  } else if constexpr (detail::IsVector<T>::value) {
    Value array = Value::array();
    for (const auto& item : value) array.push_back(encode(item));
    return array;
  } else if constexpr (detail::IsMap<T>::value) {
    Value object = Value::object();
    for (const auto& [key, item] : value) object[key] = encode(item);
    return object;
  } else if constexpr (Variant<T>) {
    // {"evict": {…}}: each alternative names itself by `static constexpr const char* kName`.
    return std::visit([](const auto& one) { return Value{{std::decay_t<decltype(one)>::kName, encode(one)}}; }, value);
  } else if constexpr (WithText<T>) {
    return to_text(value);
  } else {
    static_assert(WithFields<const T> || WithFields<T>, "give the type a field list, or to_text and from_text");
    Value object = Value::object();
    detail::Encoder encoder{object};
    T::fields(value, encoder);
    return object;
  }
}

// ---- decode, continued

template <class T>
void Decoder::read(const Node& node, T& out) {
  if constexpr (std::same_as<T, Value>) {
    out = node.to_value();
  } else if constexpr (std::same_as<T, Compact>) {
    out = Compact{node.to_value()};
  } else if constexpr (std::same_as<T, bool>) {
    if (const auto value = node.boolean())
      out = *value;
    else
      expected("boolean", node);
  } else if constexpr (std::integral<T>) {
    const auto value = node.integer();
    if (value && std::in_range<T>(*value))
      out = static_cast<T>(*value);
    else
      expected("integer", node);
  } else if constexpr (std::floating_point<T>) {
    if (const auto value = node.number())
      out = static_cast<T>(*value);
    else
      expected("number", node);
  } else if constexpr (std::same_as<T, Millis> || std::same_as<T, Seconds>) {
    if (const auto value = node.integer())
      out = T{*value};
    else
      expected("integer", node);
  } else if constexpr (std::same_as<T, Monotonic>) {
    if (const auto value = node.integer())
      out = Monotonic{Millis{*value}};
    else
      expected("integer", node);
  } else if constexpr (std::same_as<T, std::string>) {
    if (const auto value = node.string())
      out = std::string{*value};
    else
      expected("string", node);
  } else if constexpr (detail::IsStrong<T>::value) {
    if (const auto value = node.string())
      out = T{*value};
    else
      expected("string", node);
  } else if constexpr (std::same_as<T, WallSeconds>) {
    Wall time{};
    read(node, time);
    out = to_seconds(time);
  } else if constexpr (std::same_as<T, Wall>) {
    const auto text = node.string();
    const auto time = text ? from_rfc3339(*text) : std::nullopt;
    if (time)
      out = *time;
    else
      expected("RFC 3339 time", node);
  } else if constexpr (detail::IsOptional<T>::value) {
    typename T::value_type value{};
    read(node, value);
    out = std::move(value);
  } else if constexpr (detail::IsVector<T>::value) {
    if (node.kind() != Kind::array) return expected("array", node);
    out.clear();
    node.each_element([&](Node item) { enter(std::to_string(out.size()), [&] { read(item, out.emplace_back()); }); });
  } else if constexpr (detail::IsMap<T>::value) {
    if (node.kind() != Kind::object) return expected("object", node);
    out.clear();
    node.each_member([&](std::string_view key, Node item) { enter(key, [&] { read(item, out[std::string{key}]); }); });
  } else if constexpr (WithText<T>) {
    const auto text = node.string();
    if (!text || !from_text(*text, out)) expected("another value", node);
  } else {
    static_assert(WithFields<T>, "give the type a field list, or to_text and from_text");
    if (node.kind() != Kind::object) return expected("object", node);
    Member member{*this, node};
    T::fields(out, member);
  }
}

}  // namespace k8s::json
