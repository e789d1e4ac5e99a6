// SPDX-License-Identifier: Apache-2.0
// Verbs on objects: builds the request, maps HTTP status and metav1.Status to an Error, hands back the body as text.
//
// Every verb returns its Call: destroy it to cancel. `done` runs at most once, on the loop.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "libk8s/api/object_key.hpp"
#include "libk8s/api/resource_type.hpp"
#include "libk8s/apply/effect.hpp"
#include "libk8s/transport/http_client.hpp"

namespace k8s {

struct Preconditions {
  Uid uid = {};                           // empty: none
  ResourceVersion resource_version = {};  // empty: none
};

struct ListOptions {
  std::string label_selector = {};
  std::string field_selector = {};
  int limit = 500;
  std::string continue_token = {};
  std::string resource_version = {};        // "", "0" or an exact one, see the API concepts page
  std::string resource_version_match = {};  // "", "Exact", "NotOlderThan"
};

class Client {
 public:
  using CallPtr = std::unique_ptr<HttpClient::Call>;
  // The object (or Status, or list) as the server sent it.
  using Done = std::function<void(Result<std::string>)>;

  // field_manager names us in managedFields. dry_run: every write carries dryRun=All.
  Client(HttpClient& http, std::string field_manager, bool dry_run = false);

  CallPtr get(const ResourceType& type, const ObjectKey& key, Done done);
  CallPtr list(const ResourceType& type, const Namespace& ns, const ListOptions& options, Done done);
  CallPtr create(const Manifest& manifest, Done done);
  // PUT: carries the resourceVersion inside the body.
  CallPtr replace(const Manifest& manifest, Done done, Lane lane = Lane::requests);
  // Server-side apply, forced. A non-empty uid goes into the body, so that a recreated object answers 409.
  CallPtr apply(const Manifest& manifest, const Uid& uid, Done done);
  CallPtr merge_patch(const Target& target, const json::Value& patch, const ResourceVersion& expected, Done done);
  // The status subresource: replaces `status` whole under resourceVersion (a JSON patch; a merge patch would keep
  // members that are gone).
  CallPtr patch_status(const Target& target, const json::Value& status, const ResourceVersion& expected, Done done);
  CallPtr remove(const Target& target, const Preconditions& preconditions, Done done);
  CallPtr evict(const ObjectKey& pod, const Uid& uid, Done done);

  const std::string& field_manager() const { return field_manager_; }

 private:
  CallPtr send(Request request, Done done);

  HttpClient& http_;
  std::string field_manager_;
  bool dry_run_;
};

}  // namespace k8s
