// SPDX-License-Identifier: Apache-2.0
// mongod's configuration file for a replica set: the user's options and ours in one document.
#pragma once

#include <string>

#include "libk8s/base/result.hpp"
#include "libk8s/json/value.hpp"
#include "operators/mongodb/api/mongo_replica_set.hpp"

namespace mongodb {

// Where things are inside a member's pod. sagong-member is told these on its command line.
namespace path {
inline constexpr const char* kData = "/data/db";
inline constexpr const char* kHelperFolder = "/sagong/bin";
inline constexpr const char* kHelper = "/sagong/bin/sagong-member";
inline constexpr const char* kConfigFolder = "/sagong/config";
inline constexpr const char* kConfig = "/sagong/config/mongod.conf";
inline constexpr const char* kKeyfileFolder = "/sagong/keyfile";
inline constexpr const char* kKeyfileSource = "/sagong/keyfile/keyfile";
inline constexpr const char* kRunFolder = "/sagong/run";  // memory; the keyfile as mongod wants it: its own, mode 0400
inline constexpr const char* kKeyfile = "/sagong/run/keyfile";
}  // namespace path

// How long a member that was told to stop answers "shutting down" before it stops (mongod's default is 15 s). Clients
// learn of it at once through their awaited hello, so the wait only costs time.
inline constexpr int kQuiesceMillis = 1000;

// The whole file but for net.bindIp, which `sagong-member start` gives on the command line because only the pod knows
// its address. Code::invalid, with a sentence for the user, when spec.mongod.config is no object or sets an option that
// the operator sets.
k8s::Result<k8s::json::Value> mongod_config(const MongoReplicaSet& set);

// As written into the ConfigMap: JSON, which is YAML.
std::string mongod_config_text(const k8s::json::Value& config);

}  // namespace mongodb
