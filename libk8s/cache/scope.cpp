// SPDX-License-Identifier: Apache-2.0
#include "libk8s/cache/scope.hpp"

#include <string_view>

namespace k8s {
namespace {

bool is_plain(std::string_view text) {
  return !text.empty() && text.find_first_of(" ()<>=!") == std::string_view::npos;
}

bool meets(std::string_view requirement, const std::map<std::string, std::string>& labels) {
  if (requirement.starts_with('!')) {
    const std::string_view absent = requirement.substr(1);
    return is_plain(absent) && !labels.contains(std::string{absent});
  }
  const std::size_t sign = requirement.find_first_of("!=");
  if (sign == std::string_view::npos) return is_plain(requirement) && labels.contains(std::string{requirement});
  const bool negated = requirement[sign] == '!';
  std::string_view value = requirement.substr(sign + 1);
  if (value.starts_with('='))
    value.remove_prefix(1);
  else if (negated)
    return false;
  const std::string_view key = requirement.substr(0, sign);
  if (!is_plain(key) || (!value.empty() && !is_plain(value))) return false;
  const auto label = labels.find(std::string{key});
  const bool equal = label != labels.end() && label->second == value;
  return equal != negated;
}

}  // namespace

std::string field_selector_of(const WatchScope& scope) {
  if (scope.single.empty()) return scope.field_selector;
  const std::string name = "metadata.name=" + scope.single.str();
  return scope.field_selector.empty() ? name : name + "," + scope.field_selector;
}

bool covers(const WatchScope& scope, const ObjectKey& key, const std::map<std::string, std::string>& labels) {
  if (!scope.ns.empty() && scope.ns != key.ns) return false;
  if (!scope.single.empty() && scope.single != key.name) return false;
  if (!scope.field_selector.empty()) return false;
  std::string_view rest = scope.label_selector;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    if (!meets(rest.substr(0, comma), labels)) return false;
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
  }
  return true;
}

}  // namespace k8s
