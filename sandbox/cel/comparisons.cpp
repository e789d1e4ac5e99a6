// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "sandbox/cel/compare.hpp"
#include "sandbox/cel/functions.hpp"
#include "sandbox/cel/syntax.hpp"

namespace cel {
namespace {

// What a comparison has to look at.
bool charge_equality(const Call& call) {
  const auto size = [](const Value& value) {
    if (const List* list = value.as_list()) return list->size() * 10;
    if (const Map* map = value.as_map()) return map->size() * 10;
    return value.view().size();
  };
  const std::size_t a = size(call.at(0)), b = size(call.at(1));
  const List* list = call.at(0).as_list();
  const List* other = call.at(1).as_list();
  if (list != nullptr && other != nullptr && (list->associative() != nullptr || other->associative() != nullptr))
    return call.budget.charge(list->size() * other->size());
  return call.budget.charge_text(std::min(a, b));
}

template <class Holds>
Value ordered(const Call& call, Holds holds) {
  if (!call.budget.charge_text(std::min(call.text(0).size(), call.text(1).size()))) return out_of_budget();
  const auto order = compare(call.at(0), call.at(1));
  // Only NaN has no order here: every relation with it is false.
  return Value::boolean(order && holds(*order));
}

}  // namespace

void add_comparisons(FunctionTable& table) {
  table.add(op::kEquals, "(A, A)->bool", [](const Call& call) {
    if (!charge_equality(call)) return out_of_budget();
    return Value::boolean(equal(call.at(0), call.at(1)));
  });
  table.add(op::kNotEquals, "(A, A)->bool", [](const Call& call) {
    if (!charge_equality(call)) return out_of_budget();
    return Value::boolean(!equal(call.at(0), call.at(1)));
  });
  constexpr std::string_view kPairs[] = {
      "bool, bool",           "int, int",           "uint, uint", "double, double", "string, string", "bytes, bytes",
      "timestamp, timestamp", "duration, duration", "int, uint",  "int, double",    "uint, int",      "uint, double",
      "double, int",          "double, uint"};
  for (const std::string_view pair : kPairs) {
    const std::string signature = fmt::format("({})->bool", pair);
    table.add(op::kLess, signature, [](const Call& call) { return ordered(call, [](int o) { return o < 0; }); });
    table.add(op::kLessEquals, signature, [](const Call& call) { return ordered(call, [](int o) { return o <= 0; }); });
    table.add(op::kGreater, signature, [](const Call& call) { return ordered(call, [](int o) { return o > 0; }); });
    table.add(op::kGreaterEquals, signature,
              [](const Call& call) { return ordered(call, [](int o) { return o >= 0; }); });
  }
}

}  // namespace cel
