// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/endpoints/members.hpp"

#include "sandbox/controllers/pods.hpp"

namespace controllers::endpoints {
namespace {

std::optional<std::int64_t> resolve(const Value& port, const Value& pod) {
  const Value& target = at(port, {"targetPort"});
  if (target.is_null()) return number(port, {"port"});
  if (target.is_number_integer()) return target.get<std::int64_t>();
  const std::string& protocol = text(port, {"protocol"});
  for (const char* member : {"containers", "initContainers"}) {
    for (const Value& container : elements(pod, {"spec", member})) {
      for (const Value& one : elements(container, {"ports"})) {
        const std::string& has = text(one, {"protocol"});
        if (text(one, {"name"}) == text(target, {}) &&
            (protocol.empty() ? "TCP" : protocol) == (has.empty() ? "TCP" : has)) {
          return number(one, {"containerPort"});
        }
      }
    }
  }
  return std::nullopt;
}

void add_services(const Api& api, const Value& pod, Keys& keys) {
  const auto services = api.list(kService, namespace_of(pod), Selector::everything());
  if (!services) return;
  for (const ObjectRef& service : *services) {
    if (Selector::of_labels(at(*service, {"spec", "selector"})).matches(labels_of(pod))) keys.insert(key_of(*service));
  }
}

}  // namespace

Result<Objects> pods_behind(const Api& api, const Value& service) {
  if (members(service, {"spec", "selector"}).empty()) return Objects{};
  auto pods = api.list(kPod, namespace_of(service), Selector::of_labels(at(service, {"spec", "selector"})));
  if (!pods) return pods;
  Objects out;
  for (const ObjectRef& pod : *pods) {
    if (!has_ended(*pod) && !text(*pod, {"status", "podIP"}).empty()) out.push_back(pod);
  }
  return out;
}

Value ports_of(const Value& service, const Value& pod) {
  Value out = Value::array();
  for (const Value& port : elements(service, {"spec", "ports"})) {
    const auto resolved = resolve(port, pod);
    if (!resolved) continue;
    const std::string& protocol = text(port, {"protocol"});
    Value one{{"name", text(port, {"name"})}, {"port", *resolved}, {"protocol", protocol.empty() ? "TCP" : protocol}};
    if (const std::string& app = text(port, {"appProtocol"}); !app.empty()) one["appProtocol"] = app;
    out.push_back(std::move(one));
  }
  return out;
}

std::string zone_of(const Api& api, const Value& pod) {
  const auto node = api.get(kNode, "", text(pod, {"spec", "nodeName"}));
  return node ? label(**node, "topology.kubernetes.io/zone") : "";
}

std::string hostname_of(const Value& service, const Value& pod) {
  return text(pod, {"spec", "subdomain"}) == name_of(service) ? text(pod, {"spec", "hostname"}) : "";
}

bool is_headless(const Value& service) {
  return text(service, {"spec", "clusterIP"}) == "None";
}

Value target_of(const Value& pod) {
  return {{"kind", kPod.kind}, {"namespace", namespace_of(pod)}, {"name", name_of(pod)}, {"uid", uid_of(pod)}};
}

void wake_services(const Api& api, const Change& change, Keys& keys) {
  if (change.before) add_services(api, *change.before, keys);
  if (change.after) add_services(api, *change.after, keys);
}

Wake wake_by_node() {
  return {.kind = "Node", .keys = [](const Api& api, const Change& change, Keys& keys) {
            constexpr std::string_view kZone = "topology.kubernetes.io/zone";
            if (!change.before || !change.after || label(*change.before, kZone) == label(*change.after, kZone)) return;
            const auto services = api.list(kService, "", Selector::everything());
            if (!services) return;
            for (const ObjectRef& service : *services) keys.insert(key_of(*service));
          }};
}

}  // namespace controllers::endpoints
