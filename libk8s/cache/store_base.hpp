// SPDX-License-Identifier: Apache-2.0
// What we believe about one kind in one scope: the part of Store<T> that does not know T.
//
// Readers see the visible object of a key: our own newer write if there is one (overlay.hpp), else what the watch has
// shown. The reflector is the only writer. Relisting happens in place: begin_generation, listed…, sweep drops what
// was not listed. Subscribers get keys or index values, never objects, and must not write to the store from inside the
// callback.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "libk8s/api/resource_type.hpp"
#include "libk8s/cache/indexes.hpp"
#include "libk8s/cache/overlay.hpp"
#include "libk8s/json/node.hpp"

namespace k8s {

enum class SweepKind { same_epoch, new_epoch };

class StoreBase {
 public:
  // An own write that the watch has not shown by then is looked up live.
  static constexpr Millis kOwnWriteDeadline{5'000};

  explicit StoreBase(const ResourceType& type) : type_(type) {}
  virtual ~StoreBase() = default;
  StoreBase(const StoreBase&) = delete;
  StoreBase& operator=(const StoreBase&) = delete;

  // ---- what is known
  const ResourceType& type() const { return type_; }
  // The first list is complete. Stays true: afterwards age() tells how current it is.
  bool synced() const { return synced_; }
  // Grows each time resourceVersions went back (the server was restored): then nothing observed before counts.
  std::uint64_t epoch() const { return epoch_; }
  const ResourceVersion& resource_version() const { return rv_; }
  // When the server last said anything that shows the store to be current: a list, an event, a bookmark.
  std::optional<Monotonic> last_heard() const { return last_heard_; }
  std::optional<Millis> age(Monotonic now) const;
  std::size_t size() const { return all_visible().size(); }
  std::optional<Item> item(const ObjectKey& key) const;
  std::vector<ObjectKey> keys() const;
  // Why the newest version of that object could not be read; the last readable one, if any, stays visible.
  std::optional<std::string> problem(const ObjectKey& key) const;
  std::size_t undecodable() const { return problems_.size(); }

  // ---- waking
  void on_change(std::function<void(const ObjectKey&)> wake) { on_change_.push_back(std::move(wake)); }
  // Called with every value of that index that the object had before or has now.
  void on_change_of(std::string index, std::function<void(const std::string&)> wake);
  // The own writes of that key are settled.
  void on_settled(std::function<void(const ObjectKey&)> wake) { on_settled_.push_back(std::move(wake)); }

  // ---- own writes
  // `body`: the object as the server returned it. Invalid when it cannot be read; nothing changes then.
  Result<void> wrote(std::string_view body, Monotonic now);
  void expect_gone(const ObjectKey& key, const Uid& uid, Monotonic now);
  // A live GET answered; nothing: 404.
  void resolve(const ObjectKey& key, std::optional<Item> live);
  // False until the watch, or a live GET, has shown every own write of that key.
  bool is_settled(const ObjectKey& key) const { return !overlay_.is_awaited(key); }
  std::vector<ObjectKey> overdue(Monotonic now) const { return overlay_.overdue(now); }
  std::optional<Monotonic> own_write_deadline(const ObjectKey& key) const { return overlay_.deadline_of(key); }

  // ---- the writer's side
  virtual Result<Item> decode(const json::Node& node) const = 0;
  void begin_generation();
  // The list broke off: nothing is swept.
  void abandon_generation();
  // From a list, or an ADDED event that stands for one: ignored where the store already holds something newer of the
  // same uid.
  void listed(Item item);
  void watched(Item item, Monotonic now);
  void deleted(const ObjectKey& key, const Uid& uid, const ResourceVersion& rv, Monotonic now);
  void not_decodable(const ObjectKey& key, std::string why);
  // The list is complete and was taken at `rv`.
  void sweep(const ResourceVersion& rv, SweepKind kind, Monotonic now);
  // The watch has shown everything up to `rv`.
  void advance(const ResourceVersion& rv, Monotonic now);
  void heard(Monotonic now) { last_heard_ = now; }
  // True when an event at `rv` is older than a list that the store has taken in meanwhile (see Reflector::refresh).
  bool is_stale_event(const ResourceVersion& rv) const;

 protected:
  void add_index(std::string name, Indexes::Function function) { indexes_.add(std::move(name), std::move(function)); }
  const Item* visible(const ObjectKey& key) const;
  // Ordered by key.
  std::vector<const Item*> all_visible() const;
  const Indexes& indexes() const { return indexes_; }

 private:
  template <class T>
  struct Marked {
    T value;
    std::uint64_t mark = 0;  // the generation that named it last
  };
  const Item* base(const ObjectKey& key) const;
  void put(Item item);
  void drop(const ObjectKey& key, const Uid& uid);
  // What subscribers were last told of a key.
  struct Told {
    bool exists = false;
    Uid uid;
    ResourceVersion rv;
    bool awaited = false;
  };
  Told told(const ObjectKey& key) const;
  void tell(const ObjectKey& key, const Told& before);
  void change_overlay(const std::function<void()>& change);

  ResourceType type_;
  std::map<ObjectKey, Marked<Item>> base_;
  std::map<ObjectKey, Marked<std::string>> problems_;
  // Of the open generation: deleted by the watch meanwhile; listed but older than what is held.
  std::set<ObjectKey> deleted_meanwhile_;
  std::map<ObjectKey, Item> held_back_;
  Overlay overlay_;
  Indexes indexes_;
  std::vector<std::function<void(const ObjectKey&)>> on_change_;
  std::map<std::string, std::vector<std::function<void(const std::string&)>>> on_change_of_;
  std::vector<std::function<void(const ObjectKey&)>> on_settled_;
  std::uint64_t generation_ = 0;
  bool generation_open_ = false;
  std::uint64_t epoch_ = 1;
  bool synced_ = false;
  ResourceVersion rv_;
  ResourceVersion floor_;
  std::optional<Monotonic> last_heard_;
};

}  // namespace k8s
