// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/controllers/fake_api.hpp"

#include <fmt/format.h>

#include "sandbox/controllers/object.hpp"

namespace controllers::test {
namespace {

using k8s::Code;
using k8s::Error;

Error error(Code code, std::string_view kind, const std::string& name, std::string_view why) {
  return {.code = code, .message = fmt::format("{} \"{}\" {}", kind, name, why)};
}

bool held(const Value& object) {
  return !elements(object, {"metadata", "finalizers"}).empty() ||
         (text(object, {"kind"}) == "Namespace" && !elements(object, {"spec", "finalizers"}).empty());
}

void begin(Value& object) {
  const std::string& kind = text(object, {"kind"});
  if (kind == "Pod") object["status"]["phase"] = "Pending";
  if (kind == "PersistentVolumeClaim" || kind == "PersistentVolume") object["status"] = {{"phase", "Pending"}};
  if (kind == "PersistentVolumeClaim") object["metadata"]["finalizers"] = {"kubernetes.io/pvc-protection"};
  if (kind == "PersistentVolume") object["metadata"]["finalizers"] = {"kubernetes.io/pv-protection"};
  if (kind == "Namespace") {
    object["spec"]["finalizers"] = {"kubernetes"};
    object["status"]["phase"] = "Active";
    object["metadata"]["labels"]["kubernetes.io/metadata.name"] = name_of(object);
  }
}

}  // namespace

Result<ObjectRef> FakeApi::get(const Kind& kind, const std::string& ns, const std::string& name) const {
  const auto table = objects_.find(kind.kind);
  if (table != objects_.end()) {
    const auto found = table->second.find({.ns = ns, .name = name});
    if (found != table->second.end()) return found->second;
  }
  return error(Code::not_found, kind.kind, name, "not found");
}

Result<Objects> FakeApi::list(const Kind& kind, const std::string& ns, const Selector& selector) const {
  Objects out;
  const auto table = objects_.find(kind.kind);
  if (table == objects_.end()) return out;
  for (const auto& [key, object] : table->second) {
    if ((ns.empty() || key.ns == ns) && selector.matches(labels_of(*object))) out.push_back(object);
  }
  return out;
}

Result<ObjectRef> FakeApi::create(const Value& wanted) {
  Value object = wanted;
  const std::string kind = text(object, {"kind"});
  if (name_of(object).empty()) {
    object["metadata"]["name"] = fmt::format("{}{:05x}", text(object, {"metadata", "generateName"}), uids_ * 7919 + 11);
  }
  const Key key = key_of(object);
  if (auto refused = refuse("create", kind, key.name)) return *refused;
  if (!key.ns.empty()) {
    const auto home = get(kNamespace, "", key.ns);
    if (home && is_terminating(**home)) {
      return error(Code::forbidden, kind, key.name, "is forbidden: the namespace is being terminated");
    }
  }
  Places& places = objects_[kind];
  if (places.contains(key)) return error(Code::already_exists, kind, key.name, "already exists");
  begin(object);
  object["metadata"]["uid"] = fmt::format("uid-{}", ++uids_);
  object["metadata"]["creationTimestamp"] = stamp(now_.wall);
  object["metadata"]["generation"] = 1;
  object["metadata"]["resourceVersion"] = next_version();
  const auto made = std::make_shared<const Value>(std::move(object));
  places[key] = made;
  ++writes;
  changed({.kind = {text(*made, {"apiVersion"}), text(*made, {"kind"})}, .before = nullptr, .after = made.get()});
  return made;
}

Result<ObjectRef> FakeApi::store(const Value& before, Value next) {
  const ObjectRef old = std::make_shared<const Value>(before);
  if (before == next)
    return get({text(before, {"apiVersion"}), text(before, {"kind"})}, namespace_of(before), name_of(before));
  if (at(before, {"spec"}) != at(next, {"spec"}) || is_terminating(before) != is_terminating(next)) {
    next["metadata"]["generation"] = generation_of(before) + 1;
  }
  next["metadata"]["resourceVersion"] = next_version();
  ++writes;
  const Key key = key_of(next);
  const auto made = std::make_shared<const Value>(std::move(next));
  const bool gone =
      is_terminating(*made) && !held(*made) &&
      (text(*made, {"kind"}) != "Pod" || number(*made, {"metadata", "deletionGracePeriodSeconds"}, 0) == 0);
  Places& places = objects_[text(*made, {"kind"})];
  if (gone) {
    places.erase(key);
  } else {
    places[key] = made;
  }
  changed({.kind = {text(*made, {"apiVersion"}), text(*made, {"kind"})},
           .before = old.get(),
           .after = gone ? nullptr : made.get()});
  return made;
}

Result<ObjectRef> FakeApi::update(const Value& object, Subresource subresource) {
  const std::string& kind = text(object, {"kind"});
  if (auto refused = refuse("update", kind, name_of(object))) return *refused;
  const auto stored = get({text(object, {"apiVersion"}), kind}, namespace_of(object), name_of(object));
  if (!stored) return stored;
  if (text(object, {"metadata", "resourceVersion"}) != text(**stored, {"metadata", "resourceVersion"})) {
    return error(Code::conflict, kind, name_of(object), "has been modified");
  }
  Value next = object;
  if (subresource == Subresource::status) {
    next = **stored;
    next["status"] = at(object, {"status"});
  } else if (subresource == Subresource::finalize) {
    next = **stored;
    next["spec"]["finalizers"] = elements(object, {"spec", "finalizers"});
  } else if (next.contains("status") || (*stored)->contains("status")) {
    next["status"] = at(**stored, {"status"});
  }
  return store(**stored, std::move(next));
}

Result<ObjectRef> FakeApi::patch(const Kind& kind, const std::string& ns, const std::string& name, const Value& patch,
                                 Subresource subresource) {
  if (auto refused = refuse("patch", std::string{kind.kind}, name)) return *refused;
  const auto stored = get(kind, ns, name);
  if (!stored) return stored;
  for (const char* member : {"resourceVersion", "uid"}) {
    const std::string& wanted = text(patch, {"metadata", member});
    if (!wanted.empty() && wanted != text(**stored, {"metadata", member})) {
      return error(Code::conflict, kind.kind, name, "has been modified");
    }
  }
  Value next = **stored;
  next.merge_patch(patch);
  if (subresource == Subresource::status) {
    Value only = **stored;
    only["status"] = at(next, {"status"});
    next = std::move(only);
  } else if (next.contains("status")) {
    next["status"] = at(**stored, {"status"});
  }
  return store(**stored, std::move(next));
}

Result<void> FakeApi::remove(const Kind& kind, const std::string& ns, const std::string& name,
                             const DeleteOptions& options) {
  if (auto refused = refuse("delete", std::string{kind.kind}, name)) return *refused;
  const auto stored = get(kind, ns, name);
  if (!stored) return stored.error();
  const Value& object = **stored;
  if ((!options.uid.empty() && options.uid != uid_of(object)) ||
      (!options.resource_version.empty() &&
       options.resource_version != text(object, {"metadata", "resourceVersion"}))) {
    return error(Code::conflict, kind.kind, name, "does not meet the precondition");
  }
  Value next = object;
  std::int64_t grace = 0;
  if (kind == kPod && !text(object, {"spec", "nodeName"}).empty()) {
    grace = options.grace_seconds.value_or(number(object, {"spec", "terminationGracePeriodSeconds"}, 30));
  }
  if (!is_terminating(object)) {
    if (options.propagation != Propagation::background) {
      const char* finalizer = options.propagation == Propagation::orphan ? "orphan" : "foregroundDeletion";
      next["metadata"]["finalizers"] = elements(object, {"metadata", "finalizers"});
      next["metadata"]["finalizers"].push_back(finalizer);
    }
    next["metadata"]["deletionTimestamp"] = stamp(now_.wall + k8s::Seconds{grace});
    if (kind == kNamespace) next["status"]["phase"] = "Terminating";
  }
  if (kind == kPod) next["metadata"]["deletionGracePeriodSeconds"] = grace;
  const auto written = store(object, std::move(next));
  if (!written) return written.error();
  return {};
}

Result<void> FakeApi::bind(const std::string& ns, const std::string& pod, const std::string& uid,
                           const std::string& node) {
  if (auto refused = refuse("bind", "Pod", pod)) return *refused;
  const auto stored = get(kPod, ns, pod);
  if (!stored) return stored.error();
  if (uid_of(**stored) != uid) return error(Code::conflict, "Pod", pod, "has another uid");
  if (!text(**stored, {"spec", "nodeName"}).empty()) return error(Code::conflict, "Pod", pod, "is already assigned");
  Value next = **stored;
  next["spec"]["nodeName"] = node;
  Value conditions = Value::array();
  for (const Value& one : elements(**stored, {"status", "conditions"})) {
    if (text(one, {"type"}) != "PodScheduled") conditions.push_back(one);
  }
  conditions.push_back({{"type", "PodScheduled"}, {"status", "True"}, {"lastTransitionTime", stamp(now_.wall)}});
  next["status"]["conditions"] = std::move(conditions);
  const auto written = store(**stored, std::move(next));
  if (!written) return written.error();
  return {};
}

}  // namespace controllers::test
