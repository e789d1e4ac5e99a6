// SPDX-License-Identifier: Apache-2.0
#include "libk8s/client/client.hpp"

#include <utility>

#include <fmt/format.h>

#include "libk8s/client/api_error.hpp"
#include "libk8s/client/paths.hpp"

namespace k8s {
namespace {

constexpr const char* kJson = "application/json";
constexpr const char* kMergePatch = "application/merge-patch+json";
constexpr const char* kJsonPatch = "application/json-patch+json";
constexpr const char* kApplyPatch = "application/apply-patch+yaml";  // JSON is YAML

std::string object_path(const Manifest& manifest) {
  return k8s::object_path(manifest.type, manifest.key());
}

json::Value with_resource_version(json::Value patch, const ResourceVersion& expected) {
  if (!expected.empty()) patch["metadata"]["resourceVersion"] = expected.str();
  return patch;
}

// A merge patch would keep members that the new status no longer has. Writing an old resourceVersion is answered 409 (a
// "test" of it: 422).
json::Value status_patch(const json::Value& status, const ResourceVersion& expected) {
  json::Value patch = json::Value::array();
  if (!expected.empty())
    patch.push_back({{"op", "replace"}, {"path", "/metadata/resourceVersion"}, {"value", expected.str()}});
  patch.push_back({{"op", "add"}, {"path", "/status"}, {"value", status}});
  return patch;
}

json::Value delete_options(const Preconditions& preconditions) {
  json::Value options{{"apiVersion", "v1"}, {"kind", "DeleteOptions"}, {"propagationPolicy", "Background"}};
  if (!preconditions.uid.empty()) options["preconditions"]["uid"] = preconditions.uid.str();
  if (!preconditions.resource_version.empty())
    options["preconditions"]["resourceVersion"] = preconditions.resource_version.str();
  return options;
}

}  // namespace

Client::Client(HttpClient& http, std::string field_manager, bool dry_run)
    : http_(http), field_manager_(std::move(field_manager)), dry_run_(dry_run) {}

Client::CallPtr Client::get(const ResourceType& type, const ObjectKey& key, Done done) {
  return send({.method = Method::get, .path = k8s::object_path(type, key)}, std::move(done));
}

Client::CallPtr Client::list(const ResourceType& type, const Namespace& ns, const ListOptions& options, Done done) {
  Request request{.method = Method::get, .path = collection_path(type, ns)};
  if (!options.label_selector.empty()) request.query.emplace_back("labelSelector", options.label_selector);
  if (!options.field_selector.empty()) request.query.emplace_back("fieldSelector", options.field_selector);
  if (options.limit > 0) request.query.emplace_back("limit", std::to_string(options.limit));
  if (!options.continue_token.empty()) {
    // The token carries its own resourceVersion; the server refuses both at once.
    request.query.emplace_back("continue", options.continue_token);
  } else {
    if (!options.resource_version.empty()) request.query.emplace_back("resourceVersion", options.resource_version);
    if (!options.resource_version_match.empty())
      request.query.emplace_back("resourceVersionMatch", options.resource_version_match);
  }
  return send(std::move(request), std::move(done));
}

Client::CallPtr Client::create(const Manifest& manifest, Done done) {
  return send({.method = Method::post,
               .path = collection_path(manifest.type, manifest.key().ns),
               .query = {{"fieldManager", field_manager_}},
               .content_type = kJson,
               .body = json::print(manifest.body)},
              std::move(done));
}

Client::CallPtr Client::replace(const Manifest& manifest, Done done, Lane lane) {
  return send({.method = Method::put,
               .path = object_path(manifest),
               .query = {{"fieldManager", field_manager_}},
               .content_type = kJson,
               .body = json::print(manifest.body),
               .lane = lane},
              std::move(done));
}

Client::CallPtr Client::apply(const Manifest& manifest, const Uid& uid, Done done) {
  json::Value body = manifest.body;
  if (!uid.empty()) body["metadata"]["uid"] = uid.str();
  return send({.method = Method::patch,
               .path = object_path(manifest),
               .query = {{"fieldManager", field_manager_}, {"force", "true"}},
               .content_type = kApplyPatch,
               .body = json::print(body)},
              std::move(done));
}

Client::CallPtr Client::merge_patch(const Target& target, const json::Value& patch, const ResourceVersion& expected,
                                    Done done) {
  return send({.method = Method::patch,
               .path = k8s::object_path(target.type, target.key),
               .query = {{"fieldManager", field_manager_}},
               .content_type = kMergePatch,
               .body = json::print(with_resource_version(patch, expected))},
              std::move(done));
}

Client::CallPtr Client::patch_status(const Target& target, const json::Value& status, const ResourceVersion& expected,
                                     Done done) {
  return send({.method = Method::patch,
               .path = k8s::object_path(target.type, target.key, "status"),
               .query = {{"fieldManager", field_manager_}},
               .content_type = kJsonPatch,
               .body = json::print(status_patch(status, expected))},
              std::move(done));
}

Client::CallPtr Client::remove(const Target& target, const Preconditions& preconditions, Done done) {
  return send({.method = Method::remove,
               .path = k8s::object_path(target.type, target.key),
               .content_type = kJson,
               .body = json::print(delete_options(preconditions))},
              std::move(done));
}

Client::CallPtr Client::evict(const ObjectKey& pod, const Uid& uid, Done done) {
  json::Value body{{"apiVersion", "policy/v1"},
                   {"kind", "Eviction"},
                   {"metadata", {{"name", pod.name.str()}, {"namespace", pod.ns.str()}}},
                   {"deleteOptions", {{"preconditions", {{"uid", uid.str()}}}}}};
  return send({.method = Method::post,
               .path = k8s::object_path(kPods, pod, "eviction"),
               .content_type = kJson,
               .body = json::print(body)},
              std::move(done));
}

Client::CallPtr Client::send(Request request, Done done) {
  if (dry_run_ && is_write(request.method)) request.query.emplace_back("dryRun", "All");
  const Method method = request.method;
  return http_.send(std::move(request), [method, done = std::move(done)](Result<Reply> reply) {
    if (!reply) return done(reply.error());
    if (reply->status < 200 || reply->status >= 300) return done(api_error(*reply, method));
    done(std::move(reply->body));
  });
}

}  // namespace k8s
