// SPDX-License-Identifier: Apache-2.0
// Which objects carry this value? Named indexes over the visible objects of a store; results are ordered by key.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "libk8s/base/check.hpp"
#include "libk8s/cache/item.hpp"

namespace k8s {

class Indexes {
 public:
  using Function = std::function<std::vector<std::string>(const void* object)>;
  // index name -> values
  using Values = std::map<std::string, std::vector<std::string>>;

  void add(std::string name, Function function);
  // The object visible under `key` is now `object` (null: none). Returns every value that it has lost, kept or gained,
  // by index.
  Values update(const ObjectKey& key, const void* object);
  std::vector<ObjectKey> find(std::string_view name, std::string_view value) const;

 private:
  struct Index {
    Function function;
    std::map<std::string, std::set<ObjectKey>, std::less<>> keys;
    std::map<ObjectKey, std::vector<std::string>> values;
  };
  std::map<std::string, Index, std::less<>> indexes_;
};

}  // namespace k8s
