// SPDX-License-Identifier: Apache-2.0
// The annotation kubectl.kubernetes.io/last-applied-configuration.
#include "sandbox/objects/managed_fields/last_applied.hpp"

#include <set>

#include "sandbox/objects/managed_fields/typed.hpp"

namespace objects {
namespace {

constexpr const char* kAnnotation = "kubectl.kubernetes.io/last-applied-configuration";
constexpr std::size_t kMostAnnotationBytes = 256 * 1024;

const Value* annotations(const Value& object) {
  const auto metadata = object.find("metadata");
  if (metadata == object.end() || !metadata->is_object()) return nullptr;
  const auto found = metadata->find("annotations");
  return found == metadata->end() || !found->is_object() ? nullptr : &*found;
}

std::string last_applied(const Value& object) {
  const Value* all = annotations(object);
  if (all == nullptr) return {};
  const auto found = all->find(kAnnotation);
  return found != all->end() && found->is_string() ? found->get<std::string>() : std::string();
}

// The fields that were applied from the client and still stand as they were applied.
FieldSet still_standing(const Value& applied, const Value& live, const Schema& schema) {
  const Comparison moved = compare(applied, live, schema);
  return to_field_set(applied, schema).minus(moved.modified).minus(moved.added).minus(moved.removed);
}

}  // namespace

Conflicts conflicts_beyond_last_applied(const Conflicts& conflicts, const Value& live, const Schema& schema,
                                        const std::string& api_version) {
  const std::string text = last_applied(live);
  if (text.empty()) return conflicts;
  const k8s::Result<Value> applied = k8s::json::parse_value(text);
  if (!applied || !applied->is_object() || applied->value("apiVersion", Value()) != api_version) return conflicts;
  if (!check_typed(live, schema, Duplicates::refuse) || !check_typed(*applied, schema, Duplicates::refuse)) {
    return conflicts;
  }
  std::set<std::string> allowed;
  for (const FieldPath& path : still_standing(*applied, live, schema).paths()) allowed.insert(to_string(path));
  Conflicts out;
  for (const Conflict& one : conflicts) {
    if (!allowed.contains(one.field)) out.push_back(one);
  }
  return out;
}

void refresh_last_applied(Value& object, const Value& applied) {
  if (last_applied(object).empty()) return;
  Value said = applied;
  if (annotations(said) != nullptr) {
    said["metadata"]["annotations"].erase(kAnnotation);
    if (said["metadata"]["annotations"].empty()) said["metadata"].erase("annotations");
  }
  Value& all = object["metadata"]["annotations"];
  all[kAnnotation] = k8s::json::print(said) + "\n";
  std::size_t bytes = 0;
  for (const auto& [key, value] : all.items())
    bytes += key.size() + (value.is_string() ? value.get_ref<const std::string&>().size() : 0);
  if (bytes > kMostAnnotationBytes) all.erase(kAnnotation);
}

}  // namespace objects
