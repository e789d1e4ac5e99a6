// SPDX-License-Identifier: Apache-2.0
#include "libk8s/client/paths.hpp"

#include "libk8s/base/check.hpp"

namespace k8s {
namespace {

std::string group_path(const ResourceType& type) {
  return type.group.empty() ? "/api/" + std::string{type.version}
                            : "/apis/" + std::string{type.group} + "/" + std::string{type.version};
}

// A segment "." or ".." is legal percent-encoding and yet walks the tree, so it becomes what no object is called.
std::string segment(std::string_view text) {
  if (text == ".") return "%2E";
  if (text == "..") return "%2E%2E";
  return percent_encode(text);
}

std::string below(std::string path, const ResourceType& type, const Namespace& ns) {
  if (!ns.empty()) path += "/namespaces/" + segment(ns.str());
  return path + "/" + std::string{type.plural};
}

std::vector<std::pair<std::string, std::string>> watch_query(const WatchOptions& options) {
  std::vector<std::pair<std::string, std::string>> query{{"watch", "true"}};
  if (options.bookmarks) query.emplace_back("allowWatchBookmarks", "true");
  if (!options.label_selector.empty()) query.emplace_back("labelSelector", options.label_selector);
  if (!options.field_selector.empty()) query.emplace_back("fieldSelector", options.field_selector);
  if (!options.resource_version.empty()) query.emplace_back("resourceVersion", options.resource_version);
  if (options.send_initial_events) {
    query.emplace_back("sendInitialEvents", "true");
    query.emplace_back("resourceVersionMatch", "NotOlderThan");
  }
  if (options.timeout > Seconds{0}) query.emplace_back("timeoutSeconds", std::to_string(options.timeout.count()));
  return query;
}

}  // namespace

std::string collection_path(const ResourceType& type, const Namespace& ns) {
  return below(group_path(type), type, ns);
}

std::string object_path(const ResourceType& type, const ObjectKey& key, std::string_view subresource) {
  check(!key.name.empty(), "an object's path needs its name");
  std::string path = collection_path(type, key.ns) + "/" + segment(key.name.str());
  if (!subresource.empty()) path += "/" + std::string{subresource};
  return path;
}

Request watch_request(const ResourceType& type, const Namespace& ns, const WatchOptions& options) {
  return {
      .method = Method::get, .path = collection_path(type, ns), .query = watch_query(options), .lane = Lane::watches};
}

Request watch_one_request(const ResourceType& type, const ObjectKey& key, const WatchOptions& options) {
  const std::string path = below(group_path(type) + "/watch", type, key.ns) + "/" + segment(key.name.str());
  return {.method = Method::get, .path = path, .query = watch_query(options), .lane = Lane::watches};
}

}  // namespace k8s
