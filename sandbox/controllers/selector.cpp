// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/selector.hpp"

#include <algorithm>

#include "sandbox/controllers/object.hpp"

namespace controllers {

Selector Selector::nothing() {
  Selector selector;
  selector.never_ = true;
  return selector;
}

Selector Selector::of_labels(const Value& labels) {
  if (!labels.is_object()) return nothing();
  Selector selector;
  for (const auto& [key, value] : labels.items()) {
    selector.rules_.push_back({.key = key, .op = Operator::in, .values = {text(value, {})}});
  }
  return selector;
}

void Selector::add(const Value& expression) {
  Rule rule{.key = text(expression, {"key"})};
  for (const Value& value : elements(expression, {"values"})) rule.values.push_back(text(value, {}));
  const std::string& op = text(expression, {"operator"});
  if (op == "In") {
    rule.op = Operator::in;
  } else if (op == "NotIn") {
    rule.op = Operator::not_in;
  } else if (op == "Exists") {
    rule.op = Operator::exists;
  } else if (op == "DoesNotExist") {
    rule.op = Operator::does_not_exist;
  } else {
    never_ = true;
  }
  rules_.push_back(std::move(rule));
}

Selector Selector::of(const Value& label_selector) {
  if (!label_selector.is_object()) return nothing();
  Selector selector;
  const Value& labels = at(label_selector, {"matchLabels"});
  if (labels.is_object()) selector = of_labels(labels);
  for (const Value& expression : elements(label_selector, {"matchExpressions"})) selector.add(expression);
  return selector;
}

bool Selector::matches(const Value& labels) const {
  if (never_) return false;
  return std::all_of(rules_.begin(), rules_.end(), [&](const Rule& rule) {
    const Value& value = at(labels, {rule.key});
    const bool listed = value.is_string() && std::find(rule.values.begin(), rule.values.end(),
                                                       value.get_ref<const std::string&>()) != rule.values.end();
    switch (rule.op) {
      case Operator::in: return listed;
      case Operator::not_in: return !listed;
      case Operator::exists: return !value.is_null();
      case Operator::does_not_exist: return value.is_null();
    }
    return false;
  });
}

}  // namespace controllers
