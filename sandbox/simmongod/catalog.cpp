// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/catalog.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "operators/mongodb/wire/scram_keys.hpp"
#include "sandbox/simmongod/bson_order.hpp"
#include "sandbox/simmongod/query.hpp"
#include "sandbox/simmongod/reads.hpp"

namespace simmongod {
namespace {

constexpr std::int64_t kPage = 4096;

std::int64_t bytes_of(const Collection& collection) {
  std::int64_t bytes = 0;
  for (const auto& [record, document] : collection.records) bytes += static_cast<std::int64_t>(document.bytes().size());
  return bytes;
}

std::int64_t pages(std::int64_t bytes) {
  return std::max<std::int64_t>((bytes + kPage - 1) / kPage, 1) * kPage;
}

// In the order of _id, whatever the natural order: the same data has the same hash on every member.
std::string hash_of(const Collection& collection) {
  std::vector<const bson::Document*> documents;
  for (const auto& [record, document] : collection.records) documents.push_back(&document);
  std::ranges::sort(documents, [](const bson::Document* a, const bson::Document* b) {
    return compare(*a->find("_id"), *b->find("_id")) < 0;
  });
  std::string all;
  for (const bson::Document* document : documents) all += document->bytes();
  return mongo::md5_hex(all);
}

bson::Document collection_info(const std::string& name, const Collection& collection) {
  bson::Builder info;
  info.append("name", name).append("type", collection.is_view() ? "view" : "collection");
  info.append("options", collection.options);
  if (collection.is_view()) {
    info.append("info", bson::Document{{"readOnly", true}});
  } else {
    info.append("info", bson::Document{{"readOnly", false}, {"uuid", collection.uuid}});
    info.append("idIndex", id_index());
  }
  return info.done();
}

bson::Document missing(const std::string& ns) {
  return refusal_reply(Err::namespace_not_found, fmt::format("ns does not exist: {}", ns));
}

}  // namespace

bson::Document list_databases(const Member& member, bson::View command) {
  if (auto bad = not_readable(member, command)) return refusal_reply(*bad);
  std::map<std::string, std::int64_t> sizes;
  for (const auto& [ns, collection] : member.store.collections()) {
    sizes[database_of(ns)] += pages(bytes_of(*collection)) + kPage;
  }
  sizes["local"] += pages(static_cast<std::int64_t>(member.oplog.bytes()));
  bson::Array databases;
  std::int64_t total = 0;
  for (const auto& [name, bytes] : sizes) {
    if (command.flag("nameOnly")) {
      databases.append(bson::Document{{"name", name}});
    } else {
      databases.append(bson::Document{{"name", name}, {"sizeOnDisk", static_cast<double>(bytes)}, {"empty", false}});
    }
    total += bytes;
  }
  if (command.flag("nameOnly")) return bson::Document{{"databases", databases}};
  return bson::Document{{"databases", databases}, {"totalSize", static_cast<double>(total)}};
}

bson::Document list_collections(Member& member, ReplyTo to, const std::string& db, bson::View command) {
  if (auto bad = not_readable(member, command)) return refusal_reply(*bad);
  std::vector<bson::Document> infos;
  for (const auto& [ns, collection] : member.store.collections()) {
    if (database_of(ns) == db) infos.push_back(collection_info(collection_of(ns), *collection));
  }
  auto found = select(std::move(infos), command.sub("filter"), {});
  if (const auto* bad = std::get_if<Refusal>(&found)) return refusal_reply(*bad);
  return cursor_reply(member, db + ".$cmd.listCollections", to.connection,
                      std::get<std::vector<bson::Document>>(std::move(found)), command);
}

bson::Document list_indexes(Member& member, ReplyTo to, const std::string& db, bson::View command) {
  if (auto bad = not_readable(member, command)) return refusal_reply(*bad);
  const std::string ns = db + "." + command.string("listIndexes").value_or("");
  const Collection* collection = member.store.find(ns);
  if (collection == nullptr) return missing(ns);
  return cursor_reply(member, ns, to.connection, collection->indexes, command);
}

bson::Document db_hash(const Member& member, const std::string& db, bson::View command) {
  if (auto bad = not_readable(member, command)) return refusal_reply(*bad);
  std::set<std::string> wanted;
  for (const bson::Element& name : command.sub("collections")) wanted.insert(name.string().value_or(""));
  bson::Builder hashes;
  bson::Builder uuids;
  bson::Array capped;
  std::string all;
  for (const auto& [ns, collection] : member.store.collections()) {
    const std::string name = collection_of(ns);
    if (database_of(ns) != db || collection->is_view() || (!wanted.empty() && !wanted.contains(name))) continue;
    const std::string hash = hash_of(*collection);
    hashes.append(name, hash);
    uuids.append(name, collection->uuid);
    if (collection->options.flag("capped")) capped.append(name);
    all += hash;
  }
  return bson::Document{{"host", member.options.host_text},
                        {"collections", hashes.done()},
                        {"capped", capped},
                        {"uuids", uuids.done()},
                        {"md5", mongo::md5_hex(all)},
                        {"timeMillis", 0}};
}

bson::Document coll_stats(const Member& member, const std::string& db, bson::View command) {
  if (auto bad = not_readable(member, command)) return refusal_reply(*bad);
  const std::string ns = db + "." + command.string("collStats").value_or("");
  const Collection none;
  const Collection* collection = member.store.find(ns);
  if (collection == nullptr) collection = &none;
  const std::int64_t bytes = bytes_of(*collection);
  const auto count = static_cast<std::int64_t>(collection->records.size());
  bson::Builder sizes;
  for (const bson::Document& index : collection->indexes) {
    sizes.append(index.string("name").value_or(""), static_cast<int>(kPage));
  }
  const std::int64_t index_bytes = kPage * static_cast<std::int64_t>(collection->indexes.size());
  bson::Builder out;
  out.append("ns", ns).append("size", static_cast<int>(bytes)).append("count", static_cast<int>(count));
  if (count > 0) out.append("avgObjSize", static_cast<int>(bytes / count));
  out.append("storageSize", static_cast<int>(pages(bytes))).append("freeStorageSize", 0);
  out.append("capped", collection->options.flag("capped"));
  out.append("nindexes", static_cast<int>(collection->indexes.size())).append("indexBuilds", bson::Array{});
  out.append("totalIndexSize", static_cast<int>(index_bytes));
  out.append("totalSize", static_cast<int>(pages(bytes) + index_bytes));
  return out.append("indexSizes", sizes.done()).append("scaleFactor", 1).done();
}

bson::Document validate_collection(const Member& member, const std::string& db, bson::View command) {
  if (auto bad = not_readable(member, command)) return refusal_reply(*bad);
  const std::string ns = db + "." + command.string("validate").value_or("");
  const Collection* collection = member.store.find(ns);
  if (collection == nullptr) {
    return refusal_reply(Err::namespace_not_found, fmt::format("Collection '{}' does not exist to validate.", ns));
  }
  bson::Builder keys;
  bson::Builder details;
  for (const bson::Document& index : collection->indexes) {
    const std::string name = index.string("name").value_or("");
    const std::string field(index.sub("key").first_key());
    int count = 0;
    for (const auto& [record, document] : collection->records) {
      count += !index.flag("sparse") || document.has(field) ? 1 : 0;
    }
    keys.append(name, count);
    details.append(name, bson::Document{{"valid", true}});
  }
  return bson::Document{{"ns", ns},
                        {"nInvalidDocuments", 0},
                        {"nrecords", static_cast<int>(collection->records.size())},
                        {"nIndexes", static_cast<int>(collection->indexes.size())},
                        {"keysPerIndex", keys.done()},
                        {"indexDetails", details.done()},
                        {"valid", true},
                        {"repaired", false},
                        {"warnings", bson::Array{}},
                        {"errors", bson::Array{}},
                        {"extraIndexEntries", bson::Array{}},
                        {"missingIndexEntries", bson::Array{}},
                        {"corruptRecords", bson::Document{}}};
}

bson::Document db_stats(const Member& member, const std::string& db) {
  std::int64_t collections = 0;
  std::int64_t objects = 0;
  std::int64_t bytes = 0;
  std::int64_t indexes = 0;
  for (const auto& [ns, collection] : member.store.collections()) {
    if (database_of(ns) != db) continue;
    ++collections;
    objects += static_cast<std::int64_t>(collection->records.size());
    bytes += bytes_of(*collection);
    indexes += static_cast<std::int64_t>(collection->indexes.size());
  }
  return bson::Document{{"db", db},
                        {"collections", static_cast<int>(collections)},
                        {"views", 0},
                        {"objects", static_cast<int>(objects)},
                        {"avgObjSize", objects == 0 ? 0.0 : static_cast<double>(bytes) / static_cast<double>(objects)},
                        {"dataSize", static_cast<double>(bytes)},
                        {"storageSize", static_cast<double>(pages(bytes))},
                        {"indexes", static_cast<int>(indexes)},
                        {"indexSize", static_cast<double>(indexes * kPage)},
                        {"scaleFactor", 1.0}};
}

}  // namespace simmongod
