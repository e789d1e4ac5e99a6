// SPDX-License-Identifier: Apache-2.0
// How is one step of a path written, read, ordered and printed?
#include <fmt/format.h>

#include <charconv>

#include "sandbox/objects/managed_fields/field_set.hpp"

namespace objects {
namespace {

using Step = PathElement::Step;

// Numbers before texts before booleans, as the real server orders set items.
int rank(const Value& value) {
  if (value.is_number()) return 0;
  if (value.is_string()) return 1;
  if (value.is_boolean()) return 2;
  if (value.is_array()) return 3;
  if (value.is_object()) return 4;
  return 5;
}

int compare_scalars(const Value& a, const Value& b) {
  if (rank(a) != rank(b)) return rank(a) < rank(b) ? -1 : 1;
  if (a == b) return 0;
  return a < b ? -1 : 1;
}

// Name by name: {a, b} before {a, c}, a prefix first.
int compare_keys(const Value& a, const Value& b) {
  auto one = a.begin();
  auto other = b.begin();
  for (; one != a.end() && other != b.end(); ++one, ++other) {
    if (one.key() != other.key()) return one.key() < other.key() ? -1 : 1;
    if (const int by_value = compare_scalars(one.value(), other.value()); by_value != 0) return by_value;
  }
  if (one == a.end() && other == b.end()) return 0;
  return one == a.end() ? -1 : 1;
}

int compare_elements(const PathElement& a, const PathElement& b) {
  if (a.step != b.step) return a.step < b.step ? -1 : 1;
  switch (a.step) {
    case Step::field: return a.field.compare(b.field);
    case Step::key: return compare_keys(a.value, b.value);
    case Step::value:
    case Step::index: return compare_scalars(a.value, b.value);
  }
  return 0;
}

// As Go writes JSON inside a key: <, > and & are escaped.
std::string escaped(const Value& value) {
  std::string out;
  for (const char c : k8s::json::print(value)) {
    if (c == '<' || c == '>' || c == '&') {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out;
}

k8s::Error bad_element(std::string message) {
  return {.code = k8s::Code::invalid, .message = std::move(message)};
}

}  // namespace

PathElement PathElement::of_field(std::string name) {
  return {.step = Step::field, .field = std::move(name)};
}
PathElement PathElement::of_key(Value keys) {
  return {.step = Step::key, .field = {}, .value = std::move(keys)};
}
PathElement PathElement::of_value(Value scalar) {
  return {.step = Step::value, .field = {}, .value = std::move(scalar)};
}
PathElement PathElement::of_index(std::int64_t index) {
  return {.step = Step::index, .field = {}, .value = index};
}

bool PathElement::operator==(const PathElement& other) const {
  return compare_elements(*this, other) == 0;
}
bool PathElement::operator<(const PathElement& other) const {
  return compare_elements(*this, other) < 0;
}

std::string PathElement::serialized() const {
  switch (step) {
    case Step::field: return "f:" + field;
    case Step::key: return "k:" + escaped(value);
    case Step::value: return "v:" + escaped(value);
    case Step::index: return "i:" + k8s::json::print(value);
  }
  return {};
}

k8s::Result<PathElement> PathElement::parse(std::string_view text) {
  if (text.size() < 2) return bad_element("key must be 2 characters long:");
  if (text[1] != ':') return bad_element(fmt::format("missing colon: {}", text));
  const std::string_view rest = text.substr(2);
  if (text[0] == 'f') return of_field(std::string(rest));
  if (text[0] == 'i') {
    std::int64_t index = 0;
    const auto [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), index);
    if (failed != std::errc() || end != rest.data() + rest.size()) return bad_element("an index that is no number");
    return of_index(index);
  }
  if (text[0] != 'k' && text[0] != 'v') return bad_element("unknown path element type");
  k8s::Result<Value> value = k8s::json::parse_value(rest);
  if (!value) return value.error();
  if (text[0] == 'v') return of_value(std::move(*value));
  if (!value->is_object()) return bad_element("a key that is no object");
  return of_key(std::move(*value));
}

std::string PathElement::text() const {
  switch (step) {
    case Step::field: return "." + field;
    case Step::key: {
      std::string out;
      for (const auto& [name, one] : value.items())
        out += (out.empty() ? "" : ",") + name + "=" + k8s::json::print(one);
      return "[" + out + "]";
    }
    case Step::value: return "[=" + k8s::json::print(value) + "]";
    case Step::index: return "[" + k8s::json::print(value) + "]";
  }
  return {};
}

std::string to_string(const FieldPath& path) {
  std::string out;
  for (const PathElement& element : path) out += element.text();
  return out;
}

}  // namespace objects
