// SPDX-License-Identifier: Apache-2.0
// Ownership after a write and after an apply.
#include "sandbox/objects/managed_fields/updater.hpp"

namespace objects {
namespace {

// What never counts as anybody's.
FieldSet never_owned() {
  FieldSet out;
  for (const char* name : {"apiVersion", "kind", "metadata"}) out.insert({PathElement::of_field(name)});
  for (const char* name : {"name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation",
                           "managedFields", "resourceVersion"}) {
    out.insert({PathElement::of_field("metadata"), PathElement::of_field(name)});
  }
  return out;
}

Comparison compare_in_scope(const Value& before, const Value& after, const Schema& schema, const WriteScope& scope) {
  Comparison out = compare(before, after, schema);
  if (scope.ignored.empty()) return out;
  return {.added = out.added.minus_recursively(scope.ignored),
          .modified = out.modified.minus_recursively(scope.ignored),
          .removed = out.removed.minus_recursively(scope.ignored)};
}

// Takes from everybody but `self` what changed. With `conflicts`, only says what would be taken.
void take_from_others(const Comparison& changed, const std::string& self, Entries& entries, Conflicts* conflicts) {
  const FieldSet touched = changed.modified.united(changed.added);
  Entries left;
  for (auto& [key, entry] : entries) {
    if (key == self) {
      left.emplace(key, entry);
      continue;
    }
    const FieldSet taken = entry.fields.intersected(touched);
    if (conflicts != nullptr) {
      for (const FieldPath& path : taken.paths()) conflicts->push_back({described(entry.manager), to_string(path)});
    }
    Entry rest = entry;
    rest.fields = entry.fields.minus(taken).minus(changed.removed);
    if (!rest.fields.empty()) left.emplace(key, std::move(rest));
  }
  if (conflicts == nullptr || conflicts->empty()) entries = std::move(left);
}

void reconcile_all(const Schema& schema, Entries& entries) {
  for (auto& [unused, entry] : entries) entry.fields = reconciled(entry.fields, schema);
}

FieldSet all_owned(const Entries& entries) {
  FieldSet out;
  for (const auto& [unused, entry] : entries) out = out.united(entry.fields);
  return out;
}

// Removes what the applier owned through its last apply and says no more, unless somebody else owns it or it was never
// the applier's.
Value prune(const Value& merged, const Schema& schema, const FieldSet& last, const Entries& entries) {
  if (last.empty()) return merged;
  const auto members = [&schema](const FieldSet& set) { return ensure_named_fields_are_members(set, schema); };
  const FieldSet last_members = members(last);
  const FieldSet merged_members = members(to_field_set(merged, schema));
  Value pruned = remove_fields(merged, last_members, schema);
  const FieldSet kept = members(to_field_set(pruned, schema)).united(members(all_owned(entries)));
  pruned = remove_fields(merged, merged_members.minus(kept), schema);
  const FieldSet gone = merged_members.minus(members(to_field_set(pruned, schema)));
  return remove_fields(merged, gone.intersected(last_members), schema);
}

}  // namespace

std::string described(const Manager& manager) {
  std::string out = quoted(Value(manager.name));
  if (!manager.subresource.empty()) out += " with subresource " + quoted(Value(manager.subresource));
  if (manager.operation == "Update") out += " using " + manager.api_version;
  return out;
}

void update_owners(const Value& before, const Value& after, const Schema& schema, const WriteScope& scope,
                   const Manager& writer, Entries& entries) {
  reconcile_all(schema, entries);
  const Comparison changed = compare_in_scope(before, after, schema, scope);
  take_from_others(changed, "", entries, nullptr);
  FieldSet own = changed.modified.united(changed.added);
  if (!scope.ignored.empty()) own = own.minus_recursively(scope.ignored);
  own = own.minus(never_owned());
  if (own.empty()) return;
  const auto [mine, fresh] = entries.try_emplace(identity(writer), Entry{.manager = writer, .fields = {}});
  mine->second.fields = own.united(mine->second.fields);
  mine->second.manager = writer;
}

std::variant<Value, Conflicts> apply_owners(const Value& live, const Value& applied, const Schema& schema,
                                            const WriteScope& scope, const Manager& applier, Force force,
                                            Entries& entries) {
  Entries next = entries;
  reconcile_all(schema, next);
  Value merged = merge_applied(live, applied, schema);
  const std::string self = identity(applier);
  FieldSet own = to_field_set(applied, schema);
  if (!scope.ignored.empty()) own = own.minus_recursively(scope.ignored);
  const auto [mine, fresh] = next.try_emplace(self, Entry{.manager = applier, .fields = {}});
  const FieldSet last = std::move(mine->second.fields);
  const std::string last_time = fresh ? std::string() : mine->second.manager.time;
  mine->second = {.manager = applier, .fields = own};
  merged = prune(merged, schema, last, next);
  Conflicts conflicts;
  const Comparison changed = compare_in_scope(live, merged, schema, scope);
  take_from_others(changed, self, next, force == Force::yes ? nullptr : &conflicts);
  if (!conflicts.empty()) return conflicts;
  if (const auto found = next.find(self); found != next.end()) {
    found->second.fields = found->second.fields.minus(never_owned());
    // Nothing changed: the time of the last apply stays, and a first apply that changes nothing has none.
    if (merged == live) found->second.manager.time = last_time;
    if (found->second.fields.empty()) next.erase(found);
  }
  entries = std::move(next);
  return merged;
}

}  // namespace objects
