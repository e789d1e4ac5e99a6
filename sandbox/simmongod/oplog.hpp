// SPDX-License-Identifier: Apache-2.0
// What happened, in which order? The replicated log, with what is needed to take the uncommitted end of it back.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "libk8s/base/clock.hpp"
#include "operators/mongodb/wire/bson.hpp"
#include "sandbox/simmongod/store.hpp"

namespace simmongod {

using bson::OpTime;
using bson::Timestamp;

struct OplogEntry {
  bson::Document document;
  OpTime optime;
  k8s::Wall wall{};
  // Empty once committed.
  std::vector<Undo> undo;
};

OplogEntry make_entry(bson::Document document);

class Oplog {
 public:
  explicit Oplog(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  std::size_t bytes() const { return bytes_; }
  const OplogEntry& at(std::size_t index) const { return entries_.at(index); }
  // {0,0},-1 when empty.
  OpTime last() const { return entries_.empty() ? OpTime{} : entries_.back().optime; }
  OpTime first() const { return entries_.empty() ? OpTime{} : entries_.front().optime; }
  k8s::Wall last_wall() const { return entries_.empty() ? k8s::Wall{} : entries_.back().wall; }

  void push(OplogEntry entry);
  OplogEntry pop();
  // Entries up to here can no longer be rolled back.
  void commit(const OpTime& optime);
  // The index of the first entry after `optime`; nothing when `optime` itself is not here.
  std::optional<std::size_t> after(const OpTime& optime) const;
  // The newest entry at or before the optime; its wall time is what the status shows.
  k8s::Wall wall_of(const OpTime& optime) const;
  void clear();

 private:
  std::size_t lower_bound(const Timestamp& ts) const;

  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  // How many entries at the front are committed.
  std::size_t committed_ = 0;
  std::deque<OplogEntry> entries_;
};

}  // namespace simmongod
