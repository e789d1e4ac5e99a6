// SPDX-License-Identifier: Apache-2.0
// Which documents are there, and how does an oplog entry change them?
//
// Everything replicated changes through apply(), on primaries and secondaries alike, so that the oplog alone rebuilds
// the data. Each application returns what undoes it: that is how a rollback works.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "operators/mongodb/wire/bson.hpp"

namespace simmongod {

namespace bson = mongo::bson;

struct Collection {
  bson::Binary uuid;
  // As listCollections shows them: {capped: true, size: 4096}; for a view {viewOn, pipeline}.
  bson::Document options;
  // {v, key, name, …}; the first one is _id_. A view has none.
  std::vector<bson::Document> indexes;
  // In natural order, by record number.
  std::map<std::int64_t, bson::Document> records;
  // identity_key(_id) to record number.
  std::unordered_map<std::string, std::int64_t> by_id;
  std::int64_t next_record = 1;
  // The last catalogue change: snapshots before it cannot be read.
  bson::Timestamp minimum;

  bool is_view() const { return options.has("viewOn"); }
};

// How to take one change back; applied in reverse order.
struct PutRecord {
  std::string ns;
  std::int64_t record = 0;
  bson::Document document;
};
struct EraseRecord {
  std::string ns;
  std::int64_t record = 0;
};
struct PutCollection {
  std::string ns;
  std::shared_ptr<Collection> collection;
};
struct EraseCollection {
  std::string ns;
};
struct PutIndexes {
  std::string ns;
  std::vector<bson::Document> indexes;
};
using Undo = std::variant<PutRecord, EraseRecord, PutCollection, EraseCollection, PutIndexes>;

class Store {
 public:
  // nullptr when there is no such collection.
  const Collection* find(const std::string& ns) const;
  const std::map<std::string, std::shared_ptr<Collection>>& collections() const { return collections_; }
  std::optional<bson::Document> by_id(const std::string& ns, const bson::Element& id) const;

  // One oplog entry. What cannot be done (a missing document, an existing collection) is passed over, as the oplog
  // applier of a secondary does: applying twice is applying once.
  std::vector<Undo> apply(bson::View entry);
  void undo(const std::vector<Undo>& changes);

  // Initial sync and snapshots: outside the oplog.
  void put_collection(const std::string& ns, Collection collection);
  void put_document(const std::string& ns, const bson::Document& document);
  void clear_replicated();

 private:
  struct Change {
    bson::View entry;
    std::string ns;
    std::vector<Undo>& undo;
  };

  Collection& make(const std::string& ns, const std::optional<bson::Binary>& uuid, bson::View options);
  void insert(const Change& change);
  void make_view(const Change& change);
  void update(const Change& change);
  void remove(const Change& change);
  void command(const Change& change);
  void create(const Change& change, const std::string& db);
  void drop(const std::string& ns, std::vector<Undo>& undo);
  void rename(const Change& change);
  void add_indexes(const Change& change, const std::string& ns, bson::View specs);
  void drop_index(const Change& change, const std::string& ns);
  void store(const std::string& ns, Collection& collection, bson::Document document, std::vector<Undo>& undo);

  std::map<std::string, std::shared_ptr<Collection>> collections_;
};

std::string database_of(const std::string& ns);
std::string collection_of(const std::string& ns);

// What an update entry's `o` makes of a document: {$v: 2, diff: {u, i, d}}, {$set, $unset} of $v: 1, or a whole
// document.
bson::Document apply_update(bson::View before, bson::View change);
// The `o` that turns one into the other.
bson::Document diff_entry(bson::View before, bson::View after);

bson::Document id_index();

}  // namespace simmongod
