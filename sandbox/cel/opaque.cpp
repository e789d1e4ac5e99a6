// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/opaque.hpp"

namespace cel {

TypePtr quantity_type() {
  return types::opaque("kubernetes.Quantity");
}
TypePtr url_type() {
  return types::opaque("kubernetes.URL");
}
TypePtr ip_type() {
  return types::opaque("net.IP");
}
TypePtr cidr_type() {
  return types::opaque("net.CIDR");
}
TypePtr format_type() {
  return types::opaque("kubernetes.NamedFormat");
}

namespace {

struct TypeOf {
  TypePtr operator()(const Quantity&) const { return quantity_type(); }
  TypePtr operator()(const Url&) const { return url_type(); }
  TypePtr operator()(const IpAddress&) const { return ip_type(); }
  TypePtr operator()(const Network&) const { return cidr_type(); }
  TypePtr operator()(const NamedFormat&) const { return format_type(); }
};

}  // namespace

TypePtr type_of(const Opaque& opaque) {
  return std::visit(TypeOf{}, opaque.value);
}

bool equal(const Opaque& a, const Opaque& b) {
  return a.value == b.value;
}

}  // namespace cel
