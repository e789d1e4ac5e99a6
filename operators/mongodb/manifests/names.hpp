// SPDX-License-Identifier: Apache-2.0
// How everything that belongs to a replica set is called and labelled. The one place that puts names together.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "libk8s/api/object_key.hpp"

namespace mongodb {

inline constexpr int kMongodPort = 27017;
inline constexpr const char* kManagedBy =
    "sagong-mongodb";  // field manager, and the value of app.kubernetes.io/managed-by
inline constexpr const char* kFinalizer = "mongodb.sagong.dev/ordered-deletion";

namespace label {
inline constexpr const char* kManagedBy = "app.kubernetes.io/managed-by";
inline constexpr const char* kReplicaSet = "mongodb.sagong.dev/replica-set";
inline constexpr const char* kComponent = "mongodb.sagong.dev/component";      // "member" or "preflight"
inline constexpr const char* kMember = "mongodb.sagong.dev/member";            // ordinal
inline constexpr const char* kPodName = "statefulset.kubernetes.io/pod-name";  // set by the StatefulSet controller
}  // namespace label

namespace annotation {
inline constexpr const char* kRevision =
    "mongodb.sagong.dev/revision";  // on pod templates: our hash of what needs a restart
inline constexpr const char* kReplicaSetId = "mongodb.sagong.dev/replica-set-id";  // on claims: whose data this is
inline constexpr const char* kTerm = "mongodb.sagong.dev/term";  // on the primary Service: when its selector was right
}  // namespace annotation

struct Names {
  k8s::ObjectKey set;
  std::string cluster_domain = "cluster.local";

  std::string member(std::int64_t ordinal) const;                // "orders-0": StatefulSet, Service, claim
  std::string pod(std::int64_t ordinal) const;                   // "orders-0-0"
  std::string host(std::int64_t ordinal) const;                  // "orders-0.databases.svc.cluster.local:27017"
  std::string headless() const;                                  // "orders"
  std::string primary() const;                                   // "orders-primary"
  std::string budget() const;                                    // "orders"
  std::string keyfile() const;                                   // "orders-keyfile"
  std::string config_map(const std::string& revision) const;     // "orders-mongod-<revision>"
  std::string preflight_pod(const std::string& revision) const;  // "orders-preflight-<revision>"

  k8s::ObjectKey key(std::string name) const;
  // The ordinal of a member's host name in the configuration; nothing for a host that is not ours.
  std::optional<std::int64_t> ordinal_of_host(const std::string& host) const;

  std::map<std::string, std::string> labels() const;                             // of everything
  std::map<std::string, std::string> member_labels(std::int64_t ordinal) const;  // of one member's objects and pod
  std::string selector() const;                                                  // of all member pods, as text
};

// The set and ordinal that a member's object or pod belongs to, by its labels; nothing for anything else.
std::optional<std::int64_t> ordinal_of(const std::map<std::string, std::string>& labels);
std::optional<std::string> set_of(const std::map<std::string, std::string>& labels);

}  // namespace mongodb
