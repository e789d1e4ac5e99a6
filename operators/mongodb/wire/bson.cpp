// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/wire/bson.hpp"

#include <bit>

#include "operators/mongodb/wire/little_endian.hpp"

namespace mongo::bson {

Document::Document(std::initializer_list<Field> fields) {
  Builder builder;
  for (const Field& field : fields) builder.append(field.key, field.value);
  *this = builder.done();
}

k8s::Result<Document> Document::from_bytes(std::string_view bytes) {
  if (auto valid = validate(bytes); !valid) return valid.error();
  return Document(View(bytes));
}

std::optional<Document> Document::document(std::string_view path) const {
  const auto found = find(path);
  if (!found || (!found->is_document() && !found->is_array())) return std::nullopt;
  return Document(found->sub());
}

Value::Value(int value) : type_(Type::int32) {
  append_int32(raw_, value);
}

Value::Value(std::int64_t value) : type_(Type::int64) {
  append_int64(raw_, value);
}

Value::Value(double value) : type_(Type::real) {
  append_int64(raw_, std::bit_cast<std::int64_t>(value));
}

Value::Value(std::string_view value) : type_(Type::string) {
  append_int32(raw_, static_cast<std::int32_t>(value.size() + 1));
  raw_ += value;
  raw_ += '\0';
}

Value::Value(Timestamp value) : type_(Type::timestamp) {
  append_uint32(raw_, value.i);
  append_uint32(raw_, value.t);
}

Value::Value(const OpTime& value) : Value(Document{{"ts", value.ts}, {"t", value.t}}) {}

Value::Value(const ObjectId& value) : type_(Type::object_id) {
  for (const std::uint8_t byte : value.bytes) raw_ += static_cast<char>(byte);
}

Value::Value(Date value) : type_(Type::date) {
  append_int64(raw_, value.ms);
}

Value::Value(const Binary& value) : type_(Type::binary) {
  append_int32(raw_, static_cast<std::int32_t>(value.bytes.size()));
  raw_ += static_cast<char>(value.subtype);
  raw_ += value.bytes;
}

Value::Value(const Document& value) : Value(value.view()) {}

Value::Value(View value) : type_(Type::document), raw_(value.bytes()) {}

Value::Value(const Array& value) : type_(Type::array), raw_(value.as_document().bytes()) {}

Builder::Builder(View from) : bytes_(from.bytes()) {
  bytes_.pop_back();
}

Builder& Builder::append_raw(std::string_view key, Type type, std::string_view raw) {
  bytes_ += static_cast<char>(type);
  bytes_ += key.substr(0, key.find('\0'));
  bytes_ += '\0';
  bytes_ += raw;
  return *this;
}

Builder& Builder::append_all(View fields) & {
  for (const Element& field : fields) append_raw(field.key, field.type, field.raw);
  return *this;
}

Document Builder::done() {
  bytes_ += '\0';
  std::string size;
  append_uint32(size, static_cast<std::uint32_t>(bytes_.size()));
  bytes_.replace(0, size.size(), size);
  Document document;
  document.bytes_ = std::exchange(bytes_, std::string(4, '\0'));
  return document;
}

}  // namespace mongo::bson
