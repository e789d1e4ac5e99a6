// SPDX-License-Identifier: Apache-2.0
// What have we written that the watch has not shown us yet? (Read your own writes.)
//
// A written object is shown until the watch reaches its resourceVersion; an object that we asked to go, without a reply
// that holds it, is an expectation: settled when that uid is gone or terminating. A live GET replaces either by what
// the server holds at present. An entry that passes its deadline is overdue: the runtime makes that GET. Pure;
// StoreBase is its only user.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "libk8s/cache/item.hpp"

namespace k8s {

class Overlay {
 public:
  struct Entry {
    // What readers see in place of the watched object. Nothing: `hidden` decides.
    std::optional<Item> shown;
    // A live GET answered 404 for this uid: readers see no object until the watch says so too.
    std::optional<Uid> hidden;
    // This uid is to go or to terminate.
    std::optional<Uid> expected_gone;
    // `shown` is an own write that neither the watch nor a live GET has confirmed.
    bool awaited = false;
    Monotonic deadline{};
  };

  // `base`: what the watch has shown so far, null for nothing. `caught_up`: how far the watch is.
  void wrote(Item item, const Item* base, const ResourceVersion& caught_up, Monotonic deadline);
  void expect_gone(const ObjectKey& key, const Uid& uid, const Item* base, Monotonic deadline);
  // A live GET answered: the object, or nothing for 404.
  void resolve(const ObjectKey& key, std::optional<Item> live, const Item* base);

  // The watch showed `base` (null: deleted, and `deleted` names the uid).
  void base_changed(const ObjectKey& key, const Item* base, const Uid& deleted);
  // The watch has reached `rv`: everything written at or before it is in the base.
  void caught_up(const ResourceVersion& rv);
  // resourceVersions went back: no comparison means anything any more.
  void drop_all() { entries_.clear(); }

  const Entry* find(const ObjectKey& key) const;
  bool is_awaited(const ObjectKey& key) const;
  std::vector<ObjectKey> keys() const;
  std::vector<ObjectKey> overdue(Monotonic now) const;
  std::optional<Monotonic> deadline_of(const ObjectKey& key) const;
  bool empty() const { return entries_.empty(); }

 private:
  using Entries = std::map<ObjectKey, Entry>;
  static bool is_empty(const Entry& entry);

  Entries entries_;
};

}  // namespace k8s
