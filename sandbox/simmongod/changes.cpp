// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/changes.hpp"

#include "sandbox/simmongod/commit.hpp"
#include "sandbox/simmongod/fetch_source.hpp"

namespace simmongod {
namespace {

bson::Document entry_of(const Member& member, const LocalChange& change, const Timestamp& ts) {
  bson::Builder entry;
  if (change.session) {
    entry.append("lsid", change.session->lsid).append("txnNumber", change.session->transaction);
  }
  entry.append("op", change.op).append("ns", change.ns);
  entry.append_if("ui", change.collection);
  entry.append("o", change.o);
  entry.append_if("o2", change.o2);
  entry.append("ts", ts);
  // The very first entry of a set has no term: nobody was elected yet.
  if (is_primary(member)) entry.append("t", member.election.term);
  entry.append("wall", date_of(member.now.wall)).append("v", std::int64_t{2});
  if (change.session) {
    entry.append("stmtId", static_cast<int>(change.session->statement)).append("prevOpTime", change.session->previous);
  }
  return entry.done();
}

// So that a statement is done once, also when another member has become primary since.
void remember_statement(Member& member, const bson::Document& entry, const OpTime& optime) {
  const auto transaction = entry.number("txnNumber");
  const auto lsid = entry.binary("lsid.id");
  if (!transaction || !lsid || !entry.has("stmtId")) return;
  Session& session = member.sessions[lsid->bytes];
  if (*transaction < session.transaction) return;
  if (*transaction > session.transaction) session = Session{.transaction = *transaction};
  session.last = optime;
  bson::Document& done = session.statements[entry.number("stmtId").value_or(0)];
  if (done.empty()) done = bson::Document{{"n", 1}, {"nModified", 1}};
}

void push(Member& member, bson::Document document) {
  OplogEntry entry = make_entry(std::move(document));
  if (entry.optime.ts > member.clock) member.clock = entry.optime.ts;
  entry.undo = member.store.apply(entry.document);
  record(member, bson::Document{{"op", entry.document}, {"committed", member.committed}}, output::Durability::buffered);
  remember_statement(member, entry.document, entry.optime);
  member.oplog.push(std::move(entry));
  member.durable = member.oplog.last();
}

}  // namespace

OpTime log_change(Member& member, LocalChange change) {
  const Timestamp ts = change.at ? *change.at : next_timestamp(member);
  if (!change.collection && (change.op == "i" || change.op == "u" || change.op == "d")) {
    const Collection* collection = member.store.find(change.ns);
    if (collection != nullptr) change.collection = collection->uuid;
  }
  push(member, entry_of(member, change, ts));
  advance_commit_point(member);
  wake_tails(member);
  return member.oplog.last();
}

void sync_journal(Member& member) {
  record(member, {}, output::Durability::synced);
}

void apply_entry(Member& member, bson::Document entry) {
  push(member, std::move(entry));
}

void ensure_collection(Member& member, const std::string& ns) {
  if (member.store.find(ns) != nullptr) return;
  log_change(member, LocalChange{.op = "c",
                                 .ns = database_of(ns) + ".$cmd",
                                 .o = bson::Document{{"create", collection_of(ns)}, {"idIndex", id_index()}},
                                 .collection = new_uuid(member)});
}

void log_noop(Member& member, std::string_view message) {
  log_change(member, LocalChange{.op = "n", .ns = "", .o = bson::Document{{"msg", message}}});
}

}  // namespace simmongod
