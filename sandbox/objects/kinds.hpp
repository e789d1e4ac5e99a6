// SPDX-License-Identifier: Apache-2.0
// Which kinds exist without a CRD, and what do discovery and their schemas say of them?
//
// The table (kinds/kinds.txt) holds names and types taken from a running API server by kinds/generate.py; it is part of
// the program.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sandbox/objects/schema.hpp"

namespace objects {

struct Subresource {
  std::string name;                  // "status", "scale", "eviction"
  std::string group, version, kind;  // of what is sent: policy/v1 Eviction
  std::vector<std::string> verbs;

  bool operator==(const Subresource&) const = default;
};

struct Kind {
  std::string group, version, kind, plural, singular;
  std::vector<std::string> short_names, categories, verbs;
  bool namespaced = false;
  std::vector<Subresource> subresources;
  SchemaRef schema;

  std::string api_version() const { return group.empty() ? version : group + "/" + version; }
  const Subresource* subresource(std::string_view name) const;
};

struct BuiltIns {
  std::vector<Kind> kinds;  // resources in discovery order, group by group
  // Every named definition, also of kinds that are no resource: Scale, Eviction, Status, DeleteOptions, lists.
  Properties definitions;

  const Kind* find(std::string_view group, std::string_view version, std::string_view plural) const;
  const Kind* find_kind(std::string_view group, std::string_view version, std::string_view kind) const;
};

// Parses the embedded table: a few milliseconds; call once and keep (schemas refer to each other within it).
BuiltIns built_in_kinds();

}  // namespace objects
