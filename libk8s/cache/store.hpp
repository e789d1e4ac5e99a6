// SPDX-License-Identifier: Apache-2.0
// Store<T>: the immutable values of one kind that observe reads, by key or by index. Everything but the type is in
// store_base.hpp.
//
//   Store<Pod> pods;                                              // projection: json::decode<Pod>
//   pods.index("set", [](const Pod& pod) { return owner_set(pod); });
//   Store<OwnedObject> services{kServices, decode_owned_as(kServices)};
//   for (const auto& pod : pods.by_index("set", "databases/orders")) …      // ordered by key
#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "libk8s/cache/store_base.hpp"
#include "libk8s/json/fields.hpp"

namespace k8s {

template <class T>
class Store final : public StoreBase {
 public:
  using Ref = std::shared_ptr<const T>;
  using Decode = std::function<Result<T>(const json::Node&)>;

  Store() : Store(T::kType) {}
  explicit Store(const ResourceType& type, Decode decode = json::decode<T>)
      : StoreBase(type), decode_(std::move(decode)) {}

  // Before the first object arrives. The function must be pure.
  void index(std::string name, std::function<std::vector<std::string>(const T&)> function) {
    add_index(std::move(name), [function = std::move(function)](const void* object) {
      return function(*static_cast<const T*>(object));
    });
  }

  // Null when there is none.
  Ref get(const ObjectKey& key) const {
    const Item* found = visible(key);
    return found ? std::static_pointer_cast<const T>(found->object) : nullptr;
  }
  std::vector<Ref> list() const {
    std::vector<Ref> all;
    for (const Item* found : all_visible()) all.push_back(std::static_pointer_cast<const T>(found->object));
    return all;
  }
  std::vector<Ref> by_index(std::string_view name, std::string_view value) const {
    std::vector<Ref> some;
    for (const ObjectKey& key : indexes().find(name, value)) some.push_back(get(key));
    return some;
  }

  Result<Item> decode(const json::Node& node) const override {
    Result<T> value = decode_(node);
    if (!value) return value.error();
    auto object = std::make_shared<const T>(std::move(*value));
    const ObjectMeta& meta = object->metadata;
    return item_of(meta, object);
  }

 private:
  Decode decode_;
};

}  // namespace k8s
