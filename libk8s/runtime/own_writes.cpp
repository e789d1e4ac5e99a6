// SPDX-License-Identifier: Apache-2.0
#include "libk8s/runtime/own_writes.hpp"

#include <algorithm>

#include "libk8s/api/object_meta.hpp"
#include "libk8s/json/fields.hpp"

namespace k8s {
namespace {

struct Labelled {
  ObjectMeta metadata;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("metadata", self.metadata);
  }
};

bool holds_kind(const Reflector& reflector, const ResourceType& type) {
  const ResourceType& held = reflector.store().type();
  return held.group == type.group && held.plural == type.plural;
}

// Labels aside.
bool in_place(const WatchScope& scope, const ObjectKey& key) {
  return (scope.ns.empty() || scope.ns == key.ns) && (scope.single.empty() || scope.single == key.name);
}

}  // namespace

OwnWrites::OwnWrites(std::vector<Reflector*> reflectors) : reflectors_(std::move(reflectors)) {}

void OwnWrites::note(const ObjectKey& by, const OwnWrite& write, Monotonic now) {
  std::map<std::string, std::string> labels;
  if (!write.body.empty()) {
    const Result<Labelled> read = json::decode_text<Labelled>(write.body);
    if (!read) return;
    labels = read->metadata.labels;
  }
  for (std::size_t i = 0; i < reflectors_.size(); ++i) {
    if (!holds_kind(*reflectors_[i], write.type)) continue;
    StoreBase& store = reflectors_[i]->store();
    const Late object{.reflector = i, .object = write.key};
    if (write.body.empty() && write.gone.empty()) {
      if (in_place(reflectors_[i]->scope(), write.key)) written_[by][object] = Kind::in_doubt;
      continue;
    }
    if (write.body.empty()) {
      store.expect_gone(write.key, write.gone, now);
    } else if (!covers(reflectors_[i]->scope(), write.key, labels) || !store.wrote(write.body, now)) {
      continue;
    }
    if (!store.is_settled(write.key)) written_[by][object] = Kind::awaited;
  }
}

bool OwnWrites::is_open(const Late& late, Kind kind) const {
  return kind == Kind::in_doubt || !reflectors_[late.reflector]->store().is_settled(late.object);
}

bool OwnWrites::is_settled(const ObjectKey& by) {
  const auto at = written_.find(by);
  if (at == written_.end()) return true;
  std::erase_if(at->second, [this](const auto& one) { return !is_open(one.first, one.second); });
  if (!at->second.empty()) return false;
  written_.erase(at);
  return true;
}

bool OwnWrites::all_synced() const {
  return std::all_of(reflectors_.begin(), reflectors_.end(),
                     [](const Reflector* reflector) { return reflector->store().synced(); });
}

std::optional<Monotonic> OwnWrites::deadline(const ObjectKey& by) const {
  std::optional<Monotonic> first;
  const auto at = written_.find(by);
  if (at == written_.end()) return first;
  for (const auto& [late, kind] : at->second) {
    const std::optional<Monotonic> one =
        kind == Kind::in_doubt ? Monotonic{} : reflectors_[late.reflector]->store().own_write_deadline(late.object);
    if (one && (!first || *one < *first)) first = one;
  }
  return first;
}

std::vector<OwnWrites::Late> OwnWrites::overdue(const ObjectKey& by, Monotonic now) const {
  std::vector<Late> all;
  const auto at = written_.find(by);
  if (at == written_.end()) return all;
  for (const auto& [late, kind] : at->second) {
    const std::optional<Monotonic> due = reflectors_[late.reflector]->store().own_write_deadline(late.object);
    if (kind == Kind::in_doubt || (due && *due <= now)) all.push_back(late);
  }
  return all;
}

void OwnWrites::looked(const ObjectKey& by, const Late& late) {
  if (const auto at = written_.find(by); at != written_.end()) at->second.erase(late);
}

std::vector<ObjectKey> OwnWrites::waiting_for(const StoreBase& store, const ObjectKey& object) const {
  std::vector<ObjectKey> keys;
  for (const auto& [by, objects] : written_) {
    const bool waits = std::any_of(objects.begin(), objects.end(), [&](const auto& one) {
      return &reflectors_[one.first.reflector]->store() == &store && one.first.object == object;
    });
    if (waits) keys.push_back(by);
  }
  return keys;
}

}  // namespace k8s
