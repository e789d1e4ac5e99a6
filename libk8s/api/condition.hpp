// SPDX-License-Identifier: Apache-2.0
// metav1.Condition, and the one way to change one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libk8s/base/clock.hpp"

namespace k8s {

struct Condition {
  std::string type;
  std::string status;  // "True", "False", "Unknown"
  std::int64_t observed_generation = 0;
  WallSeconds last_transition_time{};
  std::string reason;   // CamelCase, for programs
  std::string message;  // a sentence, for people

  bool operator==(const Condition&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("type", self.type);
    visit("status", self.status);
    visit("observedGeneration", self.observed_generation);
    visit("lastTransitionTime", self.last_transition_time);
    visit("reason", self.reason);
    visit("message", self.message);
  }
};

// Replaces the condition of the same type; lastTransitionTime moves only when the status does. Keeps the list sorted by
// type.
void set_condition(std::vector<Condition>& conditions, Condition wanted);
const Condition* find_condition(const std::vector<Condition>& conditions, const std::string& type);

}  // namespace k8s
