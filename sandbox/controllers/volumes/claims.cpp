// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "sandbox/controllers/events.hpp"
#include "sandbox/controllers/status.hpp"
#include "sandbox/controllers/volumes/binding.hpp"
#include "sandbox/controllers/volumes/volumes.hpp"

namespace controllers {
namespace volumes {
namespace {

struct Pass {
  Api& api;
  const Now& now;
  const VolumeSettings& settings;
  const Value& claim;

  void tell(std::string_view type, std::string_view reason, const std::string& message) const {
    say(api, now, claim, {type, reason, kComponent}, message);
  }
};

Result<void> set_phase(const Pass& pass, const char* phase) {
  if (text(pass.claim, {"status", "phase"}) == phase) return {};
  Value status = members(pass.claim, {"status"});
  status["phase"] = phase;
  return write_status(pass.api, pass.claim, status);
}

// The volume follows what the claim asks for, the claim's capacity follows the volume.
Result<void> grow(const Pass& pass, const Value& volume) {
  const std::string& wanted = text(pass.claim, {"spec", "resources", "requests", "storage"});
  Value capacity = members(volume, {"spec", "capacity"});
  if (requested_milli(pass.claim) > capacity_milli(volume)) {
    const auto found = pass.api.get(kStorageClass, "", text(pass.claim, {"spec", "storageClassName"}));
    if (!found || !flag(**found, {"allowVolumeExpansion"}, false) || text(**found, {"provisioner"}) != kProvisioner) {
      return {};
    }
    capacity["storage"] = wanted;
    const Value patch{{"spec", {{"capacity", capacity}}}};
    const auto written = pass.api.patch(kVolume, "", name_of(volume), patch, Subresource::none);
    if (!written) return written.error();
    pass.tell("Normal", "VolumeResizeSuccessful", "Resize volume succeeded");
  }
  if (at(pass.claim, {"status", "capacity"}) == capacity) return {};
  Value status = members(pass.claim, {"status"});
  status["capacity"] = std::move(capacity);
  return write_status(pass.api, pass.claim, status);
}

Result<void> look_at_bound(const Pass& pass) {
  const std::string& name = text(pass.claim, {"spec", "volumeName"});
  const bool was_bound = !annotation(pass.claim, "pv.kubernetes.io/bind-completed").empty();
  const auto volume = pass.api.get(kVolume, "", name);
  if (!volume) {
    if (!was_bound) return set_phase(pass, "Pending");
    if (text(pass.claim, {"status", "phase"}) != "Lost") {
      pass.tell("Warning", "ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
    }
    return set_phase(pass, "Lost");
  }
  const bool free = at(**volume, {"spec", "claimRef"}).is_null();
  if (!free && !is_meant_for(**volume, pass.claim)) {
    if (!was_bound) {
      pass.tell("Warning", "FailedBinding", fmt::format("volume \"{}\" already bound to a different claim.", name));
      return set_phase(pass, "Pending");
    }
    pass.tell("Warning", "ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly");
    return set_phase(pass, "Lost");
  }
  const bool bound = was_bound && text(pass.claim, {"status", "phase"}) == "Bound" &&
                     text(**volume, {"spec", "claimRef", "uid"}) == uid_of(pass.claim) &&
                     text(**volume, {"status", "phase"}) == "Bound";
  return bound ? grow(pass, **volume) : bind_both(pass.api, pass.now, **volume, pass.claim);
}

Value new_volume(const Pass& pass, const Value& storage_class, const Value* node) {
  const std::string name = "pvc-" + uid_of(pass.claim);
  const std::string& policy = text(storage_class, {"reclaimPolicy"});
  Value volume{
      {"apiVersion", kVolume.api_version},
      {"kind", kVolume.kind},
      {"metadata", {{"name", name}, {"annotations", {{"pv.kubernetes.io/provisioned-by", kProvisioner}}}}},
      {"spec",
       {{"capacity", {{"storage", text(pass.claim, {"spec", "resources", "requests", "storage"})}}},
        {"accessModes", elements(pass.claim, {"spec", "accessModes"})},
        {"persistentVolumeReclaimPolicy", policy.empty() ? "Delete" : policy},
        {"storageClassName", name_of(storage_class)},
        {"volumeMode", "Filesystem"},
        {"hostPath", {{"path", fmt::format("{}/{}", pass.settings.root, name)}, {"type", "DirectoryOrCreate"}}},
        {"claimRef",
         {{"apiVersion", kClaim.api_version},
          {"kind", kClaim.kind},
          {"namespace", namespace_of(pass.claim)},
          {"name", name_of(pass.claim)},
          {"uid", uid_of(pass.claim)}}}}}};
  const Value& options = at(storage_class, {"mountOptions"});
  if (!options.is_null()) volume["spec"]["mountOptions"] = options;
  const std::string where = node ? label(*node, pass.settings.topology_key) : "";
  if (!where.empty()) {
    const Value term{
        {"matchExpressions",
         Value::array({{{"key", pass.settings.topology_key}, {"operator", "In"}, {"values", Value::array({where})}}})}};
    volume["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"] = Value::array({term});
  }
  return volume;
}

Result<void> provision(const Pass& pass, const Value& storage_class, const Value* node) {
  for (const char* source : {"dataSource", "dataSourceRef"}) {
    if (at(pass.claim, {"spec", source}).is_null()) continue;
    pass.tell("Warning", "ProvisioningFailed",
              fmt::format("provisioner {} makes empty volumes only: spec.{} is not supported", kProvisioner, source));
    return set_phase(pass, "Pending");
  }
  if (text(pass.claim, {"spec", "volumeMode"}) == "Block") {
    pass.tell("Warning", "ProvisioningFailed", fmt::format("provisioner {} makes no block volumes", kProvisioner));
    return set_phase(pass, "Pending");
  }
  pass.tell("Normal", "Provisioning",
            fmt::format("External provisioner is provisioning volume for claim \"{}/{}\"", namespace_of(pass.claim),
                        name_of(pass.claim)));
  auto volume = pass.api.create(new_volume(pass, storage_class, node));
  if (!volume && volume.error().code == k8s::Code::already_exists) {
    volume = pass.api.get(kVolume, "", "pvc-" + uid_of(pass.claim));
  }
  if (!volume) return volume.error();
  pass.tell("Normal", "ProvisioningSucceeded", fmt::format("Successfully provisioned volume {}", name_of(**volume)));
  Value next = pass.claim;
  for (const char* key :
       {"volume.kubernetes.io/storage-provisioner", "volume.beta.kubernetes.io/storage-provisioner"}) {
    make_at(next, {"metadata", "annotations"})[key] = kProvisioner;
  }
  return bind_both(pass.api, pass.now, **volume, next);
}

Result<void> wait_for(const Pass& pass, std::string_view reason, const std::string& message) {
  pass.tell("Normal", reason, message);
  return set_phase(pass, "Pending");
}

// A claim that names no class gets the default one, the youngest if there are several.
Result<bool> take_default_class(const Pass& pass) {
  if (!at(pass.claim, {"spec", "storageClassName"}).is_null()) return false;
  const auto classes = pass.api.list(kStorageClass, "", Selector::everything());
  if (!classes) return classes.error();
  ObjectRef best;
  for (const ObjectRef& one : *classes) {
    if (annotation(*one, "storageclass.kubernetes.io/is-default-class") != "true") continue;
    if (!best || created_at(*best) < created_at(*one)) best = one;
  }
  if (!best) return false;
  const Value patch{{"spec", {{"storageClassName", name_of(*best)}}}};
  const auto written = pass.api.patch(kClaim, namespace_of(pass.claim), name_of(pass.claim), patch, Subresource::none);
  if (!written) return written.error();
  return true;  // the change wakes us
}

Result<void> look_at_unbound(const Pass& pass) {
  const auto defaulted = take_default_class(pass);
  if (!defaulted) return defaulted.error();
  if (*defaulted) return {};
  const std::string& class_name = text(pass.claim, {"spec", "storageClassName"});
  const auto storage_class = pass.api.get(kStorageClass, "", class_name);
  const bool waits = storage_class && text(**storage_class, {"volumeBindingMode"}) == "WaitForFirstConsumer";
  const std::string& node_name = annotation(pass.claim, kSelectedNode);
  ObjectRef node;
  if (waits && !node_name.empty()) {
    const auto found = pass.api.get(kNode, "", node_name);
    if (found) node = *found;
  }
  const auto volume = find_volume(pass.api, pass.claim, node.get());
  if (!volume) return volume.error();
  if (*volume && (!waits || node || is_meant_for(**volume, pass.claim))) {
    return bind_both(pass.api, pass.now, **volume, pass.claim);
  }
  if (waits && !node) {
    return wait_for(pass, "WaitForFirstConsumer", "waiting for first consumer to be created before binding");
  }
  if (!storage_class && !class_name.empty()) {
    pass.tell("Warning", "ProvisioningFailed", storage_class.error().message);
    return set_phase(pass, "Pending");
  }
  const std::string provisioner = storage_class ? text(**storage_class, {"provisioner"}) : "";
  if (provisioner == kProvisioner) return provision(pass, **storage_class, node.get());
  if (provisioner.empty() || provisioner == "kubernetes.io/no-provisioner") {
    return wait_for(pass, "FailedBinding",
                    "no persistent volumes available for this claim and no storage class is set");
  }
  return wait_for(pass, "ExternalProvisioning",
                  fmt::format("Waiting for a volume to be created either by the external provisioner '{}' or manually "
                              "by the system administrator. If volume creation is delayed, please verify that the "
                              "provisioner is running and correctly registered.",
                              provisioner));
}

Look reconcile(Api& api, const Key& key, const Now& now, const VolumeSettings& settings) {
  const auto found = api.get(kClaim, key.ns, key.name);
  if (!found) return found.error().code == k8s::Code::not_found ? done() : Look{found.error()};
  const Pass pass{.api = api, .now = now, .settings = settings, .claim = **found};
  if (text(pass.claim, {"spec", "volumeName"}).empty()) {
    if (is_terminating(pass.claim)) return done();
    const auto looked = look_at_unbound(pass);
    return looked ? done() : Look{looked.error()};
  }
  const auto looked = look_at_bound(pass);
  return looked ? done() : Look{looked.error()};
}

// Claims that a volume or a class may be for.
void add_waiting(const Api& api, Keys& keys) {
  const auto claims = api.list(kClaim, "", Selector::everything());
  if (!claims) return;
  for (const ObjectRef& claim : *claims) {
    if (text(*claim, {"status", "phase"}) != "Bound") keys.insert(key_of(*claim));
  }
}

}  // namespace
}  // namespace volumes

Controller claim_controller(VolumeSettings settings) {
  return {.name = "persistentvolumeclaim",
          .wakes = {wake::self("PersistentVolumeClaim"),
                    {.kind = "PersistentVolume",
                     .keys =
                         [](const Api& api, const Change& change, Keys& keys) {
                           const Value& claim = at(change.object(), {"spec", "claimRef"});
                           if (claim.is_null()) return volumes::add_waiting(api, keys);
                           keys.insert({.ns = text(claim, {"namespace"}), .name = text(claim, {"name"})});
                         }},
                    {.kind = "StorageClass",
                     .keys = [](const Api& api, const Change&, Keys& keys) { volumes::add_waiting(api, keys); }}},
          .reconcile = [settings = std::move(settings)](Api& api, const Key& key, const Now& now) {
            return volumes::reconcile(api, key, now, settings);
          }};
}

}  // namespace controllers
