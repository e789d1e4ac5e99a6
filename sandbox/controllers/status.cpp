// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/status.hpp"

namespace controllers {
namespace {

Result<void> set_finalizers(Api& api, const Kind& kind, const Value& object, Value finalizers) {
  Value patch;
  patch["metadata"] = {{"resourceVersion", text(object, {"metadata", "resourceVersion"})},
                       {"finalizers", std::move(finalizers)}};
  const auto written = api.patch(kind, namespace_of(object), name_of(object), patch, Subresource::none);
  if (!written) return written.error();
  return {};
}

}  // namespace

Result<void> write_status(Api& api, const Value& object, const Value& status) {
  if (at(object, {"status"}) == status) return {};
  Value next = object;
  next["status"] = status;
  const auto written = api.update(next, Subresource::status);
  if (!written) return written.error();
  return {};
}

bool set_condition(Value& conditions, const ConditionWords& words, const Now& now) {
  if (!conditions.is_array()) conditions = Value::array();
  Value* found = nullptr;
  for (Value& one : conditions) {
    if (text(one, {"type"}) == words.type) found = &one;
  }
  if (!found) {
    conditions.push_back({{"type", words.type}});
    found = &conditions.back();
  }
  const Value before = *found;
  if (text(*found, {"status"}) != words.status) {
    (*found)["status"] = words.status;
    (*found)["lastTransitionTime"] = stamp(now.wall);
  }
  (*found)["reason"] = words.reason;
  (*found)["message"] = words.message;
  return *found != before;
}

bool drop_condition(Value& conditions, std::string_view type) {
  Value kept = Value::array();
  for (const Value& one : conditions) {
    if (text(one, {"type"}) != type) kept.push_back(one);
  }
  const bool dropped = kept.size() != conditions.size();
  if (dropped) conditions = std::move(kept);
  return dropped;
}

const Value* find_condition(const Value& object, std::string_view type) {
  for (const Value& one : elements(object, {"status", "conditions"})) {
    if (text(one, {"type"}) == type) return &one;
  }
  return nullptr;
}

bool condition_is(const Value& object, std::string_view type, std::string_view status) {
  const Value* found = find_condition(object, type);
  return found && text(*found, {"status"}) == status;
}

Result<void> remove_finalizer(Api& api, const Kind& kind, const Value& object, std::string_view finalizer) {
  if (!has_finalizer(object, finalizer)) return {};
  Value finalizers = elements(object, {"metadata", "finalizers"});
  remove_text(finalizers, finalizer);
  return unless_gone(set_finalizers(api, kind, object, std::move(finalizers)));
}

Result<void> add_finalizer(Api& api, const Kind& kind, const Value& object, std::string_view finalizer) {
  if (has_finalizer(object, finalizer)) return {};
  Value finalizers = elements(object, {"metadata", "finalizers"});
  finalizers.push_back(finalizer);
  return set_finalizers(api, kind, object, std::move(finalizers));
}

Result<void> unless_gone(Result<void> result) {
  if (!result && result.error().code == k8s::Code::not_found) return {};
  return result;
}

}  // namespace controllers
