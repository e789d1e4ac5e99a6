// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/compare.hpp"
#include "sandbox/cel/functions.hpp"

namespace cel {
namespace {

bool charge_pairs(const Call& call) {
  return call.budget.charge((call.list(0).size() + 1) * (call.list(1).size() + 1));
}

bool contains_all(const List& list, const List& wanted) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!contains(list, wanted.at(i))) return false;
  }
  return true;
}

bool intersect(const List& a, const List& b) {
  for (std::size_t i = 0; i < b.size(); ++i) {
    if (contains(a, b.at(i))) return true;
  }
  return false;
}

}  // namespace

void add_sets(FunctionTable& table) {
  table.add("sets.contains", "(list(A), list(A))->bool", [](const Call& call) {
    return charge_pairs(call) ? Value::boolean(contains_all(call.list(0), call.list(1))) : out_of_budget();
  });
  table.add("sets.equivalent", "(list(A), list(A))->bool", [](const Call& call) {
    if (!charge_pairs(call)) return out_of_budget();
    return Value::boolean(contains_all(call.list(0), call.list(1)) && contains_all(call.list(1), call.list(0)));
  });
  table.add("sets.intersects", "(list(A), list(A))->bool", [](const Call& call) {
    return charge_pairs(call) ? Value::boolean(intersect(call.list(0), call.list(1))) : out_of_budget();
  });
}

}  // namespace cel
