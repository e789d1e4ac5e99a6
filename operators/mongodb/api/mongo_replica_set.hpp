// SPDX-License-Identifier: Apache-2.0
// MongoReplicaSet, as the user writes it and as we report on it. The schema is crds/mongoreplicasets.yaml; a test holds
// the two together.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libk8s/api/condition.hpp"
#include "libk8s/api/object_meta.hpp"
#include "libk8s/api/quantity.hpp"
#include "libk8s/api/resource_type.hpp"
#include "libk8s/json/fields.hpp"
#include "operators/mongodb/api/mongo_replica_set_status.hpp"

namespace mongodb {

inline constexpr k8s::ResourceType kMongoReplicaSets{"mongodb.sagong.dev", "v1alpha1", "mongoreplicasets",
                                                     "MongoReplicaSet"};

enum class ReclaimPolicy { retain, remove };
std::string to_text(ReclaimPolicy policy);  // "Retain", "Delete"
bool from_text(std::string_view text, ReclaimPolicy& out);

struct Storage {
  k8s::Quantity size;
  std::optional<std::string> storage_class_name;  // nothing: the cluster's default class
  ReclaimPolicy reclaim_policy = ReclaimPolicy::retain;

  bool operator==(const Storage&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("size", self.size);
    visit("storageClassName", self.storage_class_name);
    visit("reclaimPolicy", self.reclaim_policy);
  }
};

struct Resources {
  std::map<std::string, k8s::Quantity> requests;
  std::map<std::string, k8s::Quantity> limits;

  bool operator==(const Resources&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("requests", self.requests);
    visit("limits", self.limits);
  }
};

enum class Spread { required, preferred, none };
std::string to_text(Spread spread);  // "Required", "Preferred", "None"
bool from_text(std::string_view text, Spread& out);

// Where members may run. `host` and `zone` keep members apart by kubernetes.io/hostname and
// topology.kubernetes.io/zone.
struct Placement {
  Spread host = Spread::preferred;
  Spread zone = Spread::preferred;
  std::map<std::string, std::string> node_selector;
  std::vector<k8s::json::Value> tolerations;  // core/v1 Toleration, passed through
  std::optional<std::string> priority_class_name;

  bool operator==(const Placement&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("host", self.host);
    visit("zone", self.zone);
    visit("nodeSelector", self.node_selector);
    visit("tolerations", self.tolerations);
    visit("priorityClassName", self.priority_class_name);
  }
};

// `config` is mongod's own configuration file; options that the operator sets are refused (manifests/mongod_config.hpp
// lists them).
struct Mongod {
  k8s::json::Value config;

  bool operator==(const Mongod&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("config", self.config);
  }
};

enum class UpdateStrategy { automatic, on_delete, paused };
std::string to_text(UpdateStrategy strategy);  // "Automatic", "OnDelete", "Paused"
bool from_text(std::string_view text, UpdateStrategy& out);

struct Update {
  UpdateStrategy strategy = UpdateStrategy::automatic;
  std::int64_t max_lag_seconds = 10;
  // 0: do not look. Otherwise no member is taken down while the primary's oplog covers less than this.
  std::int64_t min_oplog_window_seconds = 0;

  bool operator==(const Update&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("strategy", self.strategy);
    visit("maxLagSeconds", self.max_lag_seconds);
    visit("minOplogWindowSeconds", self.min_oplog_window_seconds);
  }
};

struct MongoReplicaSetSpec {
  std::string version;               // "8.0.12"
  std::optional<std::string> image;  // nothing: docker.io/library/mongo:<version>
  std::int64_t members = 3;          // 1, 3, 5 or 7
  Storage storage;
  Resources resources;
  Placement placement;
  Mongod mongod;
  Update update;
  std::optional<std::string> restarted_at;
  bool paused = false;

  bool operator==(const MongoReplicaSetSpec&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("version", self.version);
    visit("image", self.image);
    visit("members", self.members);
    visit("storage", self.storage);
    visit("resources", self.resources);
    visit("placement", self.placement);
    visit("mongod", self.mongod);
    visit("update", self.update);
    visit("restartedAt", self.restarted_at);
    visit("paused", self.paused);
  }
};

struct MongoReplicaSet {
  static constexpr const k8s::ResourceType& kType = kMongoReplicaSets;

  k8s::ObjectMeta metadata;
  MongoReplicaSetSpec spec;
  MongoReplicaSetStatus status;

  bool operator==(const MongoReplicaSet&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("metadata", self.metadata);
    visit("spec", self.spec);
    visit("status", self.status);
  }
};

// spec.image, or the stock Community image of spec.version.
std::string image_of(const MongoReplicaSetSpec& spec);

}  // namespace mongodb
