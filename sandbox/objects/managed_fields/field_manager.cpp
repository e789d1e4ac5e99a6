// SPDX-License-Identifier: Apache-2.0
// Server-side apply and plain writes, from whole objects to whole objects.
#include "sandbox/objects/managed_fields/field_manager.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/objects/defaults.hpp"
#include "sandbox/objects/managed_fields/entries.hpp"
#include "sandbox/objects/managed_fields/last_applied.hpp"
#include "sandbox/objects/managed_fields/typed.hpp"
#include "sandbox/objects/managed_fields/updater.hpp"

namespace objects {
namespace {

std::string text(const Value& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// "default/x; apps/v1, Kind=Deployment"
std::string identified(const Value& object) {
  const Value metadata = object.value("metadata", Value::object());
  std::string api_version = text(object, "apiVersion");
  if (api_version.find('/') == std::string::npos) api_version = "/" + api_version;
  return fmt::format("{}/{}; {}, Kind={}", text(metadata, "namespace"), text(metadata, "name"), api_version,
                     text(object, "kind"));
}

// What an object is before anybody wrote to it.
Value empty_like(const Value& object, const Schema& schema) {
  Value out = Value::object();
  for (const char* key : {"apiVersion", "kind"}) {
    if (object.contains(key)) out[key] = object[key];
  }
  add_zero_members(out, schema);
  return out;
}

Manager named(Manager manager, const char* operation) {
  if (manager.name.empty()) manager.name = "unknown";
  manager.operation = operation;
  return manager;
}

k8s::Error refused(int status, std::string message) {
  return {.code = status == 500 ? k8s::Code::internal : k8s::Code::invalid,
          .message = std::move(message),
          .retry_after = {},
          .remote_code = status};
}

std::optional<k8s::Error> check_applied(const Value* live, const Value& applied, const Schema& schema,
                                        const std::string& api_version) {
  if (text(applied, "apiVersion") != api_version) {
    const std::string version = text(applied, "apiVersion");
    return refused(400, fmt::format("invalid object type: {}{}, Kind={}",
                                    version.find('/') == std::string::npos ? "/" : "", version, text(applied, "kind")));
  }
  const Value metadata = applied.value("metadata", Value::object());
  if (metadata.is_object() && metadata.contains("managedFields") && !metadata["managedFields"].is_null()) {
    return refused(400, "metadata.managedFields must be nil");
  }
  if (const auto typed = check_typed(applied, schema, Duplicates::refuse); !typed) {
    return refused(
        500, fmt::format("failed to create typed patch object ({}): {}", identified(applied), typed.error().message));
  }
  if (live == nullptr) return std::nullopt;
  if (const auto typed = check_typed(*live, schema, Duplicates::allow); !typed) {
    return refused(
        500, fmt::format("failed to create typed live object ({}): {}", identified(*live), typed.error().message));
  }
  return std::nullopt;
}

}  // namespace

std::string conflict_message(const Conflicts& conflicts) {
  if (conflicts.size() == 1) {
    return fmt::format("Apply failed with 1 conflict: conflict with {}: {}", conflicts[0].manager, conflicts[0].field);
  }
  std::string out = fmt::format("Apply failed with {} conflicts: ", conflicts.size());
  for (std::size_t i = 0; i < conflicts.size(); ++i) {
    if (i == 0 || conflicts[i].manager != conflicts[i - 1].manager) {
      out += fmt::format("{}conflicts with {}:", i == 0 ? "" : "\n", conflicts[i].manager);
    }
    out += "\n- " + conflicts[i].field;
  }
  return out;
}

Value conflict_causes(const Conflicts& conflicts) {
  Value out = Value::array();
  for (const Conflict& one : conflicts) {
    out.push_back(
        {{"reason", "FieldManagerConflict"}, {"message", "conflict with " + one.manager}, {"field", one.field}});
  }
  return out;
}

ApplyOutcome server_side_apply(const Value* live, const Value& applied, const Schema& schema, const Manager& manager,
                               Force force, const WriteScope& scope) {
  Value bare_live = live == nullptr ? empty_like(applied, schema) : *live;
  std::optional<Entries> entries = live == nullptr ? Entries() : read_entries(*live);
  if (!entries) return refused(500, "failed to decode managed fields");
  erase_entries(bare_live);
  if (auto problem = check_applied(live == nullptr ? nullptr : &bare_live, applied, schema, manager.api_version))
    return *problem;
  Value bare_applied = applied;
  erase_entries(bare_applied);
  if (entries->empty() && live != nullptr) {
    Manager before = named(manager, "Update");
    before.name = "before-first-apply";
    update_owners(empty_like(bare_live, schema), bare_live, schema, scope, before, *entries);
  }
  const Manager applier = named(manager, "Apply");
  auto outcome = apply_owners(bare_live, bare_applied, schema, scope, applier, force, *entries);
  if (auto* conflicts = std::get_if<Conflicts>(&outcome)) {
    if (applier.name != "kubectl") return std::move(*conflicts);
    Conflicts rest = conflicts_beyond_last_applied(*conflicts, bare_live, schema, applier.api_version);
    if (!rest.empty()) return rest;
    outcome = apply_owners(bare_live, bare_applied, schema, scope, applier, Force::yes, *entries);
  }
  Value object = std::get<Value>(std::move(outcome));
  if (applier.name == "kubectl") refresh_last_applied(object, applied);
  write_entries(object, *entries);
  const bool changed = live == nullptr || object != *live;
  return Applied{.object = std::move(object), .changed = changed};
}

Value track_update(const Value* before, Value after, const Schema& schema, const Manager& manager,
                   const WriteScope& scope) {
  std::optional<Entries> entries;
  const bool reset = manager.subresource.empty() && resets_entries(after, scope.custom_resource);
  if (manager.subresource.empty() && !reset) entries = read_entries(after);
  if (!reset && (!entries || entries->empty()) && before != nullptr) entries = read_entries(*before);
  if (!entries || reset) entries = Entries();
  const Value live = before == nullptr ? empty_like(after, schema) : [before] {
    Value out = *before;
    erase_entries(out);
    return out;
  }();
  erase_entries(after);
  if (entries->empty() && before != nullptr) return after;  // cleared once: not tracked again until the next apply
  const bool typed = check_typed(live, schema, Duplicates::allow).has_value() &&
                     check_typed(after, schema, Duplicates::allow).has_value();
  if (typed) {
    update_owners(live, after, schema, scope, named(manager, "Update"), *entries);
    cap_updates(*entries);
  }
  write_entries(after, *entries);
  return after;
}

Value keep_times_if_unchanged(const Value& live, Value object) {
  const auto timeless = [](Value value) {
    const auto metadata = value.find("metadata");
    if (metadata == value.end() || !metadata->is_object() || !metadata->contains("managedFields")) return value;
    for (Value& entry : (*metadata)["managedFields"]) {
      if (entry.is_object()) entry.erase("time");
    }
    return value;
  };
  if (timeless(live) == timeless(object)) return live;
  return object;
}

}  // namespace objects
