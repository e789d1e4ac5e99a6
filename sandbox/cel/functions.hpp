// SPDX-License-Identifier: Apache-2.0
// Which functions are there, for which types, and what computes them?
//
// A declaration is a line: add("indexOf", "string.(string, int)->int", implementation). Single capitals are type
// parameters. Operators are functions with the names of syntax.hpp; those that look at their operands one by one (&&,
// ||, ?:, macros) are the evaluator's.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/cel/budget.hpp"
#include "sandbox/cel/value.hpp"

namespace cel {

class Regex;

// What an implementation is called with. The kinds of the arguments are those of its declaration.
struct Call {
  std::span<const Value> arguments;
  Budget& budget;
  const Regex* regex = nullptr;  // of a pattern that was a literal

  const Value& at(std::size_t i) const { return arguments[i]; }
  bool boolean(std::size_t i) const { return *at(i).get<bool>(); }
  std::int64_t integer(std::size_t i) const { return *at(i).get<std::int64_t>(); }
  std::uint64_t unsigned_integer(std::size_t i) const { return *at(i).get<std::uint64_t>(); }
  double real(std::size_t i) const { return *at(i).get<double>(); }
  std::string_view text(std::size_t i) const { return at(i).view(); }
  const List& list(std::size_t i) const { return *at(i).as_list(); }
  const Map& map(std::size_t i) const { return *at(i).as_map(); }
  Timestamp timestamp(std::size_t i) const { return *at(i).get<Timestamp>(); }
  Duration duration(std::size_t i) const { return *at(i).get<Duration>(); }
  const Opaque& opaque(std::size_t i) const { return **at(i).get<std::shared_ptr<const Opaque>>(); }
};

using Implementation = Value (*)(const Call&);

struct Overload {
  bool is_member = false;
  std::vector<TypePtr> parameters;
  TypePtr result;
  Implementation implementation = nullptr;

  // Whether values of these kinds may be given to it. Elements of lists and maps are not looked at.
  bool takes(std::span<const Value> arguments) const;
};

class FunctionTable {
 public:
  void add(std::string_view name, std::string_view signature, Implementation implementation);
  // Null for a name that there is not.
  const std::vector<Overload>* find(std::string_view name) const;

 private:
  std::map<std::string, std::vector<Overload>, std::less<>> functions_;
};

// "list(A)", "map(string, list(int))", "quantity": as declarations write types.
TypePtr parse_type(std::string_view text);

inline Value no_such_overload() {
  return Value::failure("no such overload");
}
inline Value out_of_budget() {
  return Value::failure("operation cancelled: actual cost limit exceeded");
}

void add_arithmetic(FunctionTable& table);
void add_comparisons(FunctionTable& table);
void add_containers(FunctionTable& table);
void add_conversions(FunctionTable& table);
void add_strings(FunctionTable& table);
void add_string_format(FunctionTable& table);
void add_regex(FunctionTable& table);
void add_time(FunctionTable& table);
void add_optionals(FunctionTable& table);
void add_lists(FunctionTable& table);
void add_sets(FunctionTable& table);
void add_quantities(FunctionTable& table);
void add_urls(FunctionTable& table);
void add_addresses(FunctionTable& table);
void add_formats(FunctionTable& table);

// All of them: what Kubernetes' own environment has.
FunctionTable standard_functions();

}  // namespace cel
