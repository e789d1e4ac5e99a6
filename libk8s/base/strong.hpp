// SPDX-License-Identifier: Apache-2.0
// Strings that cannot be mistaken for one another: a Namespace is not a Name, a Uid is not a ResourceVersion.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace k8s {

template <class Tag>
class Strong {
 public:
  Strong() = default;
  explicit Strong(std::string value) : value_(std::move(value)) {}
  explicit Strong(std::string_view value) : value_(value) {}
  explicit Strong(const char* value) : value_(value) {}

  const std::string& str() const { return value_; }
  bool empty() const { return value_.empty(); }
  auto operator<=>(const Strong&) const = default;

 private:
  std::string value_;
};

using Namespace = Strong<struct NamespaceTag>;
using Name = Strong<struct NameTag>;
// metadata.uid: the same name with another uid is another object.
using Uid = Strong<struct UidTag>;
// metadata.resourceVersion: opaque to us but for KEP-5504's order within one resource, see is_newer() in
// api/resource_version.hpp.
using ResourceVersion = Strong<struct ResourceVersionTag>;

}  // namespace k8s

template <class Tag>
struct std::hash<k8s::Strong<Tag>> {
  std::size_t operator()(const k8s::Strong<Tag>& value) const { return std::hash<std::string>{}(value.str()); }
};
