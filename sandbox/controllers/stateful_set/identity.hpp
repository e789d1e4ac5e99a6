// SPDX-License-Identifier: Apache-2.0
// Which pod of a StatefulSet is it, and what makes it that one?
#pragma once

#include "sandbox/controllers/object.hpp"

namespace controllers::stateful_set {

inline constexpr std::string_view kRevisionLabel = "controller-revision-hash";
inline constexpr std::string_view kPodNameLabel = "statefulset.kubernetes.io/pod-name";
inline constexpr std::string_view kPodIndexLabel = "apps.kubernetes.io/pod-index";

// The number behind the last dash; -1 when there is none.
std::int64_t ordinal_of(const Value& pod);
// Named as one of the set's pods are.
bool is_named_after(const Value& pod, const Value& set);
std::string pod_name(const Value& set, std::int64_t ordinal);
std::string claim_name(const Value& set, const Value& claim_template, std::int64_t ordinal);

std::int64_t first_ordinal(const Value& set);
std::int64_t replicas_of(const Value& set);
bool in_range(const Value& set, std::int64_t ordinal);

// The pod of that ordinal as the template makes it: names, labels, host name, claims as volumes.
Value new_pod(const Value& set, const Value& pod_template, std::int64_t ordinal, const std::string& revision);

}  // namespace controllers::stateful_set
