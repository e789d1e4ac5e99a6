// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/store.hpp"

#include <algorithm>

#include "operators/mongodb/wire/bson_edit.hpp"
#include "sandbox/simmongod/bson_order.hpp"

namespace simmongod {
namespace {

// What of a create command are options of the collection.
bson::Document collection_options(bson::View command) {
  bson::Builder options;
  for (const bson::Element& field : command) {
    if (field.key == "create" || field.key == "idIndex" || field.key.starts_with("$") || field.key == "lsid" ||
        field.key == "writeConcern" || field.key == "comment" || field.key == "maxTimeMS") {
      continue;
    }
    options.append(field.key, field);
  }
  return options.done();
}

std::string identity_of(bson::View document) {
  const auto id = document.find("_id");
  return id ? identity_key(*id) : std::string();
}

}  // namespace

std::string database_of(const std::string& ns) {
  return ns.substr(0, ns.find('.'));
}

std::string collection_of(const std::string& ns) {
  const std::size_t dot = ns.find('.');
  return dot == std::string::npos ? std::string() : ns.substr(dot + 1);
}

bson::Document id_index() {
  return bson::Document{{"v", 2}, {"key", bson::Document{{"_id", 1}}}, {"name", "_id_"}};
}

const Collection* Store::find(const std::string& ns) const {
  const auto found = collections_.find(ns);
  return found == collections_.end() ? nullptr : found->second.get();
}

std::optional<bson::Document> Store::by_id(const std::string& ns, const bson::Element& id) const {
  const Collection* collection = find(ns);
  if (collection == nullptr) return {};
  const auto record = collection->by_id.find(identity_key(id));
  if (record == collection->by_id.end()) return {};
  return collection->records.at(record->second);
}

std::vector<Undo> Store::apply(bson::View entry) {
  std::vector<Undo> undo;
  const Change change{.entry = entry, .ns = entry.string("ns").value_or(""), .undo = undo};
  const std::string op = entry.string("op").value_or("");
  if (op == "i") insert(change);
  if (op == "u") update(change);
  if (op == "d") remove(change);
  if (op == "c") command(change);
  return undo;
}

void Store::undo(const std::vector<Undo>& changes) {
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
    if (const auto* put = std::get_if<PutRecord>(&*change)) {
      Collection& collection = *collections_.at(put->ns);
      collection.records[put->record] = put->document;
      collection.by_id[identity_of(put->document)] = put->record;
    } else if (const auto* erase = std::get_if<EraseRecord>(&*change)) {
      Collection& collection = *collections_.at(erase->ns);
      collection.by_id.erase(identity_of(collection.records.at(erase->record)));
      collection.records.erase(erase->record);
    } else if (const auto* whole = std::get_if<PutCollection>(&*change)) {
      collections_[whole->ns] = whole->collection;
    } else if (const auto* gone = std::get_if<EraseCollection>(&*change)) {
      collections_.erase(gone->ns);
    } else if (const auto* indexes = std::get_if<PutIndexes>(&*change)) {
      collections_.at(indexes->ns)->indexes = indexes->indexes;
    }
  }
}

void Store::put_collection(const std::string& ns, Collection collection) {
  collections_[ns] = std::make_shared<Collection>(std::move(collection));
}

void Store::put_document(const std::string& ns, const bson::Document& document) {
  const auto found = collections_.find(ns);
  if (found == collections_.end()) return;
  std::vector<Undo> forgotten;
  store(ns, *found->second, document, forgotten);
}

void Store::clear_replicated() {
  collections_.clear();
}

Collection& Store::make(const std::string& ns, const std::optional<bson::Binary>& uuid, bson::View options) {
  auto& slot = collections_[ns];
  slot = std::make_shared<Collection>();
  slot->uuid = uuid.value_or(bson::Binary{.bytes = std::string(16, '\0'), .subtype = 4});
  slot->options = bson::Document(options);
  if (!slot->is_view()) slot->indexes.push_back(id_index());
  return *slot;
}

void Store::store(const std::string& ns, Collection& collection, bson::Document document, std::vector<Undo>& undo) {
  const std::string key = identity_of(document);
  const auto there = collection.by_id.find(key);
  if (there != collection.by_id.end()) {
    bson::Document& slot = collection.records.at(there->second);
    undo.push_back(PutRecord{.ns = ns, .record = there->second, .document = std::move(slot)});
    slot = std::move(document);
    return;
  }
  const std::int64_t record = collection.next_record++;
  undo.push_back(EraseRecord{.ns = ns, .record = record});
  collection.by_id.emplace(key, record);
  collection.records.emplace(record, std::move(document));
}

void Store::insert(const Change& change) {
  auto found = collections_.find(change.ns);
  if (found == collections_.end()) {
    make(change.ns, change.entry.binary("ui"), {});
    change.undo.push_back(EraseCollection{change.ns});
    found = collections_.find(change.ns);
  }
  store(change.ns, *found->second, bson::Document(change.entry.sub("o")), change.undo);
  if (collection_of(change.ns) == "system.views") make_view(change);
}

