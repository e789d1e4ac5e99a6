// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "sandbox/cel/compare.hpp"
#include "sandbox/cel/functions.hpp"

namespace cel {
namespace {

Value is_sorted(const Call& call) {
  const List& list = call.list(0);
  if (!call.budget.charge(list.size())) return out_of_budget();
  for (std::size_t i = 1; i < list.size(); ++i) {
    // Elements without an order between them are in order, as in Kubernetes.
    if (compare(list.at(i - 1), list.at(i)).value_or(0) > 0) return Value::boolean(false);
  }
  return Value::boolean(true);
}

// The first element before (-1) or after (1) which, in order, no other comes.
Value extreme(const Call& call, int wanted, const char* name) {
  const List& list = call.list(0);
  if (!call.budget.charge(list.size())) return out_of_budget();
  if (list.size() == 0) return Value::failure(fmt::format("{} called on empty list", name));
  Value best = list.at(0);
  for (std::size_t i = 1; i < list.size(); ++i) {
    Value next = list.at(i);
    if (compare(next, best).value_or(0) == wanted) best = std::move(next);
  }
  return best;
}

Value plus(const Value& a, const Value& b) {
  if (a.storage().index() != b.storage().index()) return no_such_overload();
  if (const auto* v = a.get<std::int64_t>()) {
    std::int64_t out = 0;
    return __builtin_add_overflow(*v, *b.get<std::int64_t>(), &out) ? Value::failure("integer overflow")
                                                                    : Value::integer(out);
  }
  if (const auto* v = a.get<std::uint64_t>()) {
    std::uint64_t out = 0;
    return __builtin_add_overflow(*v, *b.get<std::uint64_t>(), &out) ? Value::failure("unsigned integer overflow")
                                                                     : Value::unsigned_integer(out);
  }
  if (const auto* v = a.get<double>()) return Value::real(*v + *b.get<double>());
  if (const auto* v = a.get<Duration>()) {
    std::int64_t out = 0;
    return __builtin_add_overflow(v->nanos, b.get<Duration>()->nanos, &out) ? Value::failure("duration overflow")
                                                                            : Value::duration({out});
  }
  return no_such_overload();
}

Value sum(const Call& call, Value zero) {
  const List& list = call.list(0);
  if (!call.budget.charge(list.size())) return out_of_budget();
  if (list.size() == 0) return zero;
  // Beginning with the first element, so that a list of which no type is known sums to its own.
  Value total = list.at(0);
  for (std::size_t i = 1; i < list.size() && !total.is_failure(); ++i) total = plus(total, list.at(i));
  return total;
}

Value index_of(const Call& call, bool last) {
  const List& list = call.list(0);
  std::int64_t found = -1;
  for (std::size_t i = 0; i < list.size() && (last || found < 0); ++i) {
    if (equal(list.at(i), call.at(1), &call.budget)) found = static_cast<std::int64_t>(i);
  }
  return Value::integer(found);
}

}  // namespace

void add_lists(FunctionTable& table) {
  for (const char* type : {"int", "uint", "double", "bool", "duration", "timestamp", "string", "bytes"}) {
    table.add("isSorted", fmt::format("list({}).()->bool", type), is_sorted);
    table.add("min", fmt::format("list({0}).()->{0}", type), [](const Call& call) { return extreme(call, -1, "min"); });
    table.add("max", fmt::format("list({0}).()->{0}", type), [](const Call& call) { return extreme(call, 1, "max"); });
  }
  table.add("sum", "list(int).()->int", [](const Call& call) { return sum(call, Value::integer(0)); });
  table.add("sum", "list(uint).()->uint", [](const Call& call) { return sum(call, Value::unsigned_integer(0)); });
  table.add("sum", "list(double).()->double", [](const Call& call) { return sum(call, Value::real(0)); });
  table.add("sum", "list(duration).()->duration", [](const Call& call) { return sum(call, Value::duration({})); });
  table.add("indexOf", "list(A).(A)->int", [](const Call& call) { return index_of(call, false); });
  table.add("lastIndexOf", "list(A).(A)->int", [](const Call& call) { return index_of(call, true); });
}

}  // namespace cel
