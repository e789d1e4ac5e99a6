// SPDX-License-Identifier: Apache-2.0
// What does a BSON document say? Reading without copying and without trust: every step is bounds-checked, so a
// malformed document reads as a shorter one and is never undefined behaviour. Bytes from outside pass validate() (in
// bson.hpp: Document::from_bytes) first.
//
//   for (const bson::Element& member : status.sub("members")) use(member.sub().string("name"));
//   const auto term = hello.number("lastWrite.opTime.t");   // nothing when missing or not a number
//
// A View and an Element point into bytes owned by somebody else (a Document); they live no longer than it.
#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "libk8s/base/result.hpp"
#include "operators/mongodb/wire/bson_types.hpp"

namespace mongo::bson {

class View;
class Document;

// One value of a document: its key ("0", "1" … in an array), its type byte, and its bytes after the key.
struct Element {
  std::string_view key;
  Type type = Type::null;
  std::string_view raw;

  // Lenient: int32, int64, or a double or boolean that is a whole number in range.
  std::optional<std::int64_t> number() const;
  std::optional<double> real() const;
  // A boolean, or a number (0 is false), as the server reads flags.
  std::optional<bool> boolean() const;
  std::optional<std::string> string() const;
  std::optional<ObjectId> object_id() const;
  std::optional<Date> date() const;
  std::optional<Timestamp> timestamp() const;
  std::optional<Binary> binary() const;
  // {ts: Timestamp, t: number}; a bare Timestamp (protocol version 0) has no term and is refused.
  std::optional<OpTime> op_time() const;
  bool is_document() const { return type == Type::document; }
  bool is_array() const { return type == Type::array; }
  // The embedded document or array; empty for any other type.
  View sub() const;
};

// The getters of View and Document. A path is dotted, an array element is named by its index: "members.0.host". Keys
// that contain a dot are reached by iteration only.
template <class Self>
class Readable {
 public:
  std::optional<std::int64_t> number(std::string_view path) const { return get(path, &Element::number); }
  std::optional<double> real(std::string_view path) const { return get(path, &Element::real); }
  std::optional<bool> boolean(std::string_view path) const { return get(path, &Element::boolean); }
  std::optional<std::string> string(std::string_view path) const { return get(path, &Element::string); }
  std::optional<ObjectId> object_id(std::string_view path) const { return get(path, &Element::object_id); }
  std::optional<Date> date(std::string_view path) const { return get(path, &Element::date); }
  std::optional<Timestamp> timestamp(std::string_view path) const { return get(path, &Element::timestamp); }
  std::optional<Binary> binary(std::string_view path) const { return get(path, &Element::binary); }
  std::optional<OpTime> op_time(std::string_view path) const { return get(path, &Element::op_time); }
  bool has(std::string_view path) const { return self().find(path).has_value(); }
  // True when the value is there and says so: an absent flag is false.
  bool flag(std::string_view path) const { return boolean(path).value_or(false); }

 private:
  const Self& self() const { return static_cast<const Self&>(*this); }
  template <class T>
  std::optional<T> get(std::string_view path, std::optional<T> (Element::*as)() const) const {
    const std::optional<Element> found = self().find(path);
    return found ? ((*found).*as)() : std::nullopt;
  }
};

// Elements in the order of the bytes. Ends early at the first malformed one.
class Iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = Element;
  using difference_type = std::ptrdiff_t;
  using pointer = const Element*;
  using reference = const Element&;

  Iterator() = default;
  explicit Iterator(std::string_view elements) : rest_(elements) { advance(); }

  const Element& operator*() const { return here_; }
  const Element* operator->() const { return &here_; }
  Iterator& operator++() {
    advance();
    return *this;
  }
  // All ends are equal; two positions of one document are equal when as much is left.
  bool operator==(const Iterator& other) const {
    return at_end_ == other.at_end_ && (at_end_ || rest_.data() == other.rest_.data());
  }
  // True when the end was reached because of malformed bytes.
  bool malformed() const { return malformed_; }

 private:
  void advance();

  std::string_view rest_;
  Element here_;
  bool at_end_ = true;
  bool malformed_ = false;
};

// A document somebody else owns. A default one is the empty document.
class View : public Readable<View> {
 public:
  View() = default;
  explicit View(std::string_view bytes) : bytes_(bytes) {}

  Iterator begin() const;
  Iterator end() const { return {}; }
  bool empty() const { return begin() == end(); }
  std::size_t size() const;
  std::string_view bytes() const;
  // The first element's key: a command's name.
  std::string_view first_key() const;

  std::optional<Element> find(std::string_view path) const;
  // The document or array at the path; empty when there is none, so that it can be iterated without asking.
  View sub(std::string_view path) const;

  bool operator==(const View& other) const { return bytes() == other.bytes(); }

 private:
  std::string_view bytes_;
};

// Documents nested deeper are refused (the server's own limit is 180 for storage, 200 on the wire).
inline constexpr int kMaxDepth = 200;

// Exactly one well-formed document: lengths, types, terminators, UTF-8 of keys and strings, depth.
k8s::Result<void> validate(std::string_view bytes);

// Turns a missing value into an Error that names it: bson::required(doc.number("term"), "term").
template <class T>
k8s::Result<T> required(std::optional<T> value, std::string_view name) {
  if (value) return *std::move(value);
  return k8s::Error{.code = k8s::Code::invalid, .message = std::string(name) + ": missing or of another type"};
}

}  // namespace mongo::bson
