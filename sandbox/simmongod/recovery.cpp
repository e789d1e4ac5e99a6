// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/recovery.hpp"

#include "sandbox/simmongod/bson_order.hpp"
#include "sandbox/simmongod/changes.hpp"
#include "sandbox/simmongod/install.hpp"
#include "sandbox/simmongod/rollback.hpp"

namespace simmongod {
namespace {

void put_collection(Member& member, const bson::Document& record) {
  const bson::View given = record.sub("collection");
  Collection collection;
  collection.uuid = given.binary("uuid").value_or(bson::Binary{});
  collection.options = document_at(given, "options").value_or(bson::Document{});
  collection.minimum = given.timestamp("minimum").value_or(Timestamp{});
  for (const bson::Element& index : given.sub("indexes")) collection.indexes.emplace_back(index.sub());
  member.store.put_collection(record.string("ns").value_or(""), std::move(collection));
}

void append_collection(const std::string& ns, const Collection& collection, std::vector<bson::Document>& out) {
  bson::Array indexes;
  for (const bson::Document& index : collection.indexes) indexes.append(index);
  const bson::Document described{{"uuid", collection.uuid},
                                 {"options", collection.options},
                                 {"indexes", indexes},
                                 {"minimum", collection.minimum}};
  out.push_back(bson::Document{{"collection", described}, {"ns", ns}});
  for (const auto& [record, document] : collection.records) {
    out.push_back(bson::Document{{"document", document}, {"ns", ns}});
  }
}

void replay_entry(Member& member, const bson::Document& record) {
  bson::Document document = record.document("op").value_or(bson::Document{});
  // In a snapshot the documents already hold what the oplog says.
  if (!record.flag("applied")) return apply_entry(member, std::move(document));
  OplogEntry entry = make_entry(std::move(document));
  member.clock = std::max(member.clock, entry.optime.ts);
  member.oplog.push(std::move(entry));
  member.durable = member.oplog.last();
}

}  // namespace

void replay_record(Member& member, const bson::Document& record, Recovered& so_far) {
  const std::string_view kind = record.first_key();
  if (kind == "op") {
    replay_entry(member, record);
    const OpTime committed = record.op_time("committed").value_or(OpTime{});
    if (committed > member.committed) {
      member.committed = committed;
      member.oplog.commit(committed);
    }
  } else if (kind == "rollback") {
    roll_back_to(member, record.op_time("rollback").value_or(OpTime{}));
  } else if (kind == "config") {
    auto parsed = parse_config(record.sub("config"), member.options.flavor);
    if (auto* config = std::get_if<SetConfig>(&parsed)) so_far.config = std::move(*config);
  } else if (kind == "vote") {
    member.election.voted_term = record.number("vote").value_or(-1);
    member.election.voted_for = record.number("for").value_or(-1);
    member.election.term = std::max(member.election.term, member.election.voted_term);
  } else if (kind == "term") {
    member.election.term = std::max(member.election.term, record.number("term").value_or(0));
  } else if (kind == "initialSync") {
    so_far.in_initial_sync = record.string("initialSync") == "started";
    if (so_far.in_initial_sync) {
      member.store.clear_replicated();
      member.oplog.clear();
      member.committed = member.durable = OpTime{};
    }
  } else if (kind == "collection") {
    put_collection(member, record);
  } else if (kind == "document") {
    member.store.put_document(record.string("ns").value_or(""), record.document("document").value_or(bson::Document{}));
  }
  // Playing back is not doing: nothing of it goes out.
  member.outputs.clear();
}

void finish_recovery(Member& member, const Recovered& all) {
  member.election.term = std::max(member.election.term, member.oplog.last().t);
  if (all.in_initial_sync) {
    member.store.clear_replicated();
    member.oplog.clear();
    member.committed = member.durable = OpTime{};
  }
  if (all.config) install_stored(member, *all.config);
}

// Entries that may still be rolled back stay entries: the documents are written as they were before them.
std::vector<bson::Document> snapshot_records(Member& member, const Recovered& all) {
  std::vector<bson::Document> uncommitted;
  while (!member.oplog.empty() && member.oplog.last() > member.committed) {
    const OplogEntry entry = member.oplog.pop();
    member.store.undo(entry.undo);
    uncommitted.push_back(entry.document);
  }
  std::vector<bson::Document> out;
  if (all.config) {
    out.push_back(bson::Document{{"config", to_document(*all.config, member.options.flavor, NewlyAdded::show)}});
  }
  out.push_back(bson::Document{{"vote", member.election.voted_term}, {"for", member.election.voted_for}});
  out.push_back(bson::Document{{"term", member.election.term}});
  for (const auto& [ns, collection] : member.store.collections()) append_collection(ns, *collection, out);
  for (std::size_t i = 0; i < member.oplog.size(); ++i) {
    out.push_back(
        bson::Document{{"op", member.oplog.at(i).document}, {"committed", member.committed}, {"applied", true}});
  }
  for (auto entry = uncommitted.rbegin(); entry != uncommitted.rend(); ++entry) {
    out.push_back(bson::Document{{"op", *entry}, {"committed", member.committed}});
    apply_entry(member, *entry);
  }
  return out;
}

}  // namespace simmongod
