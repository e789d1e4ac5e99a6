// SPDX-License-Identifier: Apache-2.0
// Does a set of labels belong? metav1.LabelSelector and plain maps of labels.
#pragma once

#include <string>
#include <vector>

#include "libk8s/json/value.hpp"

namespace controllers {

using Value = k8s::json::Value;

class Selector {
 public:
  static Selector everything() { return Selector{}; }
  static Selector nothing();
  // metav1.LabelSelector: a missing one selects nothing, an empty one everything; one that makes no sense selects
  // nothing.
  static Selector of(const Value& label_selector);
  // Every label of the map must be there; a missing map selects nothing.
  static Selector of_labels(const Value& labels);

  bool matches(const Value& labels) const;
  bool selects_everything() const { return !never_ && rules_.empty(); }

 private:
  enum class Operator { in, not_in, exists, does_not_exist };
  struct Rule {
    std::string key;
    Operator op = Operator::in;
    std::vector<std::string> values = {};
  };
  void add(const Value& expression);

  std::vector<Rule> rules_;
  bool never_ = false;
};

}  // namespace controllers