// A view is a document of system.views; listing and reading find it beside the collections.
void Store::make_view(const Change& change) {
  const bson::View o = change.entry.sub("o");
  const std::string ns = o.string("_id").value_or("");
  if (ns.empty() || collections_.contains(ns) || !o.has("viewOn")) return;
  make(ns, {},
       bson::Document{{"viewOn", *o.find("viewOn")},
                      {"pipeline", o.has("pipeline") ? bson::Value(*o.find("pipeline")) : bson::Value(bson::Array{})}});
  change.undo.push_back(EraseCollection{ns});
}

void Store::update(const Change& change) {
  const auto found = collections_.find(change.ns);
  const auto id = change.entry.find("o2._id");
  if (found == collections_.end() || !id) return;
  Collection& collection = *found->second;
  const auto record = collection.by_id.find(identity_key(*id));
  if (record == collection.by_id.end()) return;
  bson::Document& slot = collection.records.at(record->second);
  bson::Document after = apply_update(slot, change.entry.sub("o"));
  change.undo.push_back(PutRecord{.ns = change.ns, .record = record->second, .document = std::move(slot)});
  slot = std::move(after);
}

void Store::remove(const Change& change) {
  const auto found = collections_.find(change.ns);
  const auto id = change.entry.find("o._id");
  if (found == collections_.end() || !id) return;
  Collection& collection = *found->second;
  const auto record = collection.by_id.find(identity_key(*id));
  if (record == collection.by_id.end()) return;
  const auto slot = collection.records.find(record->second);
  change.undo.push_back(PutRecord{.ns = change.ns, .record = slot->first, .document = std::move(slot->second)});
  collection.records.erase(slot);
  collection.by_id.erase(record);
}

void Store::command(const Change& change) {
  const bson::View o = change.entry.sub("o");
  const std::string name(o.first_key());
  const std::string db = database_of(change.ns);
  const std::string target = db + "." + o.string(name).value_or("");
  if (name == "create") return create(change, db);
  if (name == "drop") return drop(target, change.undo);
  if (name == "renameCollection") return rename(change);
  if (name == "commitIndexBuild") return add_indexes(change, target, o.sub("indexes"));
  if (name == "createIndexes") {
    bson::Builder spec;
    for (const bson::Element& field : o) {
      if (field.key != "createIndexes") spec.append(field.key, field);
    }
    const bson::Document list{{"0", spec.done()}};
    return add_indexes(change, target, list);
  }
  if (name == "dropIndexes") return drop_index(change, target);
  if (name == "dropDatabase") {
    std::vector<std::string> names;
    for (const auto& [ns, collection] : collections_) {
      if (database_of(ns) == db) names.push_back(ns);
    }
    for (const std::string& ns : names) drop(ns, change.undo);
    return;
  }
  if (name == "applyOps") {
    for (const bson::Element& operation : o.sub("applyOps")) {
      auto undone = apply(operation.sub());
      std::ranges::move(undone, std::back_inserter(change.undo));
    }
  }
}

void Store::create(const Change& change, const std::string& db) {
  const bson::View o = change.entry.sub("o");
  const std::string ns = db + "." + o.string("create").value_or("");
  if (collections_.contains(ns)) return;
  Collection& made = make(ns, change.entry.binary("ui"), collection_options(o));
  made.minimum = change.entry.timestamp("ts").value_or(bson::Timestamp{});
  change.undo.push_back(EraseCollection{ns});
}

void Store::drop(const std::string& ns, std::vector<Undo>& undo) {
  const auto found = collections_.find(ns);
  if (found == collections_.end()) return;
  undo.push_back(PutCollection{.ns = ns, .collection = std::move(found->second)});
  collections_.erase(found);
}

void Store::rename(const Change& change) {
  const std::string from = change.entry.string("o.renameCollection").value_or("");
  const std::string to = change.entry.string("o.to").value_or("");
  const auto found = collections_.find(from);
  if (found == collections_.end() || from == to) return;
  drop(to, change.undo);
  std::shared_ptr<Collection> moved = std::move(found->second);
  collections_.erase(found);
  change.undo.push_back(PutCollection{.ns = from, .collection = moved});
  change.undo.push_back(EraseCollection{to});
  collections_[to] = std::move(moved);
}

void Store::add_indexes(const Change& change, const std::string& ns, bson::View specs) {
  const auto found = collections_.find(ns);
  if (found == collections_.end()) return;
  auto& indexes = found->second->indexes;
  change.undo.push_back(PutIndexes{.ns = ns, .indexes = indexes});
  for (const bson::Element& spec : specs) {
    const bool there = std::ranges::any_of(
        indexes, [&](const bson::Document& index) { return index.string("name") == spec.sub().string("name"); });
    if (!there) indexes.emplace_back(spec.sub());
  }
  found->second->minimum = change.entry.timestamp("ts").value_or(found->second->minimum);
}

void Store::drop_index(const Change& change, const std::string& ns) {
  const auto found = collections_.find(ns);
  if (found == collections_.end()) return;
  auto& indexes = found->second->indexes;
  change.undo.push_back(PutIndexes{.ns = ns, .indexes = indexes});
  const auto name = change.entry.string("o.index");
  std::erase_if(indexes, [&](const bson::Document& index) { return index.string("name") == name; });
}

}  // namespace simmongod
