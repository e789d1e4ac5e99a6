// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/volumes/binding.hpp"

#include <algorithm>

#include "libk8s/api/quantity.hpp"
#include "sandbox/controllers/node_selector.hpp"
#include "sandbox/controllers/status.hpp"

namespace controllers::volumes {
namespace {

std::int64_t milli_of(const std::string& quantity) {
  const auto parsed = k8s::Quantity::parse(quantity);
  return parsed ? parsed->milli() : 0;
}

bool has_modes(const Value& volume, const Value& claim) {
  const Value& offered = elements(volume, {"spec", "accessModes"});
  const Value& wanted = elements(claim, {"spec", "accessModes"});
  return std::all_of(wanted.begin(), wanted.end(),
                     [&](const Value& mode) { return contains(offered, text(mode, {})); });
}

std::string mode_of(const Value& object) {
  const std::string& mode = text(object, {"spec", "volumeMode"});
  return mode.empty() ? "Filesystem" : mode;
}

bool will_do(const Value& volume, const Value& claim, const Value* node) {
  if (is_terminating(volume) || capacity_milli(volume) < requested_milli(claim) || !has_modes(volume, claim) ||
      mode_of(volume) != mode_of(claim)) {
    return false;
  }
  if (is_meant_for(volume, claim)) return true;
  if (!at(volume, {"spec", "claimRef"}).is_null()) return false;
  if (text(volume, {"spec", "storageClassName"}) != text(claim, {"spec", "storageClassName"})) return false;
  const Value& selector = at(claim, {"spec", "selector"});
  if (!selector.is_null() && !Selector::of(selector).matches(labels_of(volume))) return false;
  const Value& where = at(volume, {"spec", "nodeAffinity", "required"});
  return where.is_null() || !node || matches_node(where, *node);
}

Result<ObjectRef> point_volume(Api& api, const Value& volume, const Value& claim) {
  Value next = volume;
  Value& reference = make_at(next, {"spec", "claimRef"});
  if (text(reference, {"uid"}) != uid_of(claim)) {
    const bool by_us = reference.empty();
    reference = {{"apiVersion", kClaim.api_version},
                 {"kind", kClaim.kind},
                 {"namespace", namespace_of(claim)},
                 {"name", name_of(claim)},
                 {"uid", uid_of(claim)},
                 {"resourceVersion", text(claim, {"metadata", "resourceVersion"})}};
    if (by_us) make_at(next, {"metadata", "annotations"})["pv.kubernetes.io/bound-by-controller"] = "yes";
  }
  auto written =
      next == volume ? Result<ObjectRef>{std::make_shared<const Value>(volume)} : api.update(next, Subresource::none);
  if (!written || text(**written, {"status", "phase"}) == "Bound") return written;
  const Value patch{{"status", {{"phase", "Bound"}}}};
  return api.patch(kVolume, "", name_of(volume), patch, Subresource::status);
}

}  // namespace

std::int64_t requested_milli(const Value& claim) {
  return milli_of(text(claim, {"spec", "resources", "requests", "storage"}));
}

std::int64_t capacity_milli(const Value& volume) {
  return milli_of(text(volume, {"spec", "capacity", "storage"}));
}

bool is_meant_for(const Value& volume, const Value& claim) {
  const Value& reference = at(volume, {"spec", "claimRef"});
  if (!reference.is_object()) return false;
  const std::string& uid = text(reference, {"uid"});
  return text(reference, {"name"}) == name_of(claim) && text(reference, {"namespace"}) == namespace_of(claim) &&
         (uid.empty() || uid == uid_of(claim));
}

Result<ObjectRef> find_volume(const Api& api, const Value& claim, const Value* node) {
  const auto all = api.list(kVolume, "", Selector::everything());
  if (!all) return all.error();
  ObjectRef best;
  for (const ObjectRef& volume : *all) {
    if (!will_do(*volume, claim, node)) continue;
    if (is_meant_for(*volume, claim)) return volume;
    if (!best || capacity_milli(*volume) < capacity_milli(*best)) best = volume;
  }
  return best;
}

Result<void> bind_both(Api& api, const Now&, const Value& volume, const Value& claim) {
  const auto pointed = point_volume(api, volume, claim);
  if (!pointed) return pointed.error();
  Value next = claim;
  Value& annotations = make_at(next, {"metadata", "annotations"});
  if (text(next, {"spec", "volumeName"}).empty()) {
    next["spec"]["volumeName"] = name_of(volume);
    annotations["pv.kubernetes.io/bound-by-controller"] = "yes";
  }
  annotations["pv.kubernetes.io/bind-completed"] = "yes";
  if (next != claim) {
    const auto written = api.update(next, Subresource::none);
    if (!written) return written.error();
    next = **written;
  }
  Value status = members(next, {"status"});
  if (text(status, {"phase"}) != "Bound") {
    status["phase"] = "Bound";
    status["accessModes"] = elements(**pointed, {"spec", "accessModes"});
    status["capacity"] = members(**pointed, {"spec", "capacity"});
  }
  return write_status(api, next, status);
}

}  // namespace controllers::volumes
