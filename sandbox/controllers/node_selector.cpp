// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/node_selector.hpp"

#include <algorithm>
#include <charconv>

namespace controllers {
namespace {

std::optional<std::int64_t> whole(const std::string& text) {
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

bool holds(const Value& expression, const Value& found) {
  const std::string& op = text(expression, {"operator"});
  const Value& values = elements(expression, {"values"});
  if (op == "Exists") return found.is_string();
  if (op == "DoesNotExist") return !found.is_string();
  const bool listed = found.is_string() && contains(values, text(found, {}));
  if (op == "In") return listed;
  if (op == "NotIn") return !listed;
  if ((op != "Gt" && op != "Lt") || values.size() != 1 || !found.is_string()) return false;
  const auto has = whole(text(found, {})), limit = whole(text(values.at(0), {}));
  return has && limit && (op == "Gt" ? *has > *limit : *has < *limit);
}

}  // namespace

bool matches_node_term(const Value& term, const Value& node) {
  const Value& expressions = elements(term, {"matchExpressions"});
  const Value& fields = elements(term, {"matchFields"});
  if (expressions.empty() && fields.empty()) return false;
  return std::all_of(expressions.begin(), expressions.end(),
                     [&](const Value& one) { return holds(one, at(labels_of(node), {text(one, {"key"})})); }) &&
         std::all_of(fields.begin(), fields.end(), [&](const Value& one) {
           return text(one, {"key"}) == "metadata.name" && holds(one, at(node, {"metadata", "name"}));
         });
}

bool matches_node(const Value& node_selector, const Value& node) {
  const Value& terms = elements(node_selector, {"nodeSelectorTerms"});
  return std::any_of(terms.begin(), terms.end(), [&](const Value& term) { return matches_node_term(term, node); });
}

bool tolerates(const Value& toleration, const Value& taint) {
  const std::string& effect = text(toleration, {"effect"});
  if (!effect.empty() && effect != text(taint, {"effect"})) return false;
  const std::string& key = text(toleration, {"key"});
  if (!key.empty() && key != text(taint, {"key"})) return false;
  if (text(toleration, {"operator"}) == "Exists") return true;
  return !key.empty() && text(toleration, {"value"}) == text(taint, {"value"});
}

const Value* toleration_of(const Value& pod, const Value& taint) {
  for (const Value& one : elements(pod, {"spec", "tolerations"})) {
    if (tolerates(one, taint)) return &one;
  }
  return nullptr;
}

}  // namespace controllers
