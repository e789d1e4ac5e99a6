// SPDX-License-Identifier: Apache-2.0
// Under which path does the API server serve an object, a collection or a watch?
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libk8s/api/object_key.hpp"
#include "libk8s/api/resource_type.hpp"
#include "libk8s/base/clock.hpp"
#include "libk8s/transport/request.hpp"

namespace k8s {

// "/apis/apps/v1/namespaces/default/statefulsets"; without namespace the collection of the whole cluster.
std::string collection_path(const ResourceType& type, const Namespace& ns);
// "/api/v1/namespaces/default/pods/a", and "/status" or "/eviction" below it. Names are percent-encoded, so none can
// leave its segment. A cluster-wide object has a key without namespace.
std::string object_path(const ResourceType& type, const ObjectKey& key, std::string_view subresource = {});

// What is watched. Server default for what is empty.
struct WatchOptions {
  std::string label_selector = {};
  std::string field_selector = {};
  std::string resource_version = {};
  bool bookmarks = true;
  // KEP-3157: the present state first, as ADDED events ended by a bookmark that says so; adds
  // resourceVersionMatch=NotOlderThan.
  bool send_initial_events = false;
  // The server ends the stream after this long; 0: whenever it likes.
  Seconds timeout{0};
};

// A GET on the watches' lane; deadline and idle time are the caller's to set.
Request watch_request(const ResourceType& type, const Namespace& ns, const WatchOptions& options);

// The watch of one object by its deprecated path, /api/v1/watch/namespaces/NAME for a Namespace: the only form whose
// authorization attributes carry namespace and name, so that a Role inside that namespace can allow it (a field
// selector on the collection asks for a ClusterRole). Field selectors do not go with it.
Request watch_one_request(const ResourceType& type, const ObjectKey& key, const WatchOptions& options);

}  // namespace k8s
