// SPDX-License-Identifier: Apache-2.0
// What may be asked of a cluster, as values. Performing them is runtime/'s job; choosing them is decide's.
//
// Every effect carries `because`: one sentence that becomes log line, Event and condition message alike. Effects that
// destroy cannot be built without a uid, and carry the epoch of the facts they rest on (Grounds): the executor refuses
// one whose grounds have expired.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "libk8s/api/object_key.hpp"
#include "libk8s/api/resource_type.hpp"
#include "libk8s/base/clock.hpp"
#include "libk8s/base/strong.hpp"
#include "libk8s/json/value.hpp"

namespace k8s {

// A whole object as we want it. Made only by a manifest builder: cached projections cannot become one.
struct Manifest {
  ResourceType type;
  json::Value body;

  ObjectKey key() const;
  bool operator==(const Manifest&) const = default;
};

// What a destructive effect rests on: facts gathered in one batch at `observed_at`, good for `valid_for`.
struct Grounds {
  std::uint64_t epoch = 0;
  Monotonic observed_at{};
  Millis valid_for{5'000};

  bool operator==(const Grounds&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("epoch", self.epoch);
    visit("observedAtMs", self.observed_at);
    visit("validForMs", self.valid_for);
  }
};

// Names an object for an effect: kind by its row of discovery, place by key.
struct Target {
  ResourceType type;
  ObjectKey key;

  bool operator==(const Target&) const = default;
};

namespace effect {

// POST. AlreadyExists is a failure here: somebody else's object must not pass for ours.
struct Create {
  static constexpr const char* kName = "create";
  Manifest manifest;
  std::string because;
};

// POST of a Secret whose bytes are drawn in apply by the named generator; AlreadyExists is success; never applied
// again.
struct CreateOnce {
  static constexpr const char* kName = "createOnce";
  Manifest manifest;      // without data
  std::string data_key;   // the member of `data` that the generator fills
  std::string generator;  // a name the controller's apply knows, such as "mongodb-keyfile"
  std::string because;
};

// Server-side apply under our field manager, forced: these fields are ours. Fails with conflict when the live uid
// differs.
struct Apply {
  static constexpr const char* kName = "apply";
  Manifest manifest;
  Uid uid;
  std::string because;
};

// JSON merge patch of an object that others own too (finalizers, annotations of a claim); resourceVersion makes it
// compare-and-set.
struct MergePatch {
  static constexpr const char* kName = "mergePatch";
  Target target;
  ResourceVersion resource_version;
  json::Value patch;
  std::string because;
};

struct Delete {
  static constexpr const char* kName = "delete";
  Target target;
  Uid uid;
  std::optional<Grounds> grounds;
  std::string because;
};

// The eviction subresource: the way to remove a pod that budgets, drains and a second operator respect.
struct Evict {
  static constexpr const char* kName = "evict";
  ObjectKey pod;
  Uid uid;
  Grounds grounds;
  std::string because;
};

// Replaces status under resourceVersion. Always the last effect of a plan but for Events.
struct PatchStatus {
  static constexpr const char* kName = "patchStatus";
  Target target;
  ResourceVersion resource_version;
  json::Value status;
  std::string because;
};

enum class EventType { normal, warning };
std::string to_text(EventType type);  // "Normal", "Warning"
bool from_text(std::string_view text, EventType& out);

struct EmitEvent {
  static constexpr const char* kName = "emitEvent";
  Target regarding;
  Uid uid;
  EventType type = EventType::normal;
  std::string reason;  // CamelCase
  std::string action;  // CamelCase: what was being done
  std::string because;
};

// Ask for newer facts, all in one batch; decide acts on them when a later Observed shows this purpose answered.
struct Refresh {
  static constexpr const char* kName = "refresh";
  std::string purpose;
  std::string because;
};

}  // namespace effect

using ClusterEffect = std::variant<effect::Create, effect::CreateOnce, effect::Apply, effect::MergePatch,
                                   effect::Delete, effect::Evict, effect::PatchStatus, effect::EmitEvent>;

// For records and golden files: {"evict": {"pod": …, "because": …}}.
json::Value to_json(const ClusterEffect& effect);
json::Value to_json(const effect::Refresh& effect);
// "evict Pod databases/orders-1-0": for log lines and metrics.
std::string describe(const ClusterEffect& effect);
const std::string& because(const ClusterEffect& effect);
// "Pod databases/orders-1-0": the object that it is about.
std::string target_of(const ClusterEffect& effect);

}  // namespace k8s
