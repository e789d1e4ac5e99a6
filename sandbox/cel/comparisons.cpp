// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "sandbox/cel/compare.hpp"
#include "sandbox/cel/functions.hpp"
#include "sandbox/cel/syntax.hpp"

namespace cel {
namespace {

template <class Holds>
Value ordered(const Call& call, Holds holds) {
  if (!call.budget.charge_text(std::min(call.text(0).size(), call.text(1).size()))) return out_of_budget();
  const auto order = compare(call.at(0), call.at(1));
  // Only NaN has no order here: every relation with it is false.
  return Value::boolean(order && holds(*order));
}

}  // namespace

void add_comparisons(FunctionTable& table) {
  table.add(op::kEquals, "(A, A)->bool",
            [](const Call& call) { return Value::boolean(equal(call.at(0), call.at(1), &call.budget)); });
  table.add(op::kNotEquals, "(A, A)->bool",
            [](const Call& call) { return Value::boolean(!equal(call.at(0), call.at(1), &call.budget)); });
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
