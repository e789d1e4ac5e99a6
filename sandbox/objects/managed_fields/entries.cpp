// SPDX-License-Identifier: Apache-2.0
// metadata.managedFields, read, written and kept short.
#include "sandbox/objects/managed_fields/entries.hpp"

#include <algorithm>
#include <tuple>

namespace objects {
namespace {

constexpr std::size_t kMostUpdates = 10;

const Value* managed_fields(const Value& object) {
  const auto metadata = object.find("metadata");
  if (metadata == object.end() || !metadata->is_object()) return nullptr;
  const auto found = metadata->find("managedFields");
  return found == metadata->end() || !found->is_array() ? nullptr : &*found;
}

std::string text(const Value& row, const char* key) {
  const auto found = row.find(key);
  return found != row.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<Entry> read_entry(const Value& row) {
  if (!row.is_object()) return std::nullopt;
  Entry out{.manager = {.name = text(row, "manager"),
                        .operation = text(row, "operation"),
                        .api_version = text(row, "apiVersion"),
                        .subresource = text(row, "subresource"),
                        .time = text(row, "time")},
            .fields = {}};
  if (out.manager.operation != "Apply" && out.manager.operation != "Update") return std::nullopt;
  if (out.manager.api_version.empty() || text(row, "fieldsType") != "FieldsV1") return std::nullopt;
  if (const auto fields = row.find("fieldsV1"); fields != row.end()) {
    k8s::Result<FieldSet> set = FieldSet::from_fields_v1(*fields);
    if (!set) return std::nullopt;
    out.fields = std::move(*set);
  }
  return out;
}

Value write_entry(const Entry& entry) {
  Value out = {{"operation", entry.manager.operation},
               {"apiVersion", entry.manager.api_version},
               {"fieldsType", "FieldsV1"},
               {"fieldsV1", entry.fields.to_fields_v1()}};
  if (!entry.manager.name.empty()) out["manager"] = entry.manager.name;
  if (!entry.manager.subresource.empty()) out["subresource"] = entry.manager.subresource;
  if (!entry.manager.time.empty()) out["time"] = entry.manager.time;
  return out;
}

// RFC 3339 in UTC sorts as text; no time is oldest.
bool goes_before(const Entry& a, const Entry& b) {
  const Manager& p = a.manager;
  const Manager& q = b.manager;
  return std::tie(p.operation, p.time, p.name, p.api_version, p.subresource) <
         std::tie(q.operation, q.time, q.name, q.api_version, q.subresource);
}

}  // namespace

std::string identity(const Manager& manager) {
  std::string out = "{";
  const auto add = [&out](const char* key, const std::string& value) {
    if (!value.empty()) out += (out.size() > 1 ? ",\"" : "\"") + std::string(key) + "\":" + quoted(Value(value));
  };
  add("manager", manager.name);
  add("operation", manager.operation);
  if (manager.operation != "Apply") add("apiVersion", manager.api_version);
  add("subresource", manager.subresource);
  return out + "}";
}

std::optional<Entries> read_entries(const Value& object) {
  Entries out;
  const Value* rows = managed_fields(object);
  if (rows == nullptr) return out;
  for (const Value& row : *rows) {
    std::optional<Entry> entry = read_entry(row);
    if (!entry) return std::nullopt;
    std::string key = identity(entry->manager);
    out.insert_or_assign(std::move(key), std::move(*entry));
  }
  return out;
}

bool resets_entries(const Value& object, bool custom_resource) {
  const Value* rows = managed_fields(object);
  if (rows == nullptr) return false;
  return (rows->empty() && !custom_resource) ||
         (rows->size() == 1 && rows->front().is_object() && rows->front().empty());
}

void erase_entries(Value& object) {
  const auto metadata = object.find("metadata");
  if (metadata != object.end() && metadata->is_object()) metadata->erase("managedFields");
}

void write_entries(Value& object, const Entries& entries) {
  erase_entries(object);
  if (entries.empty()) return;
  std::vector<const Entry*> sorted;
  for (const auto& [unused, entry] : entries) sorted.push_back(&entry);
  std::ranges::stable_sort(sorted, [](const Entry* a, const Entry* b) { return goes_before(*a, *b); });
  Value rows = Value::array();
  for (const Entry* entry : sorted) rows.push_back(write_entry(*entry));
  object["metadata"]["managedFields"] = std::move(rows);
}

void cap_updates(Entries& entries) {
  std::vector<std::string> updates;
  for (const auto& [key, entry] : entries) {
    if (!entry.applied()) updates.push_back(key);
  }
  if (updates.size() <= kMostUpdates) return;
  std::ranges::stable_sort(updates, [&entries](const std::string& a, const std::string& b) {
    return std::tie(entries.at(a).manager.time, a) < std::tie(entries.at(b).manager.time, b);
  });
  std::map<std::string, std::string> first_of_version;
  std::size_t left = updates.size();
  for (const std::string& key : updates) {
    if (left <= kMostUpdates) break;
    const Entry folded = entries.at(key);
    const auto [first, fresh] = first_of_version.emplace(folded.manager.api_version, key);
    if (fresh) continue;
    Manager bucket{.name = "ancient-changes",
                   .operation = "Update",
                   .api_version = folded.manager.api_version,
                   .subresource = {},
                   .time = folded.manager.time};
    const std::string name = identity(bucket);
    if (!entries.contains(name)) {
      FieldSet fields = std::move(entries.at(first->second).fields);
      entries.erase(first->second);
      entries.emplace(name, Entry{.manager = bucket, .fields = std::move(fields)});
    }
    Entry& into = entries.at(name);
    into.fields = into.fields.united(folded.fields);
    into.manager.time = folded.manager.time;  // the more recent of what is folded
    if (key != name) entries.erase(key);
    --left;
  }
}

}  // namespace objects
