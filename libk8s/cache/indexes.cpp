// SPDX-License-Identifier: Apache-2.0
#include "libk8s/cache/indexes.hpp"

#include <algorithm>

namespace k8s {

void Indexes::add(std::string name, Function function) {
  indexes_[std::move(name)].function = std::move(function);
}

Indexes::Values Indexes::update(const ObjectKey& key, const void* object) {
  Values touched;
  for (auto& [name, index] : indexes_) {
    std::vector<std::string> before;
    if (const auto at = index.values.find(key); at != index.values.end()) before = std::move(at->second);
    std::vector<std::string> after = object ? index.function(object) : std::vector<std::string>{};
    std::sort(after.begin(), after.end());
    after.erase(std::unique(after.begin(), after.end()), after.end());

    for (const std::string& value : before) {
      const auto at = index.keys.find(value);
      at->second.erase(key);
      if (at->second.empty()) index.keys.erase(at);
    }
    for (const std::string& value : after) index.keys[value].insert(key);

    std::set_union(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(touched[name]));
    if (after.empty())
      index.values.erase(key);
    else
      index.values[key] = std::move(after);
  }
  return touched;
}

std::vector<ObjectKey> Indexes::find(std::string_view name, std::string_view value) const {
  const auto index = indexes_.find(name);
  check(index != indexes_.end(), "an index that was never added");
  const auto at = index->second.keys.find(value);
  if (at == index->second.keys.end()) return {};
  return {at->second.begin(), at->second.end()};
}

}  // namespace k8s
