// SPDX-License-Identifier: Apache-2.0
// Has this key's last write been seen by the stores it is decided from? Remembers, per controller key, which objects it
// wrote.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libk8s/cache/reflector.hpp"
#include "libk8s/runtime/step.hpp"

namespace k8s {

// Told by cluster effects: the object as the server returned it; or, without a body, that this uid is to go; or,
// without either, that it is unknown whether a write of ours was carried out.
struct OwnWrite {
  ResourceType type;
  ObjectKey key;
  std::string body;
  Uid gone;
};

class OwnWrites {
 public:
  explicit OwnWrites(std::vector<Reflector*> reflectors);

  // Lays the write over every store whose scope covers it. What is in doubt is looked up live before anything else.
  void note(const ObjectKey& by, const OwnWrite& write, Monotonic now);
  // True when every object that `by` wrote is settled.
  bool is_settled(const ObjectKey& by);
  bool all_synced() const;
  // When the first unsettled write of `by` becomes overdue.
  std::optional<Monotonic> deadline(const ObjectKey& by) const;
  // What to fetch live, because the watch is late or the write is in doubt; `looked` once that GET has been answered.
  struct Late {
    std::size_t reflector = 0;
    ObjectKey object;
    auto operator<=>(const Late&) const = default;
  };
  std::vector<Late> overdue(const ObjectKey& by, Monotonic now) const;
  void looked(const ObjectKey& by, const Late& late);
  void forget(const ObjectKey& by) { written_.erase(by); }

  const std::vector<Reflector*>& reflectors() const { return reflectors_; }
  // The keys that wait for that object.
  std::vector<ObjectKey> waiting_for(const StoreBase& store, const ObjectKey& object) const;

 private:
  std::vector<Reflector*> reflectors_;
  enum class Kind { awaited, in_doubt };
  bool is_open(const Late& late, Kind kind) const;

  std::map<ObjectKey, std::map<Late, Kind>> written_;
};

}  // namespace k8s
