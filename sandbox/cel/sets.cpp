// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/compare.hpp"
#include "sandbox/cel/functions.hpp"

namespace cel {
namespace {

bool contains_all(const List& list, const List& wanted, Budget& budget) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!contains(list, wanted.at(i), &budget)) return false;
  }
  return true;
}

bool intersect(const List& a, const List& b, Budget& budget) {
  for (std::size_t i = 0; i < b.size() && !budget.exhausted(); ++i) {
    if (contains(a, b.at(i), &budget)) return true;
  }
  return false;
}

}  // namespace

void add_sets(FunctionTable& table) {
  table.add("sets.contains", "(list(A), list(A))->bool",
            [](const Call& call) { return Value::boolean(contains_all(call.list(0), call.list(1), call.budget)); });
  table.add("sets.equivalent", "(list(A), list(A))->bool", [](const Call& call) {
    return Value::boolean(contains_all(call.list(0), call.list(1), call.budget) &&
                          contains_all(call.list(1), call.list(0), call.budget));
  });
  table.add("sets.intersects", "(list(A), list(A))->bool",
            [](const Call& call) { return Value::boolean(intersect(call.list(0), call.list(1), call.budget)); });
}

}  // namespace cel
