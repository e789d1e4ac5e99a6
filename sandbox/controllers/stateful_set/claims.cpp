// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/stateful_set/claims.hpp"

#include <fmt/format.h>

#include "sandbox/controllers/events.hpp"
#include "sandbox/controllers/ownership.hpp"
#include "sandbox/controllers/stateful_set/identity.hpp"

namespace controllers::stateful_set {
namespace {

bool deletes(const Value& set, std::string_view when) {
  return text(set, {"spec", "persistentVolumeClaimRetentionPolicy", when}) == "Delete";
}

const Value& claim_templates(const Value& set) {
  return elements(set, {"spec", "volumeClaimTemplates"});
}

// The owner that a claim of the pod should have; null: none of ours. `pod` may not exist yet.
Value wanted_owner(const Value& set, const Value* pod, std::int64_t ordinal) {
  if (deletes(set, "whenScaled") && !in_range(set, ordinal)) return pod ? controller_reference_to(*pod) : Value{};
  return deletes(set, "whenDeleted") ? controller_reference_to(set) : Value{};
}

bool is_ours(const Value& owner, const Value& set, const Value& pod) {
  const std::string& kind = text(owner, {"kind"});
  return (kind == kStatefulSet.kind && text(owner, {"name"}) == name_of(set)) ||
         (kind == kPod.kind && text(owner, {"name"}) == name_of(pod));
}

Value new_claim(const Value& set, const Value& from, std::int64_t ordinal) {
  Value claim{{"apiVersion", kClaim.api_version},
              {"kind", kClaim.kind},
              {"metadata", {{"name", claim_name(set, from, ordinal)}, {"namespace", namespace_of(set)}}},
              {"spec", members(from, {"spec"})}};
  Value labels = labels_of(from);
  for (const auto& [key, value] : members(set, {"spec", "selector", "matchLabels"}).items()) labels[key] = value;
  claim["metadata"]["labels"] = std::move(labels);
  if (const Value& annotations = at(from, {"metadata", "annotations"}); !annotations.is_null()) {
    claim["metadata"]["annotations"] = annotations;
  }
  if (Value owner = wanted_owner(set, nullptr, ordinal); !owner.is_null()) {
    claim["metadata"]["ownerReferences"] = Value::array({std::move(owner)});
  }
  return claim;
}

}  // namespace

Result<void> make_claims(Api& api, const Now& now, const Value& set, std::int64_t ordinal) {
  for (const Value& from : claim_templates(set)) {
    const std::string name = claim_name(set, from, ordinal);
    const auto found = api.get(kClaim, namespace_of(set), name);
    if (found && is_terminating(**found)) {
      return k8s::Error{.code = k8s::Code::conflict, .message = fmt::format("pvc {} is being deleted", name)};
    }
    if (found) continue;
    const auto made = api.create(new_claim(set, from, ordinal));
    if (made) {
      say(api, now, set, {"Normal", "SuccessfulCreate", "statefulset-controller"},
          fmt::format("create Claim {} Pod {} in StatefulSet {} success", name, pod_name(set, ordinal), name_of(set)));
    } else if (made.error().code != k8s::Code::already_exists) {
      say(api, now, set, {"Warning", "FailedCreate", "statefulset-controller"},
          fmt::format("create Claim {} for Pod {} in StatefulSet {} failed error: {}", name, pod_name(set, ordinal),
                      name_of(set), made.error().message));
      return made.error();
    }
  }
  return {};
}

bool has_stale_claim(const Api& api, const Value& set, std::int64_t ordinal) {
  if (!deletes(set, "whenScaled")) return false;
  for (const Value& from : claim_templates(set)) {
    const auto found = api.get(kClaim, namespace_of(set), claim_name(set, from, ordinal));
    if (!found) continue;
    for (const Value& owner : elements(**found, {"metadata", "ownerReferences"})) {
      // There is no pod of that name now, so the one meant is gone.
      if (text(owner, {"kind"}) == kPod.kind && text(owner, {"name"}) == pod_name(set, ordinal)) return true;
    }
  }
  return false;
}

Result<void> settle_owners(Api& api, const Value& set, const Value& pod) {
  const std::int64_t ordinal = ordinal_of(pod);
  const Value wanted = wanted_owner(set, &pod, ordinal);
  for (const Value& from : claim_templates(set)) {
    const auto found = api.get(kClaim, namespace_of(set), claim_name(set, from, ordinal));
    if (!found) continue;
    Value owners = Value::array();
    bool somebody_elses = false;
    for (const Value& owner : elements(**found, {"metadata", "ownerReferences"})) {
      if (is_ours(owner, set, pod)) continue;
      somebody_elses = somebody_elses || flag(owner, {"controller"}, false);
      owners.push_back(owner);
    }
    if (!wanted.is_null() && !somebody_elses) owners.push_back(wanted);
    if (owners == elements(**found, {"metadata", "ownerReferences"})) continue;
    Value next = **found;
    next["metadata"]["ownerReferences"] = std::move(owners);
    const auto written = api.update(next, Subresource::none);
    if (!written && written.error().code != k8s::Code::not_found) return written.error();
  }
  return {};
}

}  // namespace controllers::stateful_set
