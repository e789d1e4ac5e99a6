// SPDX-License-Identifier: Apache-2.0
// The objects that a replica set has one of: Services over all members and for the primary, budget, keyfile,
// configuration.
#pragma once

#include <map>
#include <string>

#include "libk8s/apply/effect.hpp"
#include "operators/mongodb/manifests/member.hpp"

namespace mongodb {

// apiVersion, kind and metadata of an object that belongs to the set: name, labels, and the set as controller.
k8s::json::Value owned_body(const Build& build, const k8s::ResourceType& type, const std::string& name,
                            const std::map<std::string, std::string>& labels);

// Headless, over all members: for discovery by DNS and SRV.
k8s::Manifest headless_service(const Build& build);
// Selects the primary's pod. `term`: the term in which that member was seen as primary.
k8s::Manifest primary_service(const Build& build, std::int64_t primary_ordinal, std::int64_t term);
// minAvailable = members - 1, as an integer: maxUnavailable would loosen while a pod is missing. `members`: how many
// are in the set now.
k8s::Manifest disruption_budget(const Build& build, std::int64_t members);
// Without its bytes: those are drawn once, in apply.
k8s::Manifest keyfile_secret(const Build& build);
// One per revision and immutable, so that a member that restarts by itself never meets a configuration that is not its
// own.
k8s::Manifest config_map(const Build& build, const std::string& revision, const k8s::json::Value& config);

inline constexpr const char* kKeyfileDataKey = "keyfile";
inline constexpr const char* kKeyfileGenerator = "mongodb-keyfile";

}  // namespace mongodb
