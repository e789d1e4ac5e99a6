// SPDX-License-Identifier: Apache-2.0
// Embedded resources, rules, and all parts together.
#include "sandbox/objects/validate.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "sandbox/objects/object_meta.hpp"

namespace objects {
namespace {

using Errors = std::vector<FieldError>;

void append(Errors& to, Errors more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::string below(const std::string& path, const std::string& key, bool declared) {
  if (!declared) return fmt::format("{}[{}]", path, key);
  return path.empty() ? key : path + "." + key;
}

void check_api_version(const Value& value, const std::string& path, Errors& out) {
  if (!value.is_string()) return out.push_back(field_invalid(path, value, "must be a string"));
  const std::string& text = value.get_ref<const std::string&>();
  if (text.empty()) return out.push_back(field_invalid(path, value, "must not be empty"));
  if (std::ranges::count(text, '/') > 1) {
    out.push_back(field_invalid(path, value, "unexpected GroupVersion string: " + text));
  }
}

void check_kind(const Value& value, const std::string& path, Errors& out) {
  if (!value.is_string()) return out.push_back(field_invalid(path, value, "must be a string"));
  std::string text = value.get<std::string>();
  if (text.empty()) return out.push_back(field_invalid(path, value, "must not be empty"));
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  const std::vector<std::string> problems = dns1035_label_problems(text);
  if (problems.empty()) return;
  out.push_back(field_invalid(
      path, value, fmt::format("may have mixed case, but should otherwise match: {}", fmt::join(problems, ","))));
}

void check_embedded(const Value& value, const std::string& path, Errors& out) {
  for (const char* key : {"apiVersion", "kind"}) {
    if (!value.contains(key)) out.push_back(field_required(below(path, key, true), ""));
  }
  if (value.contains("apiVersion")) check_api_version(value["apiVersion"], below(path, "apiVersion", true), out);
  if (value.contains("kind")) check_kind(value["kind"], below(path, "kind", true), out);
  const Value metadata = value.value("metadata", Value());
  if (!metadata.is_object()) return;
  const std::string at = below(path, "metadata", true);
  for (const char* key : {"name", "generateName"}) {
    const Value given = metadata.value(key, Value());
    if (!given.is_string()) continue;
    for (const std::string& problem : path_segment_problems(given.get_ref<const std::string&>())) {
      out.push_back(field_invalid(at + "." + key, given, problem));
    }
  }
  append(out, validate_object_meta(metadata, at));
}

void embedded(const Value& value, const Schema& schema, const std::string& path, Errors& out) {
  if (!schema.definition.empty()) return;
  if (value.is_object()) {
    if (schema.embedded_resource) check_embedded(value, path, out);
    for (const auto& [key, member] : value.items()) {
      if (const Schema* field = schema.member(key); field != nullptr) {
        embedded(member, *field, below(path, key, schema.property(key) != nullptr), out);
      }
    }
  } else if (value.is_array() && schema.items != nullptr) {
    for (std::size_t i = 0; i < value.size(); ++i)
      embedded(value[i], *schema.items, fmt::format("{}[{}]", path, i), out);
  }
}

// What did not change satisfied its rules before, or is let be.
void rules(const Value& value, const Value* old, const Schema& schema, const std::string& path,
           const RuleChecker& checker, Errors& out) {
  if (!schema.definition.empty() || (old != nullptr && *old == value)) return;
  if (!schema.rules.empty() && !value.is_null()) append(out, checker.check(schema, value, old, path));
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) {
      const Schema* field = schema.member(key);
      if (field == nullptr) continue;
      const Value* before = old != nullptr && old->is_object() && old->contains(key) ? &old->at(key) : nullptr;
      rules(member, before, *field, below(path, key, schema.property(key) != nullptr), checker, out);
    }
  } else if (value.is_array() && schema.items != nullptr) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      rules(value[i], corresponding_item(value[i], old, schema), *schema.items, fmt::format("{}[{}]", path, i), checker,
            out);
    }
  }
}

bool has_rules(const Schema& schema) {
  if (!schema.definition.empty()) return false;
  const auto in = [](const SchemaRef& node) { return node != nullptr && has_rules(*node); };
  return !schema.rules.empty() || in(schema.items) || in(schema.additional_properties) ||
         std::ranges::any_of(schema.properties, [&in](const auto& field) { return in(field.second); });
}

bool blocks_rules(const FieldError& error) {
  for (const char* reason : {"FieldValueRequired", "FieldValueNotSupported", "FieldValueTooLong", "FieldValueTooMany",
                             "FieldValueTypeInvalid"}) {
    if (error.reason == reason) return true;
  }
  return false;
}

}  // namespace

std::vector<FieldError> validate_embedded_resources(const Value& object, const Schema& schema) {
  Errors out;
  embedded(object, schema, "", out);
  return out;
}

std::vector<FieldError> validate_rules(const Value& object, const Value* old_object, const Schema& schema,
                                       const RuleChecker& checker) {
  Errors out;
  rules(object, old_object, schema, "", checker, out);
  return out;
}

std::vector<FieldError> validate(const Value& object, const Value* old_object, const Schema& schema,
                                 const RuleChecker* checker) {
  Errors out = validate_against_schema(object, old_object, schema);
  append(out, validate_embedded_resources(object, schema));
  Errors lists = validate_list_sets_and_maps(object, schema);
  const bool old_lists_are_bad = old_object != nullptr && !validate_list_sets_and_maps(*old_object, schema).empty();
  if (!old_lists_are_bad) append(out, std::move(lists));
  if (checker == nullptr || !has_rules(schema)) return out;
  if (std::ranges::any_of(out, blocks_rules)) {
    out.push_back({"FieldValueInvalid", "<nil>",
                   "Invalid value: \"\": some validation rules were not checked because the object was invalid; "
                   "correct the existing errors to complete validation"});
    return out;
  }
  append(out, validate_rules(object, old_object, schema, *checker));
  return out;
}

}  // namespace objects
