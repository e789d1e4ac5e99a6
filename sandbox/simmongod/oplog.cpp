// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/oplog.hpp"

#include <algorithm>

namespace simmongod {

OplogEntry make_entry(bson::Document document) {
  OplogEntry entry;
  entry.optime = OpTime{.ts = document.timestamp("ts").value_or(Timestamp{}), .t = document.number("t").value_or(-1)};
  entry.wall = k8s::Wall(std::chrono::milliseconds(document.date("wall").value_or(bson::Date{}).ms));
  entry.document = std::move(document);
  return entry;
}

void Oplog::push(OplogEntry entry) {
  bytes_ += entry.document.bytes().size();
  entries_.push_back(std::move(entry));
  while (bytes_ > max_bytes_ && committed_ > 1) {
    bytes_ -= entries_.front().document.bytes().size();
    entries_.pop_front();
    --committed_;
  }
}

OplogEntry Oplog::pop() {
  OplogEntry entry = std::move(entries_.back());
  entries_.pop_back();
  bytes_ -= entry.document.bytes().size();
  committed_ = std::min(committed_, entries_.size());
  return entry;
}

void Oplog::commit(const OpTime& optime) {
  while (committed_ < entries_.size() && entries_[committed_].optime.ts <= optime.ts) {
    entries_[committed_].undo.clear();
    entries_[committed_].undo.shrink_to_fit();
    ++committed_;
  }
}

std::size_t Oplog::lower_bound(const Timestamp& ts) const {
  const auto found =
      std::ranges::lower_bound(entries_, ts, {}, [](const OplogEntry& entry) { return entry.optime.ts; });
  return static_cast<std::size_t>(found - entries_.begin());
}

std::optional<std::size_t> Oplog::after(const OpTime& optime) const {
  const std::size_t index = lower_bound(optime.ts);
  if (index >= entries_.size() || entries_[index].optime != optime) return {};
  return index + 1;
}

k8s::Wall Oplog::wall_of(const OpTime& optime) const {
  std::size_t index = lower_bound(optime.ts);
  if (index < entries_.size() && entries_[index].optime.ts == optime.ts) return entries_[index].wall;
  return index == 0 ? k8s::Wall{} : entries_[index - 1].wall;
}

void Oplog::clear() {
  entries_.clear();
  bytes_ = 0;
  committed_ = 0;
}

}  // namespace simmongod
