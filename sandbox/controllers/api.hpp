// SPDX-License-Identifier: Apache-2.0
// What do the controllers ask of an API server? Synchronous verbs with JSON values, which the server's adapter and the
// tests' fake implement.
//
// Objects are complete (apiVersion and kind included), immutable and shared. Errors carry the API server's code:
// conflict for a stale resourceVersion or a precondition that does not hold, not_found, already_exists, forbidden (also
// a namespace that is being deleted), invalid.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libk8s/base/result.hpp"
#include "libk8s/json/value.hpp"
#include "sandbox/controllers/selector.hpp"

namespace controllers {

using ObjectRef = std::shared_ptr<const Value>;
using Objects = std::vector<ObjectRef>;
using k8s::Result;

// A view: of a constant below, or into somebody else's strings.
struct Kind {
  std::string_view api_version;  // "v1", "apps/v1"
  std::string_view kind;
  auto operator<=>(const Kind&) const = default;
};

inline constexpr Kind kPod{"v1", "Pod"};
inline constexpr Kind kNode{"v1", "Node"};
inline constexpr Kind kService{"v1", "Service"};
inline constexpr Kind kEndpoints{"v1", "Endpoints"};
inline constexpr Kind kEvent{"v1", "Event"};
inline constexpr Kind kConfigMap{"v1", "ConfigMap"};
inline constexpr Kind kNamespace{"v1", "Namespace"};
inline constexpr Kind kServiceAccount{"v1", "ServiceAccount"};
inline constexpr Kind kClaim{"v1", "PersistentVolumeClaim"};
inline constexpr Kind kVolume{"v1", "PersistentVolume"};
inline constexpr Kind kStorageClass{"storage.k8s.io/v1", "StorageClass"};
inline constexpr Kind kStatefulSet{"apps/v1", "StatefulSet"};
inline constexpr Kind kReplicaSet{"apps/v1", "ReplicaSet"};
inline constexpr Kind kDeployment{"apps/v1", "Deployment"};
inline constexpr Kind kControllerRevision{"apps/v1", "ControllerRevision"};
inline constexpr Kind kJob{"batch/v1", "Job"};
inline constexpr Kind kCronJob{"batch/v1", "CronJob"};
inline constexpr Kind kDisruptionBudget{"policy/v1", "PodDisruptionBudget"};
inline constexpr Kind kEndpointSlice{"discovery.k8s.io/v1", "EndpointSlice"};
inline constexpr Kind kLease{"coordination.k8s.io/v1", "Lease"};

// One row of discovery; each kind once, in the version that is preferred.
struct ServedKind {
  std::string api_version;
  std::string kind;
  std::string plural;
  bool namespaced = true;
  Kind view() const { return {.api_version = api_version, .kind = kind}; }
};

// finalize: PUT of a Namespace's spec.finalizers.
enum class Subresource { none, status, finalize };
enum class Propagation { background, foreground, orphan };

struct DeleteOptions {
  std::string uid = {};               // precondition, unless empty
  std::string resource_version = {};  // precondition, unless empty
  Propagation propagation = Propagation::background;
  std::optional<std::int64_t> grace_seconds = {};  // the object's own when absent
};

class Api {
 public:
  virtual ~Api() = default;

  // Everything that can be listed and deleted, custom resources too, sorted.
  virtual std::vector<ServedKind> served() const = 0;

  virtual Result<ObjectRef> get(const Kind& kind, const std::string& ns, const std::string& name) const = 0;
  // Sorted by namespace and name; `ns` "" is every namespace.
  virtual Result<Objects> list(const Kind& kind, const std::string& ns, const Selector& selector) const = 0;
  // Kind, namespace and name (or generateName) are the object's own.
  virtual Result<ObjectRef> create(const Value& object) = 0;
  // PUT; conflict unless its metadata.resourceVersion is the stored one.
  virtual Result<ObjectRef> update(const Value& object, Subresource subresource) = 0;
  // JSON merge patch; conditional when it names metadata.resourceVersion or metadata.uid.
  virtual Result<ObjectRef> patch(const Kind& kind, const std::string& ns, const std::string& name, const Value& patch,
                                  Subresource subresource) = 0;
  virtual Result<void> remove(const Kind& kind, const std::string& ns, const std::string& name,
                              const DeleteOptions& options) = 0;
  // POST pods/binding: sets spec.nodeName and PodScheduled; conflict when the pod is bound already or has another uid.
  virtual Result<void> bind(const std::string& ns, const std::string& pod, const std::string& uid,
                            const std::string& node) = 0;
};

}  // namespace controllers
