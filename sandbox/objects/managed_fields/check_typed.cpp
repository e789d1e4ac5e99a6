// SPDX-License-Identifier: Apache-2.0
// Does an object have the shape that its schema gives it, as server-side apply demands before anything else?
#include <fmt/format.h>

#include <set>

#include "sandbox/objects/managed_fields/type_ref.hpp"
#include "sandbox/objects/managed_fields/typed.hpp"

namespace objects {
namespace {

// A value as Go's %#v, %v and %T show it: these appear in messages.
std::string go_syntax(const Value& value) {
  if (value.is_object()) {
    std::string out;
    for (const auto& [key, one] : value.items())
      out += (out.empty() ? "" : ", ") + quoted(Value(key)) + ":" + go_syntax(one);
    return "map[string]interface {}{" + out + "}";
  }
  if (value.is_array()) {
    std::string out;
    for (const Value& one : value) out += (out.empty() ? "" : ", ") + go_syntax(one);
    return "[]interface {}{" + out + "}";
  }
  return value.is_null() ? "interface {}(nil)" : k8s::json::print(value);
}

std::string go_plain(const Value& value) {
  if (value.is_object()) {
    std::string out;
    for (const auto& [key, one] : value.items()) out += (out.empty() ? "" : " ") + key + ":" + go_plain(one);
    return "map[" + out + "]";
  }
  if (value.is_array()) {
    std::string out;
    for (const Value& one : value) out += (out.empty() ? "" : " ") + go_plain(one);
    return "[" + out + "]";
  }
  if (value.is_null()) return "<nil>";
  return value.is_string() ? value.get<std::string>() : k8s::json::print(value);
}

std::string_view go_type(const Value& value) {
  if (value.is_object()) return "map[string]interface {}";
  if (value.is_array()) return "[]interface {}";
  if (value.is_boolean()) return "bool";
  if (value.is_string()) return "string";
  return value.is_number_float() ? "float64" : "int64";
}

class Checker {
 public:
  explicit Checker(Duplicates duplicates) : duplicates_(duplicates) {}

  void visit(const Value& value, const TypeRef& type, const std::string& path) {
    switch (type.shape_for(&value)) {
      case Shape::map: return map(value, type, path);
      case Shape::scalar: return scalar(value, type.scalar(), path);
      case Shape::list: return list(value, type, path);
    }
  }

  std::string text() const {
    if (errors_.size() == 1) return errors_.front();
    std::string out = "errors:";
    for (const std::string& error : errors_) out += "\n  " + error;
    return out;
  }
  bool clean() const { return errors_.empty(); }

 private:
  void complain(const std::string& path, const std::string& what) {
    errors_.push_back(path.empty() ? what : path + ": " + what);
  }

  void scalar(const Value& value, ScalarType type, const std::string& path) {
    if (value.is_null()) return;
    if (type == ScalarType::numeric && !value.is_number()) {
      complain(path, fmt::format("expected numeric (int or float), got {}", go_type(value)));
    } else if (type == ScalarType::string && !value.is_string()) {
      complain(path, fmt::format("expected string, got &value.valueUnstructured{{Value:{}}}", go_syntax(value)));
    } else if (type == ScalarType::boolean && !value.is_boolean()) {
      complain(path, fmt::format("expected boolean, got &{{{}}}", go_plain(value)));
    } else if (type == ScalarType::any && value.is_structured()) {
      complain(path, fmt::format("expected any scalar, got &{{{}}}", go_plain(value)));
    }
  }

  void map(const Value& value, const TypeRef& type, const std::string& path) {
    if (value.is_null()) return;
    if (!value.is_object()) return complain(path, fmt::format("expected map, got &{{{}}}", go_plain(value)));
    for (const auto& [key, member] : value.items()) {
      const std::string at = path + "." + key;
      const std::optional<TypeRef> below = type.field(key);
      if (!below) return complain(at, "field not declared in schema");
      visit(member, *below, at);
    }
  }

  void list(const Value& value, const TypeRef& type, const std::string& path) {
    if (value.is_null()) return;
    if (!value.is_array()) return complain(path, fmt::format("expected list, got &{{{}}}", go_plain(value)));
    std::set<PathElement> seen;
    for (std::size_t i = 0; i < value.size(); ++i) {
      PathElement element = PathElement::of_index(static_cast<std::int64_t>(i));
      if (!type.atomic_list()) {
        k8s::Result<PathElement> named = type.item_element(value[i]);
        if (!named) return complain(path, fmt::format("element {}: {}", i, named.error().message));
        element = std::move(*named);
        if (!seen.insert(element).second && duplicates_ == Duplicates::refuse) {
          complain(path, "duplicate entries for key " + element.text());
        }
      }
      visit(value[i], type.element(), path + element.text());
    }
  }

  Duplicates duplicates_;
  std::vector<std::string> errors_;
};

}  // namespace

k8s::Result<void> check_typed(const Value& object, const Schema& schema, Duplicates duplicates) {
  Checker checker(duplicates);
  checker.visit(object, TypeRef(schema), "");
  if (checker.clean()) return {};
  return k8s::Error{.code = k8s::Code::invalid, .message = checker.text()};
}

}  // namespace objects
