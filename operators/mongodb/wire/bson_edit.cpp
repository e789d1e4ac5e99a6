// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/wire/bson_edit.hpp"

namespace mongo::bson {
namespace {

struct Path {
  std::string_view head;
  std::string_view tail;  // empty at the last step
};

Path split(std::string_view path) {
  const std::size_t dot = path.find('.');
  if (dot == std::string_view::npos) return Path{.head = path, .tail = {}};
  return Path{.head = path.substr(0, dot), .tail = path.substr(dot + 1)};
}

Value rewrapped(Type type, const Document& changed) {
  return Value(Element{.key = {}, .type = type, .raw = changed.bytes()});
}

bool holds_others(const Element& element) {
  return element.is_document() || element.is_array();
}

enum class Kind { document, array };

Document set_in(View from, Kind kind, std::string_view path, const Value& value) {
  const Path step = split(path);
  Builder out;
  bool found = false;
  std::size_t size = 0;
  for (const Element& element : from) {
    ++size;
    if (found || element.key != step.head) {
      out.append(element.key, element);
      continue;
    }
    found = true;
    if (step.tail.empty()) {
      out.append(element.key, value);
    } else if (holds_others(element)) {
      const Kind inner = element.is_array() ? Kind::array : Kind::document;
      out.append(element.key, rewrapped(element.type, set_in(element.sub(), inner, step.tail, value)));
    } else {
      out.append(element.key, set_in({}, Kind::document, step.tail, value));
    }
  }
  if (found) return out.done();
  const std::string key = kind == Kind::array ? std::to_string(size) : std::string(step.head);
  return out.append(key, step.tail.empty() ? value : Value(set_in({}, Kind::document, step.tail, value))).done();
}

Document removed_from(View from, Kind kind, std::string_view path) {
  const Path step = split(path);
  Builder out;
  std::size_t next = 0;
  for (const Element& element : from) {
    const bool here = element.key == step.head;
    if (here && step.tail.empty()) continue;
    const std::string key = kind == Kind::array ? std::to_string(next++) : std::string(element.key);
    if (here && holds_others(element)) {
      const Kind inner = element.is_array() ? Kind::array : Kind::document;
      out.append(key, rewrapped(element.type, removed_from(element.sub(), inner, step.tail)));
    } else {
      out.append(key, element);
    }
  }
  return out.done();
}

}  // namespace

Document with(View from, std::string_view path, const Value& value) {
  return set_in(from, Kind::document, path, value);
}

Document without(View from, std::string_view path) {
  return removed_from(from, Kind::document, path);
}

Document with_appended(View from, std::string_view path, const Value& value) {
  const auto array = from.find(path);
  if (!array || !array->is_array()) return with(from, path, Array{value});
  Builder longer(array->sub());
  longer.append(std::to_string(array->sub().size()), value);
  return with(from, path, rewrapped(Type::array, longer.done()));
}

}  // namespace mongo::bson
