// SPDX-License-Identifier: Apache-2.0
// Is this exactly one well-formed BSON document?
//
// libbson's bson_validate() recurses as deep as its input says, so it cannot be the first to see bytes from a socket:
// this one counts its depth. The unit tests compare the two.
#include <array>

#include "operators/mongodb/wire/bson_view.hpp"
#include "operators/mongodb/wire/little_endian.hpp"
#include "operators/mongodb/wire/utf8.hpp"

namespace mongo::bson {
namespace {

k8s::Result<void> malformed(std::string_view what) {
  return k8s::Error{.code = k8s::Code::invalid, .message = "malformed BSON: " + std::string(what)};
}

// A length-prefixed string's content; nothing when its length or terminator is wrong or it is not UTF-8.
bool is_string(std::string_view raw) {
  return raw.size() >= 5 && static_cast<std::size_t>(load_int32(raw)) + 4 == raw.size() && raw.back() == '\0' &&
         is_utf8(raw.substr(4, raw.size() - 5));
}

k8s::Result<void> validate_document(std::string_view bytes, int depth);

k8s::Result<void> validate_code_with_scope(std::string_view raw, int depth) {
  if (raw.size() < 14) return malformed("code with scope is too short");
  const auto length = load_int32(raw.substr(4));
  const std::string_view rest = raw.substr(4);
  if (length < 1 || static_cast<std::size_t>(length) + 4 > rest.size())
    return malformed("code with scope has a wrong length");
  const std::size_t code_size = static_cast<std::size_t>(length) + 4;
  if (!is_string(rest.substr(0, code_size))) return malformed("code is not a string");
  return validate_document(rest.substr(code_size), depth + 1);
}

k8s::Result<void> validate_binary(std::string_view raw) {
  // Subtype 2 carries a second length.
  if (static_cast<std::uint8_t>(raw[4]) != 2) return {};
  if (raw.size() < 9 || static_cast<std::size_t>(load_uint32(raw.substr(5))) + 9 != raw.size()) {
    return malformed("binary of subtype 2 has a wrong length");
  }
  return {};
}

k8s::Result<void> validate_element(const Element& element, int depth) {
  if (!is_utf8(element.key)) return malformed("a key is not UTF-8");
  switch (element.type) {
    case Type::string:
    case Type::code:
    case Type::symbol:
      if (!is_string(element.raw)) return malformed("'" + std::string(element.key) + "' is not a string");
      return {};
    case Type::db_pointer:
      if (!is_string(element.raw.substr(0, element.raw.size() - 12)))
        return malformed("a pointer's name is not a string");
      return {};
    case Type::boolean:
      if (static_cast<std::uint8_t>(element.raw[0]) > 1) return malformed("a boolean is neither 0 nor 1");
      return {};
    case Type::regex:
      if (!is_utf8(element.raw)) return malformed("a regular expression is not UTF-8");
      return {};
    case Type::document:
    case Type::array: return validate_document(element.raw, depth + 1);
    case Type::code_with_scope: return validate_code_with_scope(element.raw, depth);
    case Type::binary: return validate_binary(element.raw);
    case Type::real:
    case Type::undefined:
    case Type::object_id:
    case Type::date:
    case Type::null:
    case Type::int32:
    case Type::timestamp:
    case Type::int64:
    case Type::decimal128:
    case Type::max_key:
    case Type::min_key: return {};
  }
  return malformed("unknown type");
}

k8s::Result<void> validate_document(std::string_view bytes, int depth) {
  if (depth > kMaxDepth) return malformed("nested too deep");
  if (bytes.size() < 5 || static_cast<std::size_t>(load_uint32(bytes)) != bytes.size())
    return malformed("wrong length");
  if (bytes.back() != '\0') return malformed("no terminator");
  Iterator at(bytes.substr(4, bytes.size() - 5));
  for (; at != Iterator(); ++at) {
    auto valid = validate_element(*at, depth);
    if (!valid) return valid;
  }
  return at.malformed() ? malformed("an element does not fit") : k8s::Result<void>{};
}

}  // namespace

k8s::Result<void> validate(std::string_view bytes) {
  return validate_document(bytes, 1);
}

}  // namespace mongo::bson
