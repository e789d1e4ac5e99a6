// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/wire/bson_view.hpp"

#include <bit>
#include <cmath>
#include <cstring>

#include "operators/mongodb/wire/little_endian.hpp"

namespace mongo::bson {
namespace {

constexpr std::string_view kEmpty{"\x05\0\0\0\0", 5};

std::optional<std::size_t> c_string_size(std::string_view bytes) {
  const std::size_t end = bytes.find('\0');
  if (end == std::string_view::npos) return std::nullopt;
  return end + 1;
}

// A length prefix that counts itself (document, code with scope) or does not (string, binary): `extra` bytes are added
// to it.
std::optional<std::size_t> prefixed_size(std::string_view bytes, std::int32_t least, std::size_t extra) {
  if (bytes.size() < 4) return std::nullopt;
  const auto length = load_int32(bytes);
  if (length < least) return std::nullopt;
  return static_cast<std::size_t>(length) + extra;
}

std::optional<std::size_t> regex_size(std::string_view bytes) {
  const auto pattern = c_string_size(bytes);
  if (!pattern) return std::nullopt;
  const auto options = c_string_size(bytes.substr(*pattern));
  if (!options) return std::nullopt;
  return *pattern + *options;
}

// How many of the bytes belong to a value of this type; nothing when they cannot.
std::optional<std::size_t> declared_size(Type type, std::string_view bytes) {
  switch (type) {
    case Type::real:
    case Type::date:
    case Type::timestamp:
    case Type::int64: return 8;
    case Type::int32: return 4;
    case Type::boolean: return 1;
    case Type::object_id: return 12;
    case Type::decimal128: return 16;
    case Type::undefined:
    case Type::null:
    case Type::min_key:
    case Type::max_key: return 0;
    case Type::document:
    case Type::array: return prefixed_size(bytes, 5, 0);
    case Type::code_with_scope: return prefixed_size(bytes, 14, 0);
    case Type::binary: return prefixed_size(bytes, 0, 5);
    case Type::string:
    case Type::code:
    case Type::symbol: return prefixed_size(bytes, 1, 4);
    case Type::db_pointer: return prefixed_size(bytes, 1, 16);
    case Type::regex: return regex_size(bytes);
  }
  return std::nullopt;
}

std::optional<std::size_t> value_size(Type type, std::string_view bytes) {
  const auto size = declared_size(type, bytes);
  if (!size || *size > bytes.size()) return std::nullopt;
  return size;
}

}  // namespace

void Iterator::advance() {
  at_end_ = true;
  if (rest_.empty()) return;
  malformed_ = true;
  const auto type = static_cast<Type>(static_cast<std::uint8_t>(rest_[0]));
  const auto key = c_string_size(rest_.substr(1));
  if (!key) return;
  const std::string_view value = rest_.substr(1 + *key);
  const auto size = value_size(type, value);
  if (!size) return;
  here_ = Element{.key = rest_.substr(1, *key - 1), .type = type, .raw = value.substr(0, *size)};
  rest_ = value.substr(*size);
  at_end_ = false;
  malformed_ = false;
}

Iterator View::begin() const {
  const std::string_view all = bytes();
  return Iterator(all.substr(4, all.size() - 5));
}

std::string_view View::bytes() const {
  return bytes_.size() < kEmpty.size() ? kEmpty : bytes_;
}

std::size_t View::size() const {
  return static_cast<std::size_t>(std::distance(begin(), end()));
}

std::string_view View::first_key() const {
  const Iterator first = begin();
  return first == end() ? std::string_view{} : first->key;
}

std::optional<Element> View::find(std::string_view path) const {
  const std::size_t dot = path.find('.');
  const std::string_view head = path.substr(0, dot);
  for (const Element& element : *this) {
    if (element.key != head) continue;
    if (dot == std::string_view::npos) return element;
    return element.sub().find(path.substr(dot + 1));
  }
  return std::nullopt;
}

View View::sub(std::string_view path) const {
  const auto found = find(path);
  return found ? found->sub() : View{};
}

View Element::sub() const {
  return type == Type::document || type == Type::array ? View(raw) : View();
}

std::optional<std::int64_t> Element::number() const {
  if (type == Type::int32) return load_int32(raw);
  if (type == Type::int64) return load_int64(raw);
  if (type == Type::boolean) return raw[0] != 0 ? 1 : 0;
  if (type != Type::real) return std::nullopt;
  const double value = std::bit_cast<double>(load_int64(raw));
  // The bounds are exact: 2^63 itself does not fit.
  if (!(value >= -0x1.0p63 && value < 0x1.0p63) || std::trunc(value) != value) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

std::optional<double> Element::real() const {
  if (type == Type::real) return std::bit_cast<double>(load_int64(raw));
  if (type == Type::int32) return load_int32(raw);
  if (type == Type::int64) return static_cast<double>(load_int64(raw));
  return std::nullopt;
}

std::optional<bool> Element::boolean() const {
  if (type == Type::boolean) return raw[0] != 0;
  const auto value = real();
  return value ? std::optional(*value != 0) : std::nullopt;
}

std::optional<std::string> Element::string() const {
  if (type != Type::string && type != Type::symbol) return std::nullopt;
  return std::string(raw.substr(4, raw.size() - 5));
}

std::optional<ObjectId> Element::object_id() const {
  if (type != Type::object_id) return std::nullopt;
  ObjectId id;
  std::memcpy(id.bytes.data(), raw.data(), id.bytes.size());
  return id;
}

std::optional<Date> Element::date() const {
  if (type != Type::date) return std::nullopt;
  return Date{.ms = load_int64(raw)};
}

std::optional<Timestamp> Element::timestamp() const {
  if (type != Type::timestamp) return std::nullopt;
  return Timestamp{.t = load_uint32(raw.substr(4)), .i = load_uint32(raw)};
}

std::optional<Binary> Element::binary() const {
  if (type != Type::binary) return std::nullopt;
  return Binary{.bytes = std::string(raw.substr(5)), .subtype = static_cast<std::uint8_t>(raw[4])};
}

std::optional<OpTime> Element::op_time() const {
  const auto ts = sub().timestamp("ts");
  const auto t = sub().number("t");
  if (!ts || !t) return std::nullopt;
  return OpTime{.ts = *ts, .t = *t};
}

}  // namespace mongo::bson
