// SPDX-License-Identifier: Apache-2.0
// RFC 7386.
#include "sandbox/objects/patch/merge_patch.hpp"

namespace objects {

Value apply_merge_patch(Value document, const Value& patch) {
  if (!patch.is_object()) return patch;
  if (!document.is_object()) document = Value::object();
  for (const auto& [key, value] : patch.items()) {
    if (value.is_null()) {
      document.erase(key);
    } else {
      document[key] = apply_merge_patch(document.contains(key) ? std::move(document[key]) : Value(), value);
    }
  }
  return document;
}

}  // namespace objects
