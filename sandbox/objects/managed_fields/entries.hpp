// SPDX-License-Identifier: Apache-2.0
// metadata.managedFields as a table: who owns what, by an identity that stays the same from write to write.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "sandbox/objects/managed_fields/field_manager.hpp"

namespace objects {

struct Entry {
  Manager manager;  // time may be empty
  FieldSet fields;

  bool applied() const { return manager.operation == "Apply"; }
};

// Keyed by identity(); iteration order is the order in which conflicts are reported.
using Entries = std::map<std::string, Entry>;

// Manager, operation and subresource; of an Update also the apiVersion. Never the time.
std::string identity(const Manager& manager);

// Nothing when any entry is malformed.
std::optional<Entries> read_entries(const Value& object);
// [{}], and [] where that counts: the client wants them cleared.
bool resets_entries(const Value& object, bool custom_resource);
// Sorted: Apply before Update, older first, then by name, apiVersion, subresource. Absent when there are none.
void write_entries(Value& object, const Entries& entries);
void erase_entries(Value& object);

// At most ten Update entries: the oldest of one apiVersion are folded into one named "ancient-changes".
void cap_updates(Entries& entries);

}  // namespace objects
