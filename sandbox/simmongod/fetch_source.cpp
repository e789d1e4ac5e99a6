// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/fetch_source.hpp"

#include <algorithm>

#include "sandbox/simmongod/reads.hpp"

namespace simmongod {
namespace {

constexpr std::size_t kBatchBytes = std::size_t{4} * 1024 * 1024;
constexpr std::size_t kBatchEntries = 5000;

bson::Document metadata(const Member& member) {
  return bson::Document{{"term", member.election.term},
                        {"committed", member.committed},
                        {"applied", member.oplog.last()},
                        {"isPrimary", is_primary(member)},
                        {"primaryId", is_primary(member) ? own_id(member) : member.primary_id},
                        {"syncSource", member.sync.source},
                        {"state", static_cast<int>(state_of(member))}};
}

bool readable(const Member& member) {
  const MemberState state = state_of(member);
  return state == MemberState::primary || state == MemberState::secondary || state == MemberState::recovering;
}

bson::Document batch(const Member& member, std::size_t from) {
  bson::Array entries;
  std::size_t bytes = 0;
  for (std::size_t i = from; i < member.oplog.size() && bytes < kBatchBytes && entries.size() < kBatchEntries; ++i) {
    entries.append(member.oplog.at(i).document);
    bytes += member.oplog.at(i).document.bytes().size();
  }
  return bson::Document{{"entries", entries}, {"metadata", metadata(member)}};
}

// Nothing: there is nothing to tell yet.
std::optional<bson::Document> fetch_now(const Member& member, bson::View command) {
  if (!readable(member))
    return refusal_reply(Err::not_primary_or_secondary, "node is not in primary or recovering state");
  const OpTime after = command.op_time("after").value_or(OpTime{});
  const auto from = member.oplog.after(after);
  if (!from) {
    const bson::Document refusal = refusal_reply(Err::oplog_start_missing, "the requested optime is not in this oplog");
    return bson::Builder(refusal).append("first", member.oplog.first()).append("metadata", metadata(member)).done();
  }
  const bool news = *from < member.oplog.size() || command.op_time("committed").value_or(OpTime{}) < member.committed ||
                    command.flag("sawPrimary") != is_primary(member);
  if (!news) return {};
  return batch(member, *from);
}

}  // namespace

std::optional<bson::Document> fetch_command(Member& member, ReplyTo to, bson::View command) {
  if (auto now = fetch_now(member, command)) return now;
  const k8s::Millis wait(command.number("maxAwaitTimeMS").value_or(0));
  const TimerId deadline = after(member, wait, [to](Member& later) {
    const auto tail = std::ranges::find(later.tail_waits, to, &TailWait::to);
    if (tail == later.tail_waits.end()) return;
    later.tail_waits.erase(tail);
    answer(later, to, batch(later, later.oplog.size()));
  });
  member.tail_waits.push_back(TailWait{.to = to, .command = bson::Document(command), .deadline = deadline});
  return {};
}

void wake_tails(Member& member) {
  std::vector<std::pair<ReplyTo, bson::Document>> ready;
  for (auto tail = member.tail_waits.begin(); tail != member.tail_waits.end();) {
    auto now = tail->cursor ? tail_cursor_now(member, tail->command) : fetch_now(member, tail->command);
    if (!now) {
      ++tail;
      continue;
    }
    member.timers.cancel(tail->deadline);
    ready.emplace_back(tail->to, *std::move(now));
    tail = member.tail_waits.erase(tail);
  }
  for (auto& [to, reply] : ready) answer(member, to, std::move(reply));
}

bson::Document common_command(Member& member, bson::View command) {
  for (const bson::Element& candidate : command.sub("optimes")) {
    const auto optime = candidate.op_time();
    if (optime && member.oplog.after(*optime))
      return bson::Document{{"optime", *optime}, {"metadata", metadata(member)}};
  }
  return refusal_reply(Err::oplog_start_missing, "no common point in this oplog");
}

bson::Document clone_command(Member& member, bson::View command) {
  if (!readable(member) || member.oplog.empty()) {
    return refusal_reply(Err::not_primary_or_secondary, "node is not in primary or recovering state");
  }
  const std::string ns = command.string("ns").value_or("");
  if (ns.empty()) {
    bson::Array collections;
    for (const auto& [name, collection] : member.store.collections()) {
      bson::Array indexes;
      for (const bson::Document& index : collection->indexes) indexes.append(index);
      collections.append(bson::Document{{"ns", name},
                                        {"uuid", collection->uuid},
                                        {"options", collection->options},
                                        {"indexes", indexes},
                                        {"minimum", collection->minimum}});
    }
    return bson::Document{{"collections", collections},
                          {"optime", member.oplog.last()},
                          {"entry", member.oplog.at(member.oplog.size() - 1).document},
                          {"metadata", metadata(member)}};
  }
  bson::Array documents;
  std::int64_t next = 0;
  if (const Collection* collection = member.store.find(ns)) {
    std::size_t bytes = 0;
    auto record = collection->records.upper_bound(command.number("record").value_or(0));
    for (; record != collection->records.end() && bytes < kBatchBytes; ++record) {
      documents.append(record->second);
      bytes += record->second.bytes().size();
      next = record->first;
    }
    if (record == collection->records.end()) next = 0;
  }
  return bson::Document{{"documents", documents}, {"next", next}, {"optime", member.oplog.last()}};
}

}  // namespace simmongod
