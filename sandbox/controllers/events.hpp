// SPDX-License-Identifier: Apache-2.0
// What does a controller tell people? core/v1 Events, the same one counted up instead of repeated.
#pragma once

#include <string_view>

#include "sandbox/controllers/controller.hpp"

namespace controllers {

struct Said {
  std::string_view type;       // "Normal", "Warning"
  std::string_view reason;     // "SuccessfulCreate"
  std::string_view component;  // "statefulset-controller"
};

// About the object; in its namespace, or in "default" for one without. An Event that cannot be written is lost, as
// everywhere.
void say(Api& api, const Now& now, const Value& about, const Said& said, const std::string& message);

}  // namespace controllers
