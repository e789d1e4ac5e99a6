// SPDX-License-Identifier: Apache-2.0
// Which values do only functions understand? Quantities, URLs, addresses, networks and named formats, as Kubernetes
// adds them.
#pragma once

#include <string>
#include <variant>

#include "sandbox/cel/ip_address.hpp"
#include "sandbox/cel/quantity.hpp"
#include "sandbox/cel/url.hpp"
#include "sandbox/cel/value.hpp"

namespace cel {

// "dns1123Label" …: what format.dns1123Label() returns.
struct NamedFormat {
  std::string name;
  bool operator==(const NamedFormat&) const = default;
};

struct Opaque {
  std::variant<Quantity, Url, IpAddress, Network, NamedFormat> value;
};

TypePtr quantity_type();
TypePtr url_type();
TypePtr ip_type();
TypePtr cidr_type();
TypePtr format_type();
// The type of what is inside.
TypePtr type_of(const Opaque& opaque);

bool equal(const Opaque& a, const Opaque& b);

}  // namespace cel
