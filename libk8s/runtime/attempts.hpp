// SPDX-License-Identifier: Apache-2.0
// What went wrong for this key lately, and what was applied already? Memory of outcomes, as facts for the next
// Observed.
//
// Pure. Nothing that must survive a restart is here: that is a phase in status. Everything of a key is forgotten when
// its object's uid or generation changes; a failure also when the same effect on the same target succeeds.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "libk8s/base/backoff.hpp"
#include "libk8s/runtime/step.hpp"

namespace k8s {

struct Attempt {
  std::string effect;
  std::string target;
  std::string code;  // name(Code)
  std::string message;
  bool unknown = false;
  int count = 0;  // in a row
  Wall first{};
  Wall last{};
  // Before then the same effect is better not tried again: 5 ms·2ⁿ for transient codes, 1 s·2ⁿ for the others, at
  // most 1000 s, never sooner than the other side asked.
  Monotonic retry_at{};

  bool operator==(const Attempt&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("effect", self.effect);
    visit("target", self.target);
    visit("code", self.code);
    visit("message", self.message);
    visit("unknown", self.unknown);
    visit("count", self.count);
    visit("first", self.first);
    visit("last", self.last);
    visit("retryAtMs", self.retry_at);
  }
};

// What an apply left behind: that manifest, applied once more onto an object that still looks so, would change nothing.
struct Applied {
  std::string manifest;  // digest
  std::string live;      // digest of the object as it came back
  ResourceVersion rv;

  bool operator==(const Applied&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("manifest", self.manifest);
    visit("live", self.live);
    visit("resourceVersion", self.rv);
  }
};
using AppliedByTarget = std::map<std::string, Applied>;

// "StatefulSet databases/orders-0", the target that every Outcome and Attempt of that object names.
std::string target_name(const ResourceType& type, const ObjectKey& key);
// Ignores what the server changes on its own: resourceVersion, generation, managedFields, status.
std::string digest_of_object(json::Value object);
std::string digest_of_manifest(const Manifest& manifest);
// True when first_difference(wanted, live) is not worth another apply: the server answered this very manifest with this
// very object.
bool was_applied(const AppliedByTarget& applied, const Manifest& manifest, const json::Value& live);

// Which object the memory belongs to.
struct Incarnation {
  Uid uid;
  std::int64_t generation = 0;
  bool operator==(const Incarnation&) const = default;
};

class Attempts {
 public:
  // Drops the key's memory when the object is another one or has a new generation.
  void look(const ObjectKey& key, const Incarnation& now_is);
  void forget(const ObjectKey& key) { keys_.erase(key); }

  // Returns how many times in a row it has failed: 0 after a success. A refusal counts as a failure; a dry run leaves
  // no trace.
  int note(const ObjectKey& key, const Outcome& outcome, Monotonic now);
  void note_applied(const ObjectKey& key, const std::string& target, Applied applied);

  // Ordered by effect, then target.
  std::vector<Attempt> of(const ObjectKey& key) const;
  AppliedByTarget applied(const ObjectKey& key) const;
  std::size_t size() const { return keys_.size(); }

 private:
  struct Memory {
    Incarnation incarnation;
    std::map<std::pair<std::string, std::string>, Attempt> failures;
    AppliedByTarget applied;
  };
  std::map<ObjectKey, Memory> keys_;
};

}  // namespace k8s
