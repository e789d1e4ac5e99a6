// SPDX-License-Identifier: Apache-2.0
// How does the API server word what is wrong with a field?
#include <fmt/format.h>

#include <algorithm>

#include "sandbox/objects/schema.hpp"

namespace objects {
namespace {

std::string with_detail(std::string head, std::string_view detail) {
  if (detail.empty()) return head;
  return head + ": " + std::string(detail);
}

}  // namespace

std::string quoted(const Value& value) {
  return value.is_null() ? "null" : k8s::json::print(value);
}

std::string to_string(const FieldError& error) {
  return error.field.empty() ? "<nil>: " + error.message : error.field + ": " + error.message;
}

std::string to_string(const std::vector<FieldError>& errors) {
  std::vector<std::string> texts;
  for (const FieldError& error : errors) {
    std::string text = to_string(error);
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
  }
  if (texts.size() == 1) return texts.front();
  std::string out = "[";
  for (const std::string& text : texts) out += (out.size() > 1 ? ", " : "") + text;
  return out + "]";
}

FieldError field_required(std::string field, std::string_view detail) {
  return {"FieldValueRequired", std::move(field), with_detail("Required value", detail)};
}

FieldError field_invalid(std::string field, const Value& bad, std::string_view detail) {
  return {"FieldValueInvalid", std::move(field), with_detail("Invalid value: " + quoted(bad), detail)};
}

FieldError field_type_invalid(std::string field, const Value& bad, std::string_view detail) {
  return {"FieldValueTypeInvalid", std::move(field), with_detail("Invalid value: " + quoted(bad), detail)};
}

FieldError field_forbidden(std::string field, std::string_view detail) {
  return {"FieldValueForbidden", std::move(field), with_detail("Forbidden", detail)};
}

FieldError field_duplicate(std::string field, const Value& bad) {
  return {"FieldValueDuplicate", std::move(field), "Duplicate value: " + quoted(bad)};
}

FieldError field_not_supported(std::string field, const Value& bad, const std::vector<std::string>& supported) {
  std::string list;
  for (const std::string& one : supported) list += (list.empty() ? "" : ", ") + quoted(Value(one));
  return {"FieldValueNotSupported", std::move(field),
          fmt::format("Unsupported value: {}: supported values: {}", quoted(bad), list)};
}

FieldError field_too_long(std::string field, std::int64_t max_bytes) {
  return {"FieldValueTooLong", std::move(field), fmt::format("Too long: may not be more than {} bytes", max_bytes)};
}

FieldError field_too_many(std::string field, std::int64_t actual, std::int64_t max) {
  return {"FieldValueTooMany", std::move(field),
          fmt::format("Too many: {}: must have at most {} item{}", actual, max, max == 1 ? "" : "s")};
}

}  // namespace objects
