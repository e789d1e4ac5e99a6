// SPDX-License-Identifier: Apache-2.0
// Namespace and name: the only thing that travels from an event to a controller.
#pragma once

#include <compare>
#include <string>

#include "libk8s/base/strong.hpp"

namespace k8s {

struct ObjectKey {
  Namespace ns;
  Name name;

  auto operator<=>(const ObjectKey&) const = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("namespace", self.ns);
    visit("name", self.name);
  }
};

// "namespace/name", or "name" when there is no namespace.
inline std::string to_string(const ObjectKey& key) {
  return key.ns.empty() ? key.name.str() : key.ns.str() + "/" + key.name.str();
}

}  // namespace k8s
