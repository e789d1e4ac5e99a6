// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "libk8s/base/hash.hpp"
#include "sandbox/controllers/endpoints/endpoints.hpp"
#include "sandbox/controllers/endpoints/members.hpp"
#include "sandbox/controllers/ownership.hpp"
#include "sandbox/controllers/pods.hpp"
#include "sandbox/controllers/status.hpp"

namespace controllers {
namespace endpoints {
namespace {

constexpr std::string_view kServiceName = "kubernetes.io/service-name";
constexpr std::string_view kManagedBy = "endpointslice.kubernetes.io/managed-by";
constexpr std::string_view kManager = "endpointslice-controller.k8s.io";
constexpr std::size_t kPerSlice = 100;

std::string_view family_of(const std::string& address) {
  return address.find(':') == std::string::npos ? "IPv4" : "IPv6";
}

Value endpoint(const Api& api, const Value& service, const Value& pod, const std::string& address) {
  const bool serving = is_ready(pod), terminating = is_terminating(pod);
  const bool ready = flag(service, {"spec", "publishNotReadyAddresses"}, false) || (serving && !terminating);
  Value out{{"addresses", Value::array({address})},
            {"conditions", {{"ready", ready}, {"serving", serving}, {"terminating", terminating}}},
            {"targetRef", target_of(pod)}};
  if (const std::string& node = text(pod, {"spec", "nodeName"}); !node.empty()) out["nodeName"] = node;
  if (const std::string zone = zone_of(api, pod); !zone.empty()) out["zone"] = zone;
  if (const std::string name = hostname_of(service, pod); !name.empty()) out["hostname"] = name;
  return out;
}

// The address families that the Service wants; IPv4 when it does not say.
Value families_of(const Value& service) {
  const Value& families = elements(service, {"spec", "ipFamilies"});
  return families.empty() ? Value::array({"IPv4"}) : families;
}

Value slice_labels(const Value& service) {
  Value labels = labels_of(service);
  labels[std::string{kServiceName}] = name_of(service);
  labels[std::string{kManagedBy}] = kManager;
  if (is_headless(service)) labels["service.kubernetes.io/headless"] = "";
  return labels;
}

// Family and printed ports; each slice's endpoints.
using Groups = std::map<std::pair<std::string, std::string>, std::vector<Value>>;

Groups group(const Api& api, const Value& service, const Objects& pods) {
  Groups groups;
  for (const Value& family : families_of(service)) {
    if (pods.empty()) groups[{text(family, {}), "[]"}] = {};  // an empty slice still says that there is a Service
    for (const ObjectRef& pod : pods) {
      Value addresses = elements(*pod, {"status", "podIPs"});
      if (addresses.empty()) addresses.push_back({{"ip", text(*pod, {"status", "podIP"})}});
      for (const Value& address : addresses) {
        const std::string& ip = text(address, {"ip"});
        if (family_of(ip) != text(family, {})) continue;
        groups[{text(family, {}), ports_of(service, *pod).dump()}].push_back(endpoint(api, service, *pod, ip));
        break;
      }
    }
  }
  return groups;
}

std::map<std::string, Value> wanted_slices(const Api& api, const Value& service, const Objects& pods) {
  std::map<std::string, Value> wanted;
  for (const auto& [which, all] : group(api, service, pods)) {
    const auto& [family, ports] = which;
    for (std::size_t from = 0, part = 0; part == 0 || from < all.size(); from += kPerSlice, ++part) {
      const std::string identity = fmt::format("{}|{}|{}|{}", uid_of(service), family, ports, part);
      const std::string name = fmt::format("{}-{}", name_of(service), k8s::short_hash(identity).substr(0, 5));
      Value list = Value::array();
      for (std::size_t i = from; i < std::min(all.size(), from + kPerSlice); ++i) list.push_back(all[i]);
      const auto parsed = k8s::json::parse_value(ports);
      wanted[name] = {{"apiVersion", kEndpointSlice.api_version},
                      {"kind", kEndpointSlice.kind},
                      {"metadata",
                       {{"name", name},
                        {"namespace", namespace_of(service)},
                        {"labels", slice_labels(service)},
                        {"ownerReferences", Value::array({controller_reference_to(service)})}}},
                      {"addressType", family},
                      {"endpoints", std::move(list)},
                      {"ports", parsed ? *parsed : Value::array()}};
    }
  }
  return wanted;
}

bool says_the_same(const Value& slice, const Value& wanted) {
  return elements(slice, {"endpoints"}) == wanted.at("endpoints") && elements(slice, {"ports"}) == wanted.at("ports") &&
         labels_of(slice) == labels_of(wanted);
}

Result<void> remove_slice(Api& api, const Value& slice) {
  return unless_gone(api.remove(kEndpointSlice, namespace_of(slice), name_of(slice), {.uid = uid_of(slice)}));
}

Look reconcile(Api& api, const Key& key, const Now&) {
  const Value mine{{std::string{kServiceName}, key.name}, {std::string{kManagedBy}, kManager}};
  const auto slices = api.list(kEndpointSlice, key.ns, Selector::of_labels(mine));
  if (!slices) return slices.error();
  const auto service = api.get(kService, key.ns, key.name);
  if (!service && service.error().code != k8s::Code::not_found) return service.error();
  std::map<std::string, Value> wanted;
  if (service && !members(**service, {"spec", "selector"}).empty() &&
      text(**service, {"spec", "type"}) != "ExternalName" && !is_terminating(**service)) {
    const auto pods = pods_behind(api, **service);
    if (!pods) return pods.error();
    wanted = wanted_slices(api, **service, *pods);
  }
  for (const ObjectRef& slice : *slices) {
    const auto found = wanted.find(name_of(*slice));
    if (found == wanted.end()) {
      const auto removed = remove_slice(api, *slice);
      if (!removed) return removed.error();
      continue;
    }
    if (!says_the_same(*slice, found->second)) {
      Value next = *slice;
      for (const char* member : {"endpoints", "ports"}) next[member] = found->second.at(member);
      next["metadata"]["labels"] = labels_of(found->second);
      const auto written = api.update(next, Subresource::none);
      if (!written) return written.error();
    }
    wanted.erase(found);
  }
  for (const auto& [name, slice] : wanted) {
    const auto made = api.create(slice);
    if (!made) return made.error();
  }
  return done();
}

}  // namespace
}  // namespace endpoints

Controller endpoint_slice_controller() {
  return {
      .name = "endpointslice",
      .wakes = {wake::self("Service"),
                {.kind = "Pod", .keys = endpoints::wake_services},
                endpoints::wake_by_node(),
                {.kind = "EndpointSlice",
                 .keys =
                     [](const Api&, const Change& change, Keys& keys) {
                       const std::string& service = label(change.object(), endpoints::kServiceName);
                       if (label(change.object(), endpoints::kManagedBy) == endpoints::kManager && !service.empty()) {
                         keys.insert({.ns = namespace_of(change.object()), .name = service});
                       }
                     }}},
      .reconcile = endpoints::reconcile};
}

}  // namespace controllers
