// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/manifests/names.hpp"

#include <charconv>

#include <fmt/format.h>

namespace mongodb {
namespace {

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

}  // namespace

std::string Names::member(std::int64_t ordinal) const {
  return fmt::format("{}-{}", set.name.str(), ordinal);
}
std::string Names::pod(std::int64_t ordinal) const {
  return member(ordinal) + "-0";
}
std::string Names::host(std::int64_t ordinal) const {
  return fmt::format("{}.{}.svc.{}:{}", member(ordinal), set.ns.str(), cluster_domain, kMongodPort);
}
std::string Names::headless() const {
  return set.name.str();
}
std::string Names::primary() const {
  return set.name.str() + "-primary";
}
std::string Names::budget() const {
  return set.name.str();
}
std::string Names::keyfile() const {
  return set.name.str() + "-keyfile";
}
std::string Names::config_map(const std::string& revision) const {
  return fmt::format("{}-mongod-{}", set.name.str(), revision);
}
std::string Names::preflight_pod(const std::string& revision) const {
  return fmt::format("{}-preflight-{}", set.name.str(), revision);
}

k8s::ObjectKey Names::key(std::string name) const {
  return {.ns = set.ns, .name = k8s::Name{std::move(name)}};
}

std::optional<std::int64_t> Names::ordinal_of_host(const std::string& host_name) const {
  const std::string prefix = set.name.str() + "-";
  if (!host_name.starts_with(prefix)) return std::nullopt;
  const std::size_t dot = host_name.find('.');
  if (dot == std::string::npos) return std::nullopt;
  const auto ordinal = number(std::string_view{host_name}.substr(prefix.size(), dot - prefix.size()));
  return ordinal && host(*ordinal) == host_name ? ordinal : std::nullopt;
}

std::map<std::string, std::string> Names::labels() const {
  return {
      {"app.kubernetes.io/name", "mongodb"},
      {"app.kubernetes.io/instance", set.name.str()},
      {label::kManagedBy, kManagedBy},
      {label::kReplicaSet, set.name.str()},
  };
}

std::map<std::string, std::string> Names::member_labels(std::int64_t ordinal) const {
  auto all = labels();
  all[label::kComponent] = "member";
  all[label::kMember] = std::to_string(ordinal);
  return all;
}

std::string Names::selector() const {
  return fmt::format("{}={},{}=member", label::kReplicaSet, set.name.str(), label::kComponent);
}

std::optional<std::int64_t> ordinal_of(const std::map<std::string, std::string>& labels) {
  const auto component = labels.find(label::kComponent);
  const auto member = labels.find(label::kMember);
  if (component == labels.end() || component->second != "member" || member == labels.end()) return std::nullopt;
  return number(member->second);
}

std::optional<std::string> set_of(const std::map<std::string, std::string>& labels) {
  const auto at = labels.find(label::kReplicaSet);
  return at == labels.end() ? std::nullopt : std::optional{at->second};
}

}  // namespace mongodb
