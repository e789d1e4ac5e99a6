// SPDX-License-Identifier: Apache-2.0
// How is a BSON document held and made? Owning values; reading is in bson_view.hpp, changing a copy in bson_edit.hpp,
// text in bson_json.hpp.
//
//   Document command{{"replSetFreeze", 10}};
//   Document update = Builder{}
//                         .append("update", "c")
//                         .append("updates", Array{Document{{"q", Document{{"_id", 1}}}, {"u", Document{{"$inc",
//                         Document{{"n", 1}}}}}}}) .done();
//
// An int is written as int32, a std::int64_t as int64. The order of fields is kept.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libk8s/base/result.hpp"
#include "operators/mongodb/wire/bson_value.hpp"
#include "operators/mongodb/wire/bson_view.hpp"

namespace mongo::bson {

class Array;
struct Field;

// An owned document: copyable, compared by its bytes. A default one (and a moved-from one) is the empty document.
class Document : public Readable<Document> {
 public:
  Document() = default;
  Document(std::initializer_list<Field> fields);
  explicit Document(View view) : bytes_(view.bytes()) {}

  // The way in for bytes from outside.
  static k8s::Result<Document> from_bytes(std::string_view bytes);

  View view() const { return View(bytes_); }
  operator View() const { return view(); }  // NOLINT: a Document reads as its View
  std::string_view bytes() const { return view().bytes(); }
  Iterator begin() const { return view().begin(); }
  Iterator end() const { return {}; }
  bool empty() const { return view().empty(); }
  std::size_t size() const { return view().size(); }
  std::string_view first_key() const { return view().first_key(); }
  std::optional<Element> find(std::string_view path) const { return view().find(path); }
  View sub(std::string_view path) const { return view().sub(path); }
  // A copy of the embedded document or array, nothing when there is none.
  std::optional<Document> document(std::string_view path) const;

  bool operator==(const Document& other) const { return bytes() == other.bytes(); }

 private:
  friend class Builder;
  std::string bytes_;
};

struct Field {
  Field(std::string_view its_key, Value its_value) : key(its_key), value(std::move(its_value)) {}

  std::string_view key;
  Value value;
};

// Appends in order. Keys are not checked for duplicates (BSON allows them); a key ends at its first NUL, which BSON
// cannot hold.
class Builder {
 public:
  Builder() : bytes_(4, '\0') {}
  // Goes on after the fields that `from` has.
  explicit Builder(View from);

  Builder& append(std::string_view key, const Value& value) & { return append_raw(key, value.type(), value.raw()); }
  Builder&& append(std::string_view key, const Value& value) && {
    append(key, value);
    return std::move(*this);
  }
  // Nothing is appended when there is no value.
  template <class T>
  Builder& append_if(std::string_view key, const std::optional<T>& value) & {
    if (value) append(key, Value(*value));
    return *this;
  }
  template <class T>
  Builder&& append_if(std::string_view key, const std::optional<T>& value) && {
    append_if(key, value);
    return std::move(*this);
  }
  // Every element of `fields`, as it is.
  Builder& append_all(View fields) &;
  Builder&& append_all(View fields) && {
    append_all(fields);
    return std::move(*this);
  }

  // The document; the builder is empty afterwards.
  Document done();

 private:
  Builder& append_raw(std::string_view key, Type type, std::string_view raw);

  std::string bytes_;
};

// An array being made: a document whose keys are "0", "1" …
class Array {
 public:
  Array() = default;
  Array(std::initializer_list<Value> values) {
    for (const Value& value : values) append(value);
  }
  template <class T>
  explicit Array(const std::vector<T>& values) {
    for (const T& value : values) append(Value(value));
  }

  Array& append(const Value& value) {
    builder_.append(std::to_string(size_++), value);
    return *this;
  }
  std::size_t size() const { return size_; }
  // Its elements under their indexes.
  Document as_document() const { return Builder(builder_).done(); }

 private:
  Builder builder_;
  std::size_t size_ = 0;
};

}  // namespace mongo::bson
