// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/functions.hpp"

#include "libk8s/base/check.hpp"
#include "sandbox/cel/opaque.hpp"
#include "sandbox/cel/syntax.hpp"

namespace cel {
namespace {

// Reads the types of declarations. What is wrong here is wrong in this program.
class SignatureReader {
 public:
  explicit SignatureReader(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }
  bool take(std::string_view wanted) {
    while (text_.starts_with(' ')) text_.remove_prefix(1);
    if (!text_.starts_with(wanted)) return false;
    text_.remove_prefix(wanted.size());
    return true;
  }

  TypePtr type() {
    take("");
    const std::size_t end = std::min(text_.find_first_of("(),.- "), text_.size());
    const std::string_view name = text_.substr(0, end);
    text_.remove_prefix(end);
    std::vector<TypePtr> parameters;
    if (text_.starts_with('(')) parameters = list();
    return named(name, parameters);
  }

  // "(int, string)"
  std::vector<TypePtr> list() {
    std::vector<TypePtr> out;
    k8s::check(take("("), "a function's declaration lacks its parenthesis");
    while (!take(")")) {
      out.push_back(type());
      take(",");
    }
    return out;
  }

 private:
  static TypePtr named(std::string_view name, const std::vector<TypePtr>& parameters) {
    if (name.size() == 1 && name[0] >= 'A' && name[0] <= 'Z') return types::parameter(std::string(name));
    if (name == "list") return types::list(parameters.at(0));
    if (name == "map") return types::map(parameters.at(0), parameters.at(1));
    if (name == "optional") return types::optional(parameters.at(0));
    if (name == "type") return types::type(parameters.at(0));
    if (name == "quantity") return quantity_type();
    if (name == "url") return url_type();
    if (name == "ip") return ip_type();
    if (name == "cidr") return cidr_type();
    if (name == "format") return format_type();
    constexpr Kind kSimple[] = {Kind::dyn,  Kind::null,   Kind::boolean, Kind::integer,   Kind::unsigned_integer,
                                Kind::real, Kind::string, Kind::bytes,   Kind::timestamp, Kind::duration};
    for (const Kind kind : kSimple) {
      if (to_string(Type{.kind = kind}) == name) return types::simple(kind);
    }
    k8s::check(false, "a function's declaration names a type that is none");
    return types::error();
  }

  std::string_view text_;
};

bool takes_kind(const Type& type, const Value& value) {
  switch (type.kind) {
    case Kind::dyn:
    case Kind::error:
    case Kind::parameter: return true;
    case Kind::null: return value.is_null();
    case Kind::boolean: return value.get<bool>() != nullptr;
    case Kind::integer: return value.get<std::int64_t>() != nullptr;
    case Kind::unsigned_integer: return value.get<std::uint64_t>() != nullptr;
    case Kind::real: return value.get<double>() != nullptr;
    case Kind::string: return value.get<Text>() != nullptr;
    case Kind::bytes: return value.get<Bytes>() != nullptr;
    case Kind::timestamp: return value.get<Timestamp>() != nullptr;
    case Kind::duration: return value.get<Duration>() != nullptr;
    case Kind::type: return value.get<TypePtr>() != nullptr;
    case Kind::list: return value.as_list() != nullptr;
    case Kind::map:
    case Kind::object: return value.as_map() != nullptr;
    case Kind::opaque:
      if (is_optional(type)) return value.get<Optional>() != nullptr;
      return value.get<std::shared_ptr<const Opaque>>() != nullptr && value.type()->name == type.name;
  }
  return false;
}

}  // namespace

bool Overload::takes(std::span<const Value> arguments) const {
  if (arguments.size() != parameters.size()) return false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!takes_kind(*parameters[i], arguments[i])) return false;
  }
  return true;
}

void FunctionTable::add(std::string_view name, std::string_view signature, Implementation implementation) {
  Overload overload;
  SignatureReader reader(signature);
  if (!signature.starts_with('(')) {
    overload.is_member = true;
    overload.parameters.push_back(reader.type());
    k8s::check(reader.take("."), "a member function's declaration lacks its dot");
  }
  for (TypePtr& parameter : reader.list()) overload.parameters.push_back(std::move(parameter));
  k8s::check(reader.take("->"), "a function's declaration lacks its result");
  overload.result = reader.type();
  overload.implementation = implementation;
  functions_[std::string(name)].push_back(std::move(overload));
}

const std::vector<Overload>* FunctionTable::find(std::string_view name) const {
  const auto found = functions_.find(name);
  return found == functions_.end() ? nullptr : &found->second;
}

TypePtr parse_type(std::string_view text) {
  return SignatureReader(text).type();
}

FunctionTable standard_functions() {
  FunctionTable table;
  add_arithmetic(table);
  add_comparisons(table);
  add_containers(table);
  add_conversions(table);
  add_strings(table);
  add_string_format(table);
  add_regex(table);
  add_time(table);
  add_optionals(table);
  add_lists(table);
  add_sets(table);
  add_quantities(table);
  add_urls(table);
  add_addresses(table);
  add_formats(table);
  return table;
}

}  // namespace cel
