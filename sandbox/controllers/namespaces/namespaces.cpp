// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/namespaces/namespaces.hpp"

#include <map>

#include <fmt/format.h>

#include "sandbox/controllers/status.hpp"

namespace controllers {
namespace {

constexpr std::string_view kFinalizer = "kubernetes";
constexpr std::string_view kRootCa = "kube-root-ca.crt";

struct Remains {
  std::map<std::string, std::int64_t> resources = {};   // "pods.": how many
  std::map<std::string, std::int64_t> finalizers = {};  // in how many objects
};

std::string group_resource(const ServedKind& kind) {
  const std::size_t slash = kind.api_version.find('/');
  return fmt::format("{}.{}", kind.plural, slash == std::string::npos ? "" : kind.api_version.substr(0, slash));
}

Result<Remains> empty_namespace(Api& api, const std::string& ns) {
  for (const ServedKind& kind : api.served()) {
    if (!kind.namespaced) continue;
    const auto objects = api.list(kind.view(), ns, Selector::everything());
    if (!objects) return objects.error();
    for (const ObjectRef& object : *objects) {
      if (is_terminating(*object)) continue;
      const auto removed = unless_gone(api.remove(kind.view(), ns, name_of(*object), {.uid = uid_of(*object)}));
      if (!removed) return removed.error();
    }
  }
  Remains remains;
  for (const ServedKind& kind : api.served()) {
    if (!kind.namespaced) continue;
    const auto objects = api.list(kind.view(), ns, Selector::everything());
    if (!objects) return objects.error();
    if (!objects->empty()) remains.resources[group_resource(kind)] = static_cast<std::int64_t>(objects->size());
    for (const ObjectRef& object : *objects) {
      for (const Value& finalizer : elements(*object, {"metadata", "finalizers"})) {
        ++remains.finalizers[text(finalizer, {})];
      }
    }
  }
  return remains;
}

std::string counted(const std::map<std::string, std::int64_t>& what, std::string_view between) {
  std::string out;
  for (const auto& [name, count] : what) {
    out += fmt::format("{}{} {} {} resource instances", out.empty() ? "" : ", ", name, between, count);
  }
  return out;
}

Value status_of(const Value& ns, const Remains& remains, const Now& now) {
  Value status = members(ns, {"status"});
  status["phase"] = "Terminating";
  Value conditions = elements(status, {"conditions"});
  set_condition(
      conditions,
      {"NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered", "All resources successfully discovered"},
      now);
  set_condition(conditions,
                {"NamespaceDeletionGroupVersionParsingFailure", "False", "ParsedGroupVersions",
                 "All legacy kube types successfully parsed"},
                now);
  set_condition(conditions,
                {"NamespaceDeletionContentFailure", "False", "ContentDeleted",
                 "All content successfully deleted, may be waiting on finalization"},
                now);
  if (remains.resources.empty()) {
    set_condition(conditions,
                  {"NamespaceContentRemaining", "False", "ContentRemoved", "All content successfully removed"}, now);
  } else {
    set_condition(conditions,
                  {"NamespaceContentRemaining", "True", "SomeResourcesRemain",
                   "Some resources are remaining: " + counted(remains.resources, "has")},
                  now);
  }
  if (remains.finalizers.empty()) {
    set_condition(conditions,
                  {"NamespaceFinalizersRemaining", "False", "ContentHasNoFinalizers",
                   "All content-preserving finalizers finished"},
                  now);
  } else {
    set_condition(conditions,
                  {"NamespaceFinalizersRemaining", "True", "SomeFinalizersRemain",
                   "Some content in the namespace has finalizers remaining: " + counted(remains.finalizers, "in")},
                  now);
  }
  status["conditions"] = std::move(conditions);
  return status;
}

Look end_namespace(Api& api, const Key& key, const Now& now) {
  const auto found = api.get(kNamespace, "", key.name);
  if (!found) return found.error().code == k8s::Code::not_found ? done() : Look{found.error()};
  if (!is_terminating(**found)) return done();
  if (!contains(elements(**found, {"spec", "finalizers"}), kFinalizer)) return done();
  const auto remains = empty_namespace(api, key.name);
  if (!remains) return remains.error();
  const auto written = write_status(api, **found, status_of(**found, *remains, now));
  if (!written) return written.error();
  if (!remains->resources.empty()) return done();  // every object that goes wakes us
  const auto fresh = api.get(kNamespace, "", key.name);
  if (!fresh) return fresh.error().code == k8s::Code::not_found ? done() : Look{fresh.error()};
  Value next = **fresh;
  remove_text(next["spec"]["finalizers"], kFinalizer);
  const auto finalized = api.update(next, Subresource::finalize);
  return finalized || finalized.error().code == k8s::Code::not_found ? done() : Look{finalized.error()};
}

// The object that every namespace has; nothing to do in one that is going.
Look ensure(Api& api, const std::string& ns, const Value& wanted, const char* content) {
  const auto home = api.get(kNamespace, "", ns);
  if (!home || is_terminating(**home)) return done();
  const Kind kind{.api_version = "v1", .kind = text(wanted, {"kind"})};
  const auto before = api.get(kind, ns, name_of(wanted));
  if (!before) {
    if (before.error().code != k8s::Code::not_found) return before.error();
    const auto made = api.create(wanted);
    return made || made.error().code == k8s::Code::already_exists ? done() : Look{made.error()};
  }
  if (!content || at(**before, {content}) == wanted.at(content)) return done();
  Value next = **before;
  next[content] = wanted.at(content);
  const auto written = api.update(next, Subresource::none);
  return written ? done() : Look{written.error()};
}

Wake wake_by_namespace() {
  return {.kind = "Namespace", .keys = [](const Api&, const Change& change, Keys& keys) {
            if (change.after) keys.insert({.ns = "", .name = name_of(*change.after)});
          }};
}

Wake wake_by_content(std::string_view kind, std::string_view name) {
  return {.kind = std::string{kind}, .keys = [name](const Api&, const Change& change, Keys& keys) {
            if (name_of(change.object()) == name) keys.insert({.ns = "", .name = namespace_of(change.object())});
          }};
}

}  // namespace

Controller namespace_controller() {
  return {.name = "namespace",
          .wakes = {wake::self("Namespace"),
                    {.kind = "*",
                     .keys =
                         [](const Api& api, const Change& change, Keys& keys) {
                           const std::string& ns = namespace_of(change.object());
                           if (ns.empty()) return;
                           const auto home = api.get(kNamespace, "", ns);
                           if (home && is_terminating(**home)) keys.insert({.ns = "", .name = ns});
                         }}},
          .reconcile = end_namespace};
}

Controller service_account_controller() {
  return {.name = "serviceaccount",
          .wakes = {wake_by_namespace(), wake_by_content("ServiceAccount", "default")},
          .reconcile = [](Api& api, const Key& key, const Now&) {
            return ensure(api, key.name,
                          Value{{"apiVersion", "v1"},
                                {"kind", "ServiceAccount"},
                                {"metadata", {{"name", "default"}, {"namespace", key.name}}}},
                          nullptr);
          }};
}

Controller root_ca_controller(std::string certificates_pem) {
  return {.name = "root-ca",
          .wakes = {wake_by_namespace(), wake_by_content("ConfigMap", kRootCa)},
          .reconcile = [pem = std::move(certificates_pem)](Api& api, const Key& key, const Now&) {
            const Value note{{"kubernetes.io/description",
                              "Contains a CA bundle that can be used to verify the kube-apiserver when using internal "
                              "endpoints such as the internal service IP or kubernetes.default.svc. No other usage is "
                              "guaranteed across distributions of Kubernetes clusters."}};
            return ensure(api, key.name,
                          Value{{"apiVersion", "v1"},
                                {"kind", "ConfigMap"},
                                {"metadata", {{"name", kRootCa}, {"namespace", key.name}, {"annotations", note}}},
                                {"data", {{"ca.crt", pem}}}},
                          "data");
          }};
}

}  // namespace controllers
