// SPDX-License-Identifier: Apache-2.0
#include "libk8s/cache/overlay.hpp"

#include "libk8s/api/resource_version.hpp"

namespace k8s {
namespace {

// True when `watched` certainly does not include what was written at `written`.
bool is_behind(const ResourceVersion& watched, const ResourceVersion& written) {
  return is_newer(written, watched).value_or(false);
}

bool includes(const Item& base, const Item& written) {
  if (base.uid == written.uid && base.resource_version == written.resource_version) return true;
  return is_newer(base.resource_version, written.resource_version).value_or(false);
}

}  // namespace

bool Overlay::is_empty(const Entry& entry) {
  return !entry.shown && !entry.hidden && !entry.expected_gone;
}

void Overlay::wrote(Item item, const Item* base, const ResourceVersion& caught_up, Monotonic deadline) {
  const bool watch_was_faster =
      caught_up == item.resource_version || is_newer(caught_up, item.resource_version).value_or(false);
  if (watch_was_faster || (base && includes(*base, item))) {
    entries_.erase(item.key);
    return;
  }
  const ObjectKey key = item.key;
  entries_[key] =
      Entry{.shown = std::move(item), .hidden = {}, .expected_gone = {}, .awaited = true, .deadline = deadline};
}

void Overlay::expect_gone(const ObjectKey& key, const Uid& uid, const Item* base, Monotonic deadline) {
  const auto at = entries_.find(key);
  const Item* visible = at != entries_.end() && at->second.shown ? &*at->second.shown : base;
  if (!visible || visible->uid != uid || visible->terminating) return;
  Entry& entry = entries_[key];
  entry.expected_gone = uid;
  entry.deadline = deadline;
}

void Overlay::resolve(const ObjectKey& key, std::optional<Item> live, const Item* base) {
  const auto at = entries_.find(key);
  const bool wrote_since = live && at != entries_.end() && at->second.shown && at->second.awaited &&
                           is_newer(at->second.shown->resource_version, live->resource_version).value_or(false);
  if (wrote_since) return;
  if (live ? base && includes(*base, *live) : !base) {
    if (at != entries_.end()) entries_.erase(at);
    return;
  }
  Entry entry;
  if (live)
    entry.shown = std::move(live);
  else
    entry.hidden = base->uid;
  entries_[key] = std::move(entry);
}

void Overlay::base_changed(const ObjectKey& key, const Item* base, const Uid& deleted) {
  const auto at = entries_.find(key);
  if (at == entries_.end()) return;
  Entry& entry = at->second;
  if (base) {
    if (entry.shown && !is_behind(base->resource_version, entry.shown->resource_version)) entry.shown.reset();
    if (entry.expected_gone && (base->uid != *entry.expected_gone || base->terminating)) entry.expected_gone.reset();
    if (entry.hidden && base->uid != *entry.hidden) entry.hidden.reset();
  } else {
    if (entry.shown && entry.shown->uid == deleted) entry.shown.reset();
    if (entry.expected_gone && *entry.expected_gone == deleted) entry.expected_gone.reset();
    entry.hidden.reset();
  }
  if (!entry.shown) entry.awaited = false;
  if (is_empty(entry)) entries_.erase(at);
}

void Overlay::caught_up(const ResourceVersion& rv) {
  for (auto at = entries_.begin(); at != entries_.end();) {
    Entry& entry = at->second;
    if (entry.shown && !is_behind(rv, entry.shown->resource_version)) {
      entry.shown.reset();
      entry.awaited = false;
    }
    at = is_empty(entry) ? entries_.erase(at) : std::next(at);
  }
}

const Overlay::Entry* Overlay::find(const ObjectKey& key) const {
  const auto at = entries_.find(key);
  return at == entries_.end() ? nullptr : &at->second;
}

bool Overlay::is_awaited(const ObjectKey& key) const {
  const Entry* entry = find(key);
  return entry && (entry->awaited || entry->expected_gone);
}

std::vector<ObjectKey> Overlay::keys() const {
  std::vector<ObjectKey> all;
  for (const auto& [key, entry] : entries_) all.push_back(key);
  return all;
}

std::vector<ObjectKey> Overlay::overdue(Monotonic now) const {
  std::vector<ObjectKey> late;
  for (const auto& [key, entry] : entries_) {
    if (is_awaited(key) && now >= entry.deadline) late.push_back(key);
  }
  return late;
}

std::optional<Monotonic> Overlay::deadline_of(const ObjectKey& key) const {
  if (!is_awaited(key)) return std::nullopt;
  return find(key)->deadline;
}

}  // namespace k8s
