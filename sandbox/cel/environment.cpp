// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/environment.hpp"

#include "sandbox/cel/opaque.hpp"

namespace cel {

Environment::Environment(EnvironmentOptions options)
    : options_(std::move(options)), functions_(std::make_shared<const FunctionTable>(standard_functions())) {}

Environment& Environment::add(std::string name, TypePtr type) {
  variables_.insert_or_assign(std::move(name), std::move(type));
  return *this;
}

TypePtr Environment::variable(std::string_view name) const {
  const auto found = variables_.find(name);
  return found == variables_.end() ? nullptr : found->second;
}

TypePtr Environment::type_named(std::string_view name) const {
  constexpr Kind kSimple[] = {Kind::boolean, Kind::integer, Kind::unsigned_integer,
                              Kind::real,    Kind::string,  Kind::bytes};
  for (const Kind kind : kSimple) {
    if (to_string(Type{.kind = kind}) == name) return types::simple(kind);
  }
  if (name == "null_type") return types::null();
  if (name == "type") return types::simple(Kind::type);
  if (name == "list") return types::list(types::dyn());
  if (name == "map") return types::map(types::dyn(), types::dyn());
  if (name == kOptional) return types::optional(types::dyn());
  if (name == "google.protobuf.Timestamp") return types::timestamp();
  if (name == "google.protobuf.Duration") return types::duration();
  for (const TypePtr& opaque : {quantity_type(), url_type(), ip_type(), cidr_type(), format_type()}) {
    if (opaque->name == name) return opaque;
  }
  return nullptr;
}

std::vector<std::string> Environment::candidates(std::string_view name) const {
  if (name.starts_with('.')) return {std::string(name.substr(1))};
  std::vector<std::string> out;
  for (std::string_view container = options_.container; !container.empty();) {
    out.push_back(std::string(container) + "." + std::string(name));
    const std::size_t dot = container.rfind('.');
    container = dot == std::string_view::npos ? std::string_view() : container.substr(0, dot);
  }
  out.emplace_back(name);
  return out;
}

}  // namespace cel
