// SPDX-License-Identifier: Apache-2.0
// The whole object against the whole schema, skipping what an update left as it was.
#include <fmt/format.h>

#include "sandbox/objects/validate.hpp"
#include "sandbox/objects/validate_value.hpp"

namespace objects {
namespace {

using Errors = std::vector<FieldError>;

void visit(const Value& value, const Value* old, const Schema& schema, const std::string& path, Errors& out);

// A complaint about a combination of schemas has no field of its own.
FieldError combination(std::string detail) {
  return {"FieldValueInvalid", "<nil>", "Invalid value: \"\": " + std::move(detail)};
}

Errors against(const Value& value, const Schema& schema, const std::string& path) {
  Errors out;
  visit(value, nullptr, schema, path, out);
  return out;
}

void append(Errors& to, const Errors& more) {
  to.insert(to.end(), more.begin(), more.end());
}

void check_any_of(const Value& value, const Schema& schema, const std::string& path, Errors& out) {
  if (schema.any_of.empty()) return;
  Errors first;
  for (const SchemaRef& one : schema.any_of) {
    const Errors errors = against(value, *one, path);
    if (errors.empty()) return;
    if (first.empty()) first = errors;
  }
  out.push_back(combination(fmt::format("\"{}\" must validate at least one schema (anyOf)", path)));
  append(out, first);
}

void check_one_of(const Value& value, const Schema& schema, const std::string& path, Errors& out) {
  if (schema.one_of.empty()) return;
  Errors first;
  int valid = 0;
  for (const SchemaRef& one : schema.one_of) {
    const Errors errors = against(value, *one, path);
    valid += errors.empty() ? 1 : 0;
    if (first.empty()) first = errors;
  }
  if (valid == 1) return;
  const std::string found = valid == 0 ? "Found none valid" : fmt::format("Found {} valid alternatives", valid);
  out.push_back(combination(fmt::format("\"{}\" must validate one and only one schema (oneOf). {}", path, found)));
  if (valid == 0) append(out, first);
}

void check_all_of(const Value& value, const Schema& schema, const std::string& path, Errors& out) {
  std::size_t valid = 0;
  for (const SchemaRef& one : schema.all_of) {
    const Errors errors = against(value, *one, path);
    valid += errors.empty() ? 1u : 0u;
    append(out, errors);
  }
  if (valid == schema.all_of.size()) return;
  out.push_back(combination(
      fmt::format("\"{}\" must validate all the schemas (allOf){}", path, valid == 0 ? ". None validated" : "")));
}

void check_members(const Value& value, const Value* old, const Schema& schema, const std::string& path, Errors& out) {
  for (const auto& [key, member] : value.items()) {
    const Schema* field = schema.member(key);
    if (field == nullptr || !field->definition.empty()) continue;  // metadata is judged elsewhere
    const Value* before = old != nullptr && old->is_object() && old->contains(key) ? &old->at(key) : nullptr;
    visit(member, before, *field, path.empty() ? key : path + "." + key, out);
  }
  for (const std::string& key : schema.required) {
    if (!value.contains(key)) out.push_back(field_required(path.empty() ? key : path + "." + key, ""));
  }
}

void visit(const Value& value, const Value* old, const Schema& schema, const std::string& path, Errors& out) {
  if (old != nullptr && *old == value) return;
  check_value(value, schema, path, out);
  if (value.is_null()) return;
  check_any_of(value, schema, path, out);
  check_one_of(value, schema, path, out);
  check_all_of(value, schema, path, out);
  if (schema.not_ != nullptr && against(value, *schema.not_, path).empty()) {
    out.push_back(combination(fmt::format("\"{}\" must not validate the schema (not)", path)));
  }
  if (value.is_object()) check_members(value, old, schema, path, out);
  if (value.is_array() && schema.items != nullptr) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      visit(value[i], corresponding_item(value[i], old, schema), *schema.items, fmt::format("{}[{}]", path, i), out);
    }
  }
}

}  // namespace

const Value* corresponding_item(const Value& item, const Value* old_list, const Schema& list) {
  if (old_list == nullptr || !old_list->is_array() || list.list_type != ListType::map || !item.is_object()) {
    return nullptr;
  }
  for (const Value& other : *old_list) {
    if (!other.is_object()) continue;
    bool same = true;
    for (const std::string& key : list.list_map_keys) {
      same = same && item.value(key, Value()) == other.value(key, Value());
    }
    if (same) return &other;
  }
  return nullptr;
}

std::vector<FieldError> validate_against_schema(const Value& object, const Value* old_object, const Schema& schema) {
  Errors out;
  visit(object, old_object, schema, "", out);
  return out;
}

}  // namespace objects
