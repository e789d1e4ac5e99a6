// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/volumes/volumes.hpp"

#include <algorithm>

#include "sandbox/controllers/pods.hpp"
#include "sandbox/controllers/status.hpp"
#include "sandbox/controllers/volumes/binding.hpp"

namespace controllers {
namespace {

constexpr std::string_view kVolumeFinalizer = "kubernetes.io/pv-protection";
constexpr std::string_view kClaimFinalizer = "kubernetes.io/pvc-protection";

Result<void> set_phase(Api& api, const Value& volume, const char* phase) {
  if (text(volume, {"status", "phase"}) == phase) return {};
  const Value patch{{"status", {{"phase", phase}}}};
  const auto written = api.patch(kVolume, "", name_of(volume), patch, Subresource::status);
  if (!written) return written.error();
  return {};
}

// Its claim is gone.
Result<void> reclaim(Api& api, const Value& volume) {
  const auto written = set_phase(api, volume, "Released");
  if (!written) return written;
  const bool ours = annotation(volume, "pv.kubernetes.io/provisioned-by") == kProvisioner;
  if (!ours || text(volume, {"spec", "persistentVolumeReclaimPolicy"}) != "Delete") return {};
  return unless_gone(api.remove(kVolume, "", name_of(volume), {.uid = uid_of(volume)}));
}

Result<void> look_at_volume(Api& api, const Value& volume) {
  if (is_terminating(volume)) {
    if (text(volume, {"status", "phase"}) == "Bound") {
      const auto claim =
          api.get(kClaim, text(volume, {"spec", "claimRef", "namespace"}), text(volume, {"spec", "claimRef", "name"}));
      if (claim && uid_of(**claim) == text(volume, {"spec", "claimRef", "uid"})) return {};
    }
    return remove_finalizer(api, kVolume, volume, kVolumeFinalizer);
  }
  const auto held = add_finalizer(api, kVolume, volume, kVolumeFinalizer);
  if (!held) return held;
  const Value& reference = at(volume, {"spec", "claimRef"});
  if (text(reference, {"uid"}).empty()) return set_phase(api, volume, "Available");
  const auto claim = api.get(kClaim, text(reference, {"namespace"}), text(reference, {"name"}));
  if (!claim && claim.error().code != k8s::Code::not_found) return claim.error();
  if (!claim || uid_of(**claim) != text(reference, {"uid"})) return reclaim(api, volume);
  const std::string& chosen = text(**claim, {"spec", "volumeName"});
  if (chosen == name_of(volume)) return set_phase(api, volume, "Bound");
  if (!chosen.empty()) return reclaim(api, volume);  // it took another one
  return text(volume, {"status", "phase"}) == "Bound" ? Result<void>{} : set_phase(api, volume, "Available");
}

Look reconcile_volume(Api& api, const Key& key, const Now&) {
  const auto found = api.get(kVolume, "", key.name);
  if (!found) return found.error().code == k8s::Code::not_found ? done() : Look{found.error()};
  const auto looked = look_at_volume(api, **found);
  return looked ? done() : Look{looked.error()};
}

bool uses(const Value& pod, const std::string& claim) {
  const Value& volumes = elements(pod, {"spec", "volumes"});
  return std::any_of(volumes.begin(), volumes.end(), [&](const Value& volume) {
    if (text(volume, {"persistentVolumeClaim", "claimName"}) == claim) return true;
    return at(volume, {"ephemeral"}).is_object() && name_of(pod) + "-" + text(volume, {"name"}) == claim;
  });
}

Look reconcile_protection(Api& api, const Key& key, const Now&) {
  const auto found = api.get(kClaim, key.ns, key.name);
  if (!found) return found.error().code == k8s::Code::not_found ? done() : Look{found.error()};
  if (!is_terminating(**found)) {
    const auto held = add_finalizer(api, kClaim, **found, kClaimFinalizer);
    return held ? done() : Look{held.error()};
  }
  const auto pods = api.list(kPod, key.ns, Selector::everything());
  if (!pods) return pods.error();
  // A pod without a node will not start on a claim that is being deleted.
  const bool used = std::any_of(pods->begin(), pods->end(),
                                [&](const ObjectRef& pod) { return is_scheduled(*pod) && uses(*pod, key.name); });
  if (used) return done();
  const auto freed = remove_finalizer(api, kClaim, **found, kClaimFinalizer);
  return freed ? done() : Look{freed.error()};
}

}  // namespace

Controller volume_controller() {
  return {.name = "persistentvolume",
          .wakes = {wake::self("PersistentVolume"),
                    {.kind = "PersistentVolumeClaim",
                     .keys =
                         [](const Api& api, const Change& change, Keys& keys) {
                           const std::string& chosen = text(change.object(), {"spec", "volumeName"});
                           if (!chosen.empty()) keys.insert({.ns = "", .name = chosen});
                           if (change.after) return;
                           // Gone: also those that only meant it.
                           const auto all = api.list(kVolume, "", Selector::everything());
                           if (!all) return;
                           for (const ObjectRef& volume : *all) {
                             if (volumes::is_meant_for(*volume, change.object())) keys.insert(key_of(*volume));
                           }
                         }}},
          .reconcile = reconcile_volume};
}

Controller claim_protection_controller() {
  return {.name = "pvc-protection",
          .wakes = {wake::self("PersistentVolumeClaim"),
                    {.kind = "Pod",
                     .keys =
                         [](const Api&, const Change& change, Keys& keys) {
                           if (change.after) return;
                           for (const Value& volume : elements(*change.before, {"spec", "volumes"})) {
                             std::string claim = text(volume, {"persistentVolumeClaim", "claimName"});
                             if (at(volume, {"ephemeral"}).is_object()) {
                               claim = name_of(*change.before) + "-" + text(volume, {"name"});
                             }
                             if (!claim.empty()) keys.insert({.ns = namespace_of(*change.before), .name = claim});
                           }
                         }}},
          .reconcile = reconcile_protection};
}

}  // namespace controllers
