// SPDX-License-Identifier: Apache-2.0
// Which objects of a kind does a store hold?
#pragma once

#include <map>
#include <string>

#include "libk8s/api/object_key.hpp"

namespace k8s {

struct WatchScope {
  Namespace ns;                // empty: all namespaces, or a cluster-scoped kind
  Name single;                 // not empty: this one object (a field selector on metadata.name)
  std::string label_selector;  // as kubectl writes it
  std::string field_selector;

  // One cluster-scoped object: asked for by its own path, so that a Role inside its namespace can allow it (see
  // paths.hpp).
  bool is_one_object() const { return ns.empty() && !single.empty(); }
  bool operator==(const WatchScope&) const = default;
};

// What goes into the query: the single name joined to the field selector.
std::string field_selector_of(const WatchScope& scope);

// Would a watch of this scope show that object? Label requirements understood: "k", "!k", "k=v", "k==v", "k!=v". With
// any other requirement, or a field selector, the answer is no: then an own write is not laid over the store, only
// awaited less.
bool covers(const WatchScope& scope, const ObjectKey& key, const std::map<std::string, std::string>& labels);

}  // namespace k8s
