// SPDX-License-Identifier: Apache-2.0
// How do collections and indexes come and go? Each change is an oplog command, an index build several.
#include <algorithm>

#include <fmt/format.h>

#include "sandbox/simmongod/bson_order.hpp"
#include "sandbox/simmongod/catalog.hpp"
#include "sandbox/simmongod/changes.hpp"

namespace simmongod {
namespace {

// Options of a command that are not part of what it makes.
bool is_generic(std::string_view key) {
  return key.starts_with("$") || key == "lsid" || key == "writeConcern" || key == "maxTimeMS" || key == "comment" ||
         key == "readConcern" || key == "txnNumber";
}

std::string command_ns(const std::string& db) {
  return db + ".$cmd";
}

void create_view(Member& member, const std::string& db, const std::string& ns, bson::View command) {
  ensure_collection(member, db + ".system.views");
  bson::Builder view;
  view.append("_id", ns).append("viewOn", *command.find("viewOn"));
  bson::Array pipeline;
  for (const bson::Element& stage : command.sub("pipeline")) pipeline.append(stage);
  view.append("pipeline", pipeline);
  log_change(member, LocalChange{.op = "i", .ns = db + ".system.views", .o = view.done()});
}

bson::Document index_spec(bson::View given) {
  bson::Builder spec;
  spec.append("v", 2);
  for (const bson::Element& field : given) {
    if (field.key != "v" && field.key != "background") spec.append(field.key, field);
  }
  return spec.done();
}

// As the server does it for a collection that has documents: a build that starts, is voted on and commits.
void build_indexes(Member& member, const std::string& db, const std::string& name, const bson::Array& specs) {
  const std::string ns = db + "." + name;
  const Collection* collection = member.store.find(ns);
  const bson::Binary id = new_uuid(member);
  bson::Array names;
  for (const bson::Element& spec : specs.as_document()) names.append(*spec.sub().find("name"));
  const std::string builds = "config.system.indexBuilds";
  ensure_collection(member, builds);
  log_change(member, LocalChange{.op = "i",
                                 .ns = builds,
                                 .o = bson::Document{{"_id", id},
                                                     {"collectionUUID", collection->uuid},
                                                     {"commitQuorum", "votingMembers"},
                                                     {"indexNames", names}}});
  for (const char* step : {"startIndexBuild", "commitIndexBuild"}) {
    log_change(member, LocalChange{.op = "c",
                                   .ns = command_ns(db),
                                   .o = bson::Document{{step, name}, {"indexBuildUUID", id}, {"indexes", specs}},
                                   .collection = collection->uuid});
  }
  log_change(member, LocalChange{.op = "d", .ns = builds, .o = bson::Document{{"_id", id}}});
}

}  // namespace

bson::Document create_collection(Member& member, const std::string& db, bson::View command) {
  const std::string name = command.string("create").value_or("");
  const std::string ns = db + "." + name;
  if (name.empty()) return refusal_reply(Err::invalid_namespace, fmt::format("Invalid namespace specified '{}'", ns));
  if (member.store.find(ns) != nullptr) {
    return refusal_reply(Err::namespace_exists, fmt::format("Collection already exists. NS: {}", ns));
  }
  if (command.has("viewOn")) {
    create_view(member, db, ns, command);
    return {};
  }
  bson::Builder o;
  for (const bson::Element& field : command) {
    if (!is_generic(field.key)) o.append(field.key, field);
  }
  o.append("idIndex", id_index());
  log_change(member, LocalChange{.op = "c", .ns = command_ns(db), .o = o.done(), .collection = new_uuid(member)});
  return {};
}

bson::Document drop_collection(Member& member, const std::string& db, bson::View command) {
  const std::string name = command.string("drop").value_or("");
  const Collection* collection = member.store.find(db + "." + name);
  if (collection == nullptr) return refusal_reply(Err::namespace_not_found, "ns not found");
  const auto indexes = static_cast<int>(collection->indexes.size());
  const bson::Document records{{"numRecords", static_cast<std::int64_t>(collection->records.size())}};
  log_change(member, LocalChange{.op = "c",
                                 .ns = command_ns(db),
                                 .o = bson::Document{{"drop", name}},
                                 .o2 = records,
                                 .collection = collection->uuid});
  return bson::Document{{"nIndexesWas", indexes}, {"ns", db + "." + name}};
}

bson::Document drop_database(Member& member, const std::string& db) {
  std::vector<std::string> names;
  for (const auto& [ns, collection] : member.store.collections()) {
    if (database_of(ns) == db) names.push_back(collection_of(ns));
  }
  if (names.empty()) return {};
  for (const std::string& name : names) drop_collection(member, db, bson::Document{{"drop", name}});
  log_change(member, LocalChange{.op = "c", .ns = command_ns(db), .o = bson::Document{{"dropDatabase", 1}}});
  return bson::Document{{"dropped", db}};
}

bson::Document rename_collection(Member& member, bson::View command) {
  const std::string from = command.string("renameCollection").value_or("");
  const std::string to = command.string("to").value_or("");
  const Collection* collection = member.store.find(from);
  if (collection == nullptr) {
    return refusal_reply(Err::namespace_not_found, fmt::format("Source collection {} does not exist", from));
  }
  if (member.store.find(to) != nullptr && !command.flag("dropTarget")) {
    return refusal_reply(Err::namespace_exists, "target namespace exists");
  }
  log_change(member, LocalChange{.op = "c",
                                 .ns = command_ns(database_of(from)),
                                 .o = bson::Document{{"renameCollection", from}, {"to", to}, {"stayTemp", false}},
                                 .collection = collection->uuid});
  return {};
}

bson::Document create_indexes(Member& member, const std::string& db, bson::View command) {
  const std::string name = command.string("createIndexes").value_or("");
  const std::string ns = db + "." + name;
  const bool there = member.store.find(ns) != nullptr;
  ensure_collection(member, ns);
  const Collection* collection = member.store.find(ns);
  const auto before = static_cast<int>(collection->indexes.size());
  bson::Array specs;
  for (const bson::Element& given : command.sub("indexes")) {
    const auto same = std::ranges::find_if(collection->indexes, [&given](const bson::Document& index) {
      return index.string("name") == given.sub().string("name");
    });
    if (same == collection->indexes.end()) specs.append(index_spec(given.sub()));
  }
  bson::Builder reply;
  if (specs.size() == 0) {
    return reply.append("numIndexesBefore", before)
        .append("numIndexesAfter", before)
        .append("note", "all indexes already exist")
        .done();
  }
  build_indexes(member, db, name, specs);
  const auto now = static_cast<int>(member.store.find(ns)->indexes.size());
  reply.append("createdCollectionAutomatically", !there)
      .append("numIndexesBefore", before)
      .append("numIndexesAfter", now);
  return reply.append("commitQuorum", "votingMembers").done();
}

bson::Document drop_indexes(Member& member, const std::string& db, bson::View command) {
  const std::string name = command.string("dropIndexes").value_or("");
  const Collection* collection = member.store.find(db + "." + name);
  if (collection == nullptr) {
    return refusal_reply(Err::namespace_not_found, fmt::format("ns not found {}.{}", db, name));
  }
  const auto before = static_cast<int>(collection->indexes.size());
  const std::string wanted = command.string("index").value_or("*");
  const std::vector<bson::Document> indexes = collection->indexes;
  bool found = wanted == "*";
  for (const bson::Document& index : indexes) {
    const std::string one = index.string("name").value_or("");
    if (one == "_id_" || (wanted != "*" && wanted != one)) continue;
    found = true;
    bson::Builder details;
    for (const bson::Element& field : index) details.append(field.key, field);
    log_change(member, LocalChange{.op = "c",
                                   .ns = command_ns(db),
                                   .o = bson::Document{{"dropIndexes", name}, {"index", one}},
                                   .o2 = details.done(),
                                   .collection = member.store.find(db + "." + name)->uuid});
  }
  if (!found) return refusal_reply(Err::index_not_found, fmt::format("index not found with name [{}]", wanted));
  return bson::Document{{"nIndexesWas", before}};
}

bson::Document apply_ops(Member& member, bson::View command) {
  bson::Array results;
  for (const bson::Element& item : command.sub("applyOps")) {
    const bson::View op = item.sub();
    const std::string kind = op.string("op").value_or("");
    if (kind == "n") continue;
    LocalChange change{
        .op = kind, .ns = op.string("ns").value_or(""), .o = document_at(op, "o").value_or(bson::Document{})};
    change.o2 = document_at(op, "o2");
    if (kind == "i") ensure_collection(member, change.ns);
    log_change(member, std::move(change));
    results.append(true);
  }
  if (results.size() == 0) log_noop(member, "applyOps");
  return bson::Document{{"applied", static_cast<int>(results.size())}, {"results", results}};
}

}  // namespace simmongod
