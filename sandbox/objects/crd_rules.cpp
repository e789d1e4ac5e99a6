// SPDX-License-Identifier: Apache-2.0
// x-kubernetes-validations: rule, message, reason, fieldPath.
#include "sandbox/objects/crd_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/objects/crd_checks.hpp"

namespace objects {
namespace {

using Errors = std::vector<FieldError>;

std::string trimmed(const std::string& text) {
  const char* space = " \t\r\n";
  const auto first = text.find_first_not_of(space);
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

bool has_line_break(const std::string& text) {
  return text.find_first_of("\n\r") != std::string::npos;
}

void check_texts(const Value& rule, const std::string& path, Errors& errors) {
  const std::string text = trimmed(text_member(rule, "rule")), message = text_member(rule, "message");
  const std::string expression = text_member(rule, "messageExpression");
  if (text.empty()) {
    errors.push_back(field_required(path + ".rule", "rule is not specified"));
  } else if (!message.empty() && trimmed(message).empty()) {
    errors.push_back(field_invalid(path + ".message", message, "must be non-empty if specified"));
  } else if (has_line_break(trimmed(message))) {
    errors.push_back(field_invalid(path + ".message", message, "must not contain line breaks"));
  } else if (has_line_break(text) && trimmed(message).empty()) {
    errors.push_back(field_required(path + ".message", "message must be specified if rule contains line breaks"));
  }
  if (!expression.empty() && trimmed(expression).empty()) {
    errors.push_back(field_required(path + ".messageExpression", "messageExpression must be non-empty if specified"));
  }
}

// One step of ".a.b", "['a']", "[0]" is taken off the front; nothing when it is no path.
bool leads_somewhere(const Value& node, std::string_view path) {
  if (path.empty()) return true;
  std::string name;
  if (path.starts_with("['")) {
    const auto end = path.find("']");
    if (end == std::string_view::npos) return false;
    name = path.substr(2, end - 2);
    path.remove_prefix(end + 2);
  } else if (path.starts_with('.')) {
    const auto end = std::min(path.find_first_of(".[", 1), path.size());
    name = path.substr(1, end - 1);
    path.remove_prefix(end);
  } else {
    return false;
  }
  if (const Value* properties = object_member(node, "properties")) {
    const Value* field = object_member(*properties, name.c_str());
    return field != nullptr && leads_somewhere(*field, path);
  }
  const Value* values = object_member(node, "additionalProperties");
  return values != nullptr && leads_somewhere(*values, path);
}

void check_field_path(const Value& node, const Value& rule, const std::string& path, Errors& errors) {
  const std::string given = text_member(rule, "fieldPath");
  const std::string at = path + ".fieldPath";
  if (given.empty()) return;
  if (trimmed(given).empty()) errors.push_back(field_invalid(at, given, "must be non-empty if specified"));
  if (has_line_break(given)) errors.push_back(field_invalid(at, given, "must not contain line breaks"));
  if (!leads_somewhere(node, given)) errors.push_back(field_invalid(at, given, "must be a valid path"));
}

}  // namespace

void check_rules(const Value& node, const std::string& path, Errors& errors) {
  const auto rules = node.find("x-kubernetes-validations");
  if (rules == node.end() || !rules->is_array()) return;
  const std::vector<std::string> reasons = {"FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid",
                                            "FieldValueRequired"};
  for (std::size_t i = 0; i < rules->size(); ++i) {
    const Value& rule = (*rules)[i];
    const std::string at = fmt::format("{}.x-kubernetes-validations[{}]", path, i);
    check_texts(rule, at, errors);
    const std::string reason = text_member(rule, "reason");
    if (!reason.empty() && std::ranges::find(reasons, reason) == reasons.end()) {
      errors.push_back(field_not_supported(at + ".reason", reason, reasons));
    }
    check_field_path(node, rule, at, errors);
  }
}

}  // namespace objects
