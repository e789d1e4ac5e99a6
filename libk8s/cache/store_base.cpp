// SPDX-License-Identifier: Apache-2.0
#include "libk8s/cache/store_base.hpp"

#include <algorithm>

#include "libk8s/api/resource_version.hpp"

namespace k8s {
namespace {

bool is_older(const ResourceVersion& a, const ResourceVersion& than_b) {
  return is_newer(than_b, a).value_or(false);
}

}  // namespace

// ---- what is known

std::optional<Millis> StoreBase::age(Monotonic now) const {
  if (!last_heard_) return std::nullopt;
  return now - *last_heard_;
}

std::optional<Item> StoreBase::item(const ObjectKey& key) const {
  const Item* found = visible(key);
  return found ? std::optional<Item>{*found} : std::nullopt;
}

std::vector<ObjectKey> StoreBase::keys() const {
  std::vector<ObjectKey> all;
  for (const Item* item : all_visible()) all.push_back(item->key);
  return all;
}

std::optional<std::string> StoreBase::problem(const ObjectKey& key) const {
  const auto at = problems_.find(key);
  return at == problems_.end() ? std::nullopt : std::optional<std::string>{at->second.value};
}

const Item* StoreBase::visible(const ObjectKey& key) const {
  const Item* watched = base(key);
  const Overlay::Entry* entry = overlay_.find(key);
  if (!entry) return watched;
  if (entry->shown) return &*entry->shown;
  return watched && entry->hidden && *entry->hidden == watched->uid ? nullptr : watched;
}

std::vector<const Item*> StoreBase::all_visible() const {
  std::vector<const Item*> all;
  all.reserve(base_.size());
  for (const auto& [key, entry] : base_) {
    const Item* item = overlay_.empty() ? &entry.value : visible(key);
    if (item) all.push_back(item);
  }
  const std::size_t watched = all.size();
  for (const ObjectKey& key : overlay_.keys()) {
    const Item* item = base_.contains(key) ? nullptr : visible(key);
    if (item) all.push_back(item);
  }
  const auto by_key = [](const Item* a, const Item* b) { return a->key < b->key; };
  if (all.size() > watched) std::sort(all.begin(), all.end(), by_key);
  return all;
}

const Item* StoreBase::base(const ObjectKey& key) const {
  const auto at = base_.find(key);
  return at == base_.end() ? nullptr : &at->second.value;
}

void StoreBase::on_change_of(std::string index, std::function<void(const std::string&)> wake) {
  on_change_of_[std::move(index)].push_back(std::move(wake));
}

// ---- own writes

Result<void> StoreBase::wrote(std::string_view body, Monotonic now) {
  json::Parser parser;
  const Result<json::Node> node = parser.parse(body);
  if (!node) return node.error();
  Result<Item> item = decode(*node);
  if (!item) return item.error();
  const ObjectKey key = item->key;
  const Told before = told(key);
  overlay_.wrote(std::move(*item), base(key), rv_, now + kOwnWriteDeadline);
  tell(key, before);
  return {};
}

void StoreBase::expect_gone(const ObjectKey& key, const Uid& uid, Monotonic now) {
  overlay_.expect_gone(key, uid, base(key), now + kOwnWriteDeadline);
}

void StoreBase::resolve(const ObjectKey& key, std::optional<Item> live) {
  const Told before = told(key);
  overlay_.resolve(key, std::move(live), base(key));
  tell(key, before);
}

// ---- the writer's side

void StoreBase::begin_generation() {
  ++generation_;
  generation_open_ = true;
  deleted_meanwhile_.clear();
  held_back_.clear();
}

void StoreBase::abandon_generation() {
  generation_open_ = false;
  deleted_meanwhile_.clear();
  held_back_.clear();
}

void StoreBase::put(Item item) {
  const ObjectKey key = item.key;
  const Told before = told(key);
  problems_.erase(key);
  base_[key] = {.value = std::move(item), .mark = generation_};
  overlay_.base_changed(key, base(key), {});
  tell(key, before);
}

void StoreBase::drop(const ObjectKey& key, const Uid& uid) {
  const Told before = told(key);
  base_.erase(key);
  problems_.erase(key);
  overlay_.base_changed(key, nullptr, uid);
  tell(key, before);
}

void StoreBase::listed(Item item) {
  if (deleted_meanwhile_.contains(item.key)) return;
  const auto at = base_.find(item.key);
  if (at != base_.end() && is_older(item.resource_version, at->second.value.resource_version)) {
    at->second.mark = generation_;
    held_back_[item.key] = std::move(item);
    return;
  }
  put(std::move(item));
}

void StoreBase::watched(Item item, Monotonic now) {
  last_heard_ = now;
  deleted_meanwhile_.erase(item.key);
  const Item* known = base(item.key);
  // Only a list that is being merged meanwhile can be ahead of the watch.
  if (generation_open_ && known && is_older(item.resource_version, known->resource_version)) return;
  put(std::move(item));
}

void StoreBase::deleted(const ObjectKey& key, const Uid& uid, const ResourceVersion& rv, Monotonic now) {
  last_heard_ = now;
  const Item* known = base(key);
  if (generation_open_) {
    if (known && known->uid != uid && is_older(rv, known->resource_version)) return;
    deleted_meanwhile_.insert(key);
  }
  drop(key, uid);
}

void StoreBase::not_decodable(const ObjectKey& key, std::string why) {
  problems_[key] = {.value = std::move(why), .mark = generation_};
  if (const auto at = base_.find(key); at != base_.end()) at->second.mark = generation_;
  for (const auto& wake : on_change_) wake(key);
}

void StoreBase::sweep(const ResourceVersion& rv, SweepKind kind, Monotonic now) {
  if (kind == SweepKind::new_epoch) {
    ++epoch_;
    change_overlay([this] { overlay_.drop_all(); });
    for (auto& [key, item] : std::exchange(held_back_, {})) put(std::move(item));
    rv_ = rv;
    floor_ = rv;
  }
  std::vector<std::pair<ObjectKey, Uid>> unnamed;
  for (const auto& [key, entry] : base_) {
    if (entry.mark != generation_) unnamed.emplace_back(key, entry.value.uid);
  }
  for (const auto& [key, uid] : unnamed) drop(key, uid);
  std::erase_if(problems_, [this](const auto& one) { return one.second.mark != generation_; });

  abandon_generation();
  synced_ = true;
  if (!is_older(rv, floor_)) floor_ = rv;
  advance(rv, now);
}

void StoreBase::advance(const ResourceVersion& rv, Monotonic now) {
  last_heard_ = now;
  if (is_older(rv, rv_)) return;
  rv_ = rv;
  if (overlay_.empty()) return;
  change_overlay([this, &rv] { overlay_.caught_up(rv); });
}

bool StoreBase::is_stale_event(const ResourceVersion& rv) const {
  return !floor_.empty() && (rv == floor_ || is_older(rv, floor_));
}

// ---- telling

StoreBase::Told StoreBase::told(const ObjectKey& key) const {
  const Item* item = visible(key);
  if (!item) return {.exists = false, .uid = {}, .rv = {}, .awaited = overlay_.is_awaited(key)};
  return {.exists = true, .uid = item->uid, .rv = item->resource_version, .awaited = overlay_.is_awaited(key)};
}

void StoreBase::tell(const ObjectKey& key, const Told& before) {
  const Told after = told(key);
  const Item* item = visible(key);
  const Indexes::Values touched = indexes_.update(key, item ? item->object.get() : nullptr);
  if (before.exists != after.exists || before.uid != after.uid || before.rv != after.rv) {
    for (const auto& wake : on_change_) wake(key);
    for (const auto& [name, wakes] : on_change_of_) {
      const auto values = touched.find(name);
      check(values != touched.end(), "waking by an index that was never added");
      for (const std::string& value : values->second) {
        for (const auto& wake : wakes) wake(value);
      }
    }
  }
  if (!before.awaited || after.awaited) return;
  for (const auto& wake : on_settled_) wake(key);
}

void StoreBase::change_overlay(const std::function<void()>& change) {
  std::vector<std::pair<ObjectKey, Told>> before;
  for (const ObjectKey& key : overlay_.keys()) before.emplace_back(key, told(key));
  change();
  for (const auto& [key, was] : before) tell(key, was);
}

}  // namespace k8s
