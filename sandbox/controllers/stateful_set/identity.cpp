// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/stateful_set/identity.hpp"

#include <charconv>

#include <fmt/format.h>

#include "sandbox/controllers/pods.hpp"

namespace controllers::stateful_set {

std::int64_t ordinal_of(const Value& pod) {
  const std::string& name = name_of(pod);
  const std::size_t dash = name.rfind('-');
  if (dash == std::string::npos || dash + 1 == name.size()) return -1;
  std::int64_t ordinal = -1;
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + dash + 1, end, ordinal);
  return error == std::errc{} && stop == end && ordinal >= 0 ? ordinal : -1;
}

bool is_named_after(const Value& pod, const Value& set) {
  return ordinal_of(pod) >= 0 && name_of(pod).substr(0, name_of(pod).rfind('-')) == name_of(set);
}

std::string pod_name(const Value& set, std::int64_t ordinal) {
  return fmt::format("{}-{}", name_of(set), ordinal);
}

std::string claim_name(const Value& set, const Value& claim_template, std::int64_t ordinal) {
  return fmt::format("{}-{}-{}", name_of(claim_template), name_of(set), ordinal);
}

std::int64_t first_ordinal(const Value& set) {
  return number(set, {"spec", "ordinals", "start"}, 0);
}

std::int64_t replicas_of(const Value& set) {
  return number(set, {"spec", "replicas"}, 1);
}

bool in_range(const Value& set, std::int64_t ordinal) {
  return ordinal >= first_ordinal(set) && ordinal < first_ordinal(set) + replicas_of(set);
}

Value new_pod(const Value& set, const Value& pod_template, std::int64_t ordinal, const std::string& revision) {
  Value pod = pod_from_template(pod_template, set);
  const std::string name = pod_name(set, ordinal);
  pod["metadata"]["name"] = name;
  Value& labels = make_at(pod, {"metadata", "labels"});
  labels[std::string{kPodNameLabel}] = name;
  labels[std::string{kPodIndexLabel}] = std::to_string(ordinal);
  labels[std::string{kRevisionLabel}] = revision;
  pod["spec"]["hostname"] = name;
  pod["spec"]["subdomain"] = text(set, {"spec", "serviceName"});

  Value volumes = Value::array();
  Value claimed = Value::array();
  for (const Value& claim : elements(set, {"spec", "volumeClaimTemplates"})) {
    claimed.push_back(name_of(claim));
    volumes.push_back(
        {{"name", name_of(claim)}, {"persistentVolumeClaim", {{"claimName", claim_name(set, claim, ordinal)}}}});
  }
  for (const Value& volume : elements(pod, {"spec", "volumes"})) {
    if (!contains(claimed, text(volume, {"name"}))) volumes.push_back(volume);
  }
  if (!volumes.empty()) pod["spec"]["volumes"] = std::move(volumes);
  return pod;
}

}  // namespace controllers::stateful_set
