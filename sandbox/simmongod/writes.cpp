// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/writes.hpp"

#include <fmt/format.h>

#include "operators/mongodb/wire/scram_keys.hpp"
#include "sandbox/simmongod/bson_order.hpp"
#include "sandbox/simmongod/bson_text.hpp"
#include "sandbox/simmongod/changes.hpp"
#include "sandbox/simmongod/commit.hpp"
#include "sandbox/simmongod/query.hpp"
#include "sandbox/simmongod/stepdown.hpp"

namespace simmongod {
namespace {

using bson::Element;

// What one statement did; summed up over the command.
struct Done {
  std::int64_t n = 0;
  std::int64_t modified = 0;
  std::optional<bson::Value> upserted = {};
  std::optional<bson::Document> error = {};
};

struct Statements {
  Member& member;
  std::string ns;
  std::optional<bson::Document> lsid = {};
  Session* session = nullptr;
  std::int64_t transaction = -1;
};

bson::Document error_document(int index, const Refusal& why) {
  return bson::Document{{"index", index}, {"code", why.code}, {"errmsg", why.message}};
}

std::optional<SessionStatement> statement_of(const Statements& work, std::int64_t number) {
  if (work.session == nullptr) return {};
  return SessionStatement{
      .lsid = *work.lsid, .transaction = work.transaction, .statement = number, .previous = work.session->last};
}

void remember(const Statements& work, std::int64_t number, const Done& done) {
  if (work.session == nullptr) return;
  bson::Builder memory;
  memory.append("n", done.n).append("nModified", done.modified).append_if("upserted", done.upserted);
  work.session->statements[number] = memory.done();
  work.session->last = work.member.oplog.last();
}

std::optional<Done> remembered(const Statements& work, std::int64_t number) {
  if (work.session == nullptr) return {};
  const auto found = work.session->statements.find(number);
  if (found == work.session->statements.end()) return {};
  Done done{.n = found->second.number("n").value_or(0), .modified = found->second.number("nModified").value_or(0)};
  if (const auto id = found->second.find("upserted")) done.upserted = bson::Value(*id);
  return done;
}

bson::Document with_id(Member& member, bson::View document) {
  bson::Builder out;
  const auto id = document.find("_id");
  out.append("_id", id ? bson::Value(*id) : bson::Value(new_object_id(member)));
  for (const Element& field : document) {
    if (field.key != "_id") out.append(field.key, field);
  }
  return out.done();
}

bson::Document duplicate(int index, const std::string& ns, const Element& id) {
  return bson::Document{
      {"index", index},
      {"code", static_cast<int>(Err::duplicate_key)},
      {"keyPattern", bson::Document{{"_id", 1}}},
      {"keyValue", bson::Document{{"_id", id}}},
      {"errmsg", fmt::format("E11000 duplicate key error collection: {} index: _id_ dup key: {{ _id: {} }}", ns,
                             shell_text(id))}};
}

Done insert_one(const Statements& work, int index, bson::View given) {
  Member& member = work.member;
  ensure_collection(member, work.ns);
  const bson::Document document = with_id(member, given);
  // The place in the oplog is taken before the index is asked.
  const Timestamp at = next_timestamp(member);
  const Element id = *document.find("_id");
  if (member.store.by_id(work.ns, id)) return Done{.error = duplicate(index, work.ns, id)};
  log_change(member,
             LocalChange{.op = "i", .ns = work.ns, .o = document, .session = statement_of(work, index), .at = at});
  return Done{.n = 1};
}

Done upsert(const Statements& work, int index, bson::View statement) {
  Member& member = work.member;
  auto made = updated(from_filter(statement.sub("q")), statement.sub("u"), true, date_of(member.now.wall));
  if (const auto* bad = std::get_if<Refusal>(&made)) return Done{.error = error_document(index, *bad)};
  const bson::Document document = with_id(member, std::get<bson::Document>(made));
  Done done = insert_one(work, index, document);
  if (!done.error) done.upserted = bson::Value(*document.find("_id"));
  return done;
}

void log_update(const Statements& work, int index, const bson::Document& before, const bson::Document& after) {
  log_change(work.member, LocalChange{.op = "u",
                                      .ns = work.ns,
                                      .o = diff_entry(before, after),
                                      .o2 = bson::Document{{"_id", *before.find("_id")}},
                                      .session = statement_of(work, index)});
}

Done update_one(const Statements& work, int index, bson::View statement) {
  Member& member = work.member;
  const Collection* collection = member.store.find(work.ns);
  std::vector<bson::Document> found;
  if (collection != nullptr) {
    auto selected = select(*collection, statement.sub("q"), {});
    if (const auto* bad = std::get_if<Refusal>(&selected)) return Done{.error = error_document(index, *bad)};
    found = std::get<std::vector<bson::Document>>(std::move(selected));
  }
  if (found.empty()) return statement.flag("upsert") ? upsert(work, index, statement) : Done{};
  if (!statement.flag("multi")) found.resize(1);
  Done done;
  for (const bson::Document& before : found) {
    auto made = updated(before, statement.sub("u"), false, date_of(member.now.wall));
    if (const auto* bad = std::get_if<Refusal>(&made)) return Done{.error = error_document(index, *bad)};
    const bson::Document& after = std::get<bson::Document>(made);
    ++done.n;
    if (after == before) continue;
    ++done.modified;
    log_update(work, index, before, after);
  }
  return done;
}

Done delete_one(const Statements& work, int index, bson::View statement) {
  Member& member = work.member;
  const Collection* collection = member.store.find(work.ns);
  if (collection == nullptr) return {};
  auto selected = select(*collection, statement.sub("q"), {});
  if (const auto* bad = std::get_if<Refusal>(&selected)) return Done{.error = error_document(index, *bad)};
  auto& found = std::get<std::vector<bson::Document>>(selected);
  if (statement.number("limit").value_or(0) == 1 && found.size() > 1) found.resize(1);
  for (const bson::Document& document : found) {
    log_change(member, LocalChange{.op = "d",
                                   .ns = work.ns,
                                   .o = bson::Document{{"_id", *document.find("_id")}},
                                   .session = statement_of(work, index)});
  }
  return Done{.n = static_cast<std::int64_t>(found.size())};
}

std::optional<Refusal> open_session(Statements& work, bson::View command) {
  const auto number = command.number("txnNumber");
  const auto lsid = document_at(command, "lsid");
  if (!number || !lsid) return {};
  const auto id = lsid->binary("id");
  Session& session = work.member.sessions[id ? id->bytes : std::string()];
  if (*number < session.transaction) {
    return refuse(
        Err::transaction_too_old,
        fmt::format("Retryable write with txnNumber {} is prohibited on session because a newer retryable write "
                    "with txnNumber {} has already started on this session.",
                    *number, session.transaction));
  }
  if (*number > session.transaction) session = Session{.transaction = *number};
  const std::string user = mongo::hash(mongo::Mechanism::scram_sha_256, "");
  work.lsid = bson::Builder(*lsid).append("uid", bson::Binary{.bytes = user, .subtype = 0}).done();
  work.session = &session;
  work.transaction = *number;
  return {};
}

bson::ObjectId election_id(std::int64_t term) {
  bson::ObjectId id;
  id.bytes = {0x7f, 0xff, 0xff, 0xff};
  for (std::size_t i = 0; i < 8; ++i) id.bytes[4 + i] = static_cast<std::uint8_t>(term >> (56 - 8 * i));
  return id;
}

// Caught between "no more writes" and the state lock: the command has begun, each statement fails.
bson::Document caught_in_the_middle(const std::string& ns) {
  const bson::Document error{{"index", 0},
                             {"code", static_cast<int>(Err::primary_stepped_down)},
                             {"errmsg", "Not primary while writing to " + ns}};
  return bson::Document{{"n", 0}, {"writeErrors", bson::Array{error}}};
}

struct Total {
  std::int64_t n = 0;
  std::int64_t modified = 0;
  bson::Array upserted;
  bson::Array errors;
};

Done run_statement(const Statements& work, std::string_view name, int index, bson::View statement) {
  if (auto before = remembered(work, index)) return *before;
  Done done = name == "insert"   ? insert_one(work, index, statement)
              : name == "update" ? update_one(work, index, statement)
                                 : delete_one(work, index, statement);
  if (!done.error) remember(work, index, done);
  return done;
}

Total run_statements(const Statements& work, bson::View command) {
  const std::string_view name = command.first_key();
  const char* const list = name == "insert" ? "documents" : name == "update" ? "updates" : "deletes";
  const bool ordered = command.boolean("ordered").value_or(true);
  Total total;
  int index = 0;
  for (const Element& statement : command.sub(list)) {
    const Done done = run_statement(work, name, index, statement.sub());
    total.n += done.n;
    total.modified += done.modified;
    if (done.upserted) {
      total.upserted.append(bson::Document{{"index", index}, {"_id", *done.upserted}});
    }
    if (done.error) total.errors.append(*done.error);
    if (done.error && ordered) break;
    ++index;
  }
  return total;
}

}  // namespace

std::optional<bson::Document> write_command(Member& member, ReplyTo to, const std::string& db, bson::View command) {
  const std::string name(command.first_key());
  const std::string ns = db + "." + command.string(name).value_or("");
  if (is_caught_in_the_middle(member)) return caught_in_the_middle(ns);
  if (!is_writable(member)) return refusal_reply(Err::not_writable_primary, "not primary");
  auto parsed = parse_write_concern(member, command);
  if (const auto* bad = std::get_if<Refusal>(&parsed)) return refusal_reply(*bad);
  Statements work{.member = member, .ns = ns};
  if (auto bad = open_session(work, command)) return refusal_reply(*bad);
  ++member.counters[name];
  const Total total = run_statements(work, command);
  bson::Builder reply;
  reply.append("n", static_cast<int>(total.n));
  if (name == "update") {
    if (total.upserted.size() > 0) reply.append("upserted", total.upserted);
    reply.append("nModified", static_cast<int>(total.modified));
  }
  if (total.errors.size() > 0) reply.append("writeErrors", total.errors);
  reply.append("opTime", member.oplog.last()).append("electionId", election_id(member.election.term));
  answer_when_written(member, to, reply.done(), member.oplog.last(), std::get<WriteConcern>(parsed));
  return {};
}

std::optional<bson::Document> find_and_modify(Member& member, ReplyTo to, const std::string& db, bson::View command) {
  const std::string name(command.first_key());
  const std::string ns = db + "." + command.string(name).value_or("");
  if (!is_writable(member)) return refusal_reply(Err::not_writable_primary, "not primary");
  auto parsed = parse_write_concern(member, command);
  if (const auto* bad = std::get_if<Refusal>(&parsed)) return refusal_reply(*bad);
  Statements work{.member = member, .ns = ns};
  if (auto bad = open_session(work, command)) return refusal_reply(*bad);
  const bool removing = command.flag("remove");
  bson::Value before{bson::Null{}};
  if (const Collection* collection = member.store.find(ns)) {
    auto selected = select(*collection, command.sub("query"), command.sub("sort"));
    if (const auto* bad = std::get_if<Refusal>(&selected)) return refusal_reply(*bad);
    const auto& found = std::get<std::vector<bson::Document>>(selected);
    if (!found.empty()) before = bson::Value(found.front());
  }
  const bool exists = before.type() == bson::Type::document;
  const bson::Document query =
      exists ? bson::Document{{"_id", *before.element().sub().find("_id")}} : bson::Document(command.sub("query"));
  const bson::Document statement{
      {"q", query}, {"u", command.sub("update")}, {"upsert", command.flag("upsert")}, {"limit", 1}};
  const Done done = run_statement(work, removing ? "delete" : "update", 0, statement);
  if (done.error) {
    return refusal_reply(Refusal{.code = static_cast<int>(done.error->number("code").value_or(0)),
                                 .message = done.error->string("errmsg").value_or("")});
  }
  bson::Value shown = before;
  if (command.flag("new") && !removing) {
    const bson::Value id = done.upserted ? *done.upserted : exists ? bson::Value(*query.find("_id")) : bson::Value();
    const auto after = member.store.by_id(ns, id.element());
    shown = after ? bson::Value(*after) : bson::Value(bson::Null{});
  }
  bson::Builder last;
  last.append("n", static_cast<int>(done.n));
  if (!removing) last.append("updatedExisting", exists && done.n > 0);
  last.append_if("upserted", done.upserted);
  const bson::Document reply{{"lastErrorObject", last.done()}, {"value", shown}};
  answer_when_written(member, to, reply, member.oplog.last(), std::get<WriteConcern>(parsed));
  return {};
}

}  // namespace simmongod
