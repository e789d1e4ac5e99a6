// SPDX-License-Identifier: Apache-2.0
// The constraints of one node, in the words of the real server.
#include "sandbox/objects/validate_value.hpp"

#include <fmt/format.h>

#include <cmath>

#include "sandbox/objects/formats.hpp"
#include "sandbox/objects/pattern.hpp"

namespace objects {
namespace {

using Errors = std::vector<FieldError>;

bool is_whole(const Value& value) {
  return value.is_number_integer() ||
         (value.is_number_float() && std::trunc(value.get<double>()) == value.get<double>());
}

std::string_view type_name(const Value& value) {
  if (value.is_null()) return "null";
  if (value.is_boolean()) return "boolean";
  if (value.is_string()) return "string";
  if (value.is_array()) return "array";
  if (value.is_object()) return "object";
  return value.is_number_integer() ? "integer" : "number";
}

bool has_type(const Value& value, const Schema& schema) {
  if (schema.int_or_string) return value.is_string() || is_whole(value);
  switch (schema.type) {
    case Type::any: return true;
    case Type::object: return value.is_object();
    case Type::array: return value.is_array();
    case Type::string: return value.is_string();
    case Type::boolean: return value.is_boolean();
    case Type::number: return value.is_number();
    case Type::integer: return is_whole(value);
  }
  return true;
}

void check_type(const Value& value, const Schema& schema, const std::string& path, Errors& out) {
  if (value.is_null() && (schema.nullable || (schema.type == Type::any && !schema.int_or_string))) return;
  if (!value.is_null() && has_type(value, schema)) return;
  const std::string_view wanted = schema.int_or_string ? "integer,string" : name(schema.type);
  const std::string got = quoted(Value(type_name(value)));
  out.push_back(field_type_invalid(path, Value(type_name(value)),
                                   fmt::format("{} in body must be of type {}: {}", path, wanted, got)));
}

// As Go prints a float64 with %v; an integer value is compared with the whole part of its limits.
std::string shown(double limit, bool whole) {
  return whole ? fmt::format("{}", static_cast<std::int64_t>(limit)) : fmt::format("{}", limit);
}

void check_multiple(const Value& value, double factor, const std::string& path, Errors& out) {
  const bool whole = value.is_number_integer();
  const double used = whole ? std::trunc(factor) : factor;
  if (used <= 0) {
    out.push_back(
        field_invalid(path, Value(static_cast<std::int64_t>(used)),
                      fmt::format("factor MultipleOf declared for {} must be positive: {}", path, shown(used, whole))));
    return;
  }
  const double times = used < 1 ? 1 / used * value.get<double>() : value.get<double>() / used;
  const bool fits = whole ? value.get<std::int64_t>() % static_cast<std::int64_t>(used) == 0
                          : std::abs(times - std::round(times)) < 1e-9;
  if (fits) return;
  out.push_back(
      field_invalid(path, value, fmt::format("{} in body should be a multiple of {}", path, shown(used, whole))));
}

void check_number(const Value& value, const Limits& limits, const std::string& path, Errors& out) {
  const bool whole = value.is_number_integer();
  const double number = value.get<double>();
  const auto limit = [whole](const Value& given) {
    return whole ? std::trunc(given.get<double>()) : given.get<double>();
  };
  if (limits.multiple_of) check_multiple(value, limits.multiple_of->get<double>(), path, out);
  if (limits.minimum) {
    const double least = limit(*limits.minimum);
    if (number < least || (limits.exclusive_minimum && number <= least)) {
      out.push_back(field_invalid(path, value,
                                  fmt::format("{} in body should be greater than{} {}", path,
                                              limits.exclusive_minimum ? "" : " or equal to", shown(least, whole))));
    }
  }
  if (limits.maximum) {
    const double most = limit(*limits.maximum);
    if (number > most || (limits.exclusive_maximum && number >= most)) {
      out.push_back(field_invalid(path, value,
                                  fmt::format("{} in body should be less than{} {}", path,
                                              limits.exclusive_maximum ? "" : " or equal to", shown(most, whole))));
    }
  }
}

std::int64_t characters(const std::string& text) {
  std::int64_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

// The first that fails, as the server reports them.
void check_text(const Value& value, const Limits& limits, const std::string& path, Errors& out) {
  const std::string& text = value.get_ref<const std::string&>();
  if (limits.max_length && characters(text) > *limits.max_length) {
    out.push_back(field_too_long(path, *limits.max_length));
  } else if (limits.min_length && characters(text) < *limits.min_length) {
    out.push_back(field_invalid(path, value,
                                fmt::format("{} in body should be at least {} chars long", path, *limits.min_length)));
  } else if (limits.compiled_pattern != nullptr && !limits.compiled_pattern->matches(text)) {
    out.push_back(field_invalid(path, value, fmt::format("{} in body should match '{}'", path, limits.pattern)));
  }
  if (!limits.format.empty() && !fits_format(limits.format, text)) {
    out.push_back(field_type_invalid(
        path, value, fmt::format("{} in body must be of type {}: {}", path, limits.format, quoted(value))));
  }
}

void check_count(std::size_t size, std::optional<std::int64_t> least, std::optional<std::int64_t> most,
                 std::string_view what, const std::string& path, Errors& out) {
  const auto count = static_cast<std::int64_t>(size);
  if (least && count < *least) {
    out.push_back(field_invalid(path, count, fmt::format("{} in body should have at least {} {}", path, *least, what)));
  }
  if (most && count > *most) out.push_back(field_too_many(path, count, *most));
}

void check_enumeration(const Value& value, const Limits& limits, const std::string& path, Errors& out) {
  if (limits.enumeration.empty()) return;
  std::vector<std::string> supported;
  for (const Value& one : limits.enumeration) {
    if (one == value && !value.is_null()) return;
    supported.push_back(one.is_string() ? one.get<std::string>() : k8s::json::print(one));
  }
  out.push_back(field_not_supported(path, value, supported));
}

}  // namespace

void check_value(const Value& value, const Schema& schema, const std::string& path, Errors& out) {
  check_type(value, schema, path, out);
  const Limits& limits = schema.limits;
  if (value.is_number()) check_number(value, limits, path, out);
  if (value.is_string()) check_text(value, limits, path, out);
  if (value.is_array()) check_count(value.size(), limits.min_items, limits.max_items, "items", path, out);
  if (value.is_object())
    check_count(value.size(), limits.min_properties, limits.max_properties, "properties", path, out);
  check_enumeration(value, limits, path, out);
}

}  // namespace objects
