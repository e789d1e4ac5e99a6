// SPDX-License-Identifier: Apache-2.0
// What can be put into a document? One value of any BSON type, and everything that implicitly becomes one.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include "operators/mongodb/wire/bson_view.hpp"

namespace mongo::bson {

class Array;
class Document;

// One owned value of any type, with what implicitly becomes one.
class Value {
 public:
  Value() = default;
  Value(int value);                // NOLINT: implicit by design, as are all below
  Value(std::int64_t value);       // NOLINT
  Value(double value);             // NOLINT
  template <std::same_as<bool> B>  // pointers must not turn into booleans
  Value(B value) : type_(Type::boolean), raw_(1, value ? '\1' : '\0') {}  // NOLINT
  Value(const char* value) : Value(std::string_view(value)) {}            // NOLINT
  Value(const std::string& value) : Value(std::string_view(value)) {}     // NOLINT
  Value(std::string_view value);                                          // NOLINT
  Value(Null) {}                                                          // NOLINT
  Value(Timestamp value);                                                 // NOLINT
  Value(const OpTime& value);                                             // NOLINT
  Value(const ObjectId& value);                                           // NOLINT
  Value(Date value);                                                      // NOLINT
  Value(const Binary& value);                                             // NOLINT
  Value(const Document& value);                                           // NOLINT
  Value(View value);                                                      // NOLINT: as a document
  Value(const Array& value);                                              // NOLINT
  Value(const Element& value) : type_(value.type), raw_(value.raw) {}     // NOLINT: whatever it is, kept as it is

  Type type() const { return type_; }
  std::string_view raw() const { return raw_; }
  // For the getters; points into this value.
  Element element() const { return Element{.key = {}, .type = type_, .raw = raw_}; }

  bool operator==(const Value&) const = default;

 private:
  Type type_ = Type::null;
  std::string raw_;
};

}  // namespace mongo::bson
