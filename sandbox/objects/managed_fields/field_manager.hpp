// SPDX-License-Identifier: Apache-2.0
// Who owns which field, and what does a server-side apply or a plain write make of that?
//
// Every object given is a JSON object whose metadata, if there is one, is an object too: decoding has seen to that.
// Objects carry metadata.managedFields in and out. Nothing here touches resourceVersion, uid or generation.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "libk8s/base/result.hpp"
#include "sandbox/objects/managed_fields/field_set.hpp"
#include "sandbox/objects/schema.hpp"

namespace objects {

struct Manager {
  std::string name;
  std::string operation;    // "Apply" or "Update"
  std::string api_version;  // "apps/v1"
  std::string subresource;  // "" or "status", "scale"
  std::string time;         // RFC 3339, seconds: now

  bool operator==(const Manager&) const = default;
};

// What a write through this door does not own: `status` through the main resource, everything else through status.
// See reset_fields.hpp for the sets of the built-in kinds and of custom resources.
struct WriteScope {
  FieldSet ignored;
  // Of a custom resource an empty managedFields list counts as none; of a built-in kind it clears.
  bool custom_resource = false;
};

struct Conflict {
  std::string manager;  // `"kubectl" using apps/v1`, as messages print it; Apply: the name alone
  std::string field;    // ".spec.replicas"

  bool operator==(const Conflict&) const = default;
};
using Conflicts = std::vector<Conflict>;

// `Apply failed with 1 conflict: conflict with "x" using apps/v1: .spec.replicas`
std::string conflict_message(const Conflicts& conflicts);
// Status.details.causes: {reason: FieldManagerConflict, message, field}.
Value conflict_causes(const Conflicts& conflicts);

struct Applied {
  Value object;
  // False: nothing changed and `object` equals the live one byte for byte; nothing is to be written.
  bool changed = true;
};

// live: null when the object does not exist; then `applied` itself is the object. Errors are the typed ones (a field
// that is not declared, a duplicate key): remote_code is the HTTP status.
using ApplyOutcome = std::variant<Applied, Conflicts, k8s::Error>;
enum class Force : bool { no, yes };
ApplyOutcome server_side_apply(const Value* live, const Value& applied, const Schema& schema, const Manager& manager,
                               Force force, const WriteScope& scope = {});

// before: null on create. Recomputes after.metadata.managedFields for a POST, PUT or any other PATCH; entries that a
// client sent are respected where the server respects them ([{}] clears them, a missing list keeps the live one). Never
// fails: what cannot be typed is left untracked.
Value track_update(const Value* before, Value after, const Schema& schema, const Manager& manager,
                   const WriteScope& scope = {});

// What a write is to store when it changed nothing but times in managedFields: the live object. Call it last, after
// defaulting.
Value keep_times_if_unchanged(const Value& live, Value object);

}  // namespace objects
