// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/functions.hpp"

namespace cel {
namespace {

const Value* inside(const Call& call) {
  return call.at(0).get<Optional>()->value.get();
}

bool is_zero(const Value& value) {
  if (value.is_null()) return true;
  if (const auto* v = value.get<bool>()) return !*v;
  if (const auto* v = value.get<std::int64_t>()) return *v == 0;
  if (const auto* v = value.get<std::uint64_t>()) return *v == 0;
  if (const auto* v = value.get<double>()) return *v == 0;
  if (value.get<Text>() != nullptr || value.get<Bytes>() != nullptr) return value.view().empty();
  if (const auto* v = value.get<Duration>()) return v->nanos == 0;
  if (const List* v = value.as_list()) return v->size() == 0;
  if (const Map* v = value.as_map()) return v->size() == 0;
  if (const auto* v = value.get<Optional>()) return v->value == nullptr;
  return false;
}

}  // namespace

void add_optionals(FunctionTable& table) {
  table.add("optional.of", "(A)->optional(A)", [](const Call& call) { return Value::optional_of(call.at(0)); });
  table.add("optional.ofNonZeroValue", "(A)->optional(A)",
            [](const Call& call) { return is_zero(call.at(0)) ? Value::none() : Value::optional_of(call.at(0)); });
  table.add("optional.none", "()->optional(A)", [](const Call&) { return Value::none(); });
  table.add("hasValue", "optional(A).()->bool",
            [](const Call& call) { return Value::boolean(inside(call) != nullptr); });
  table.add("value", "optional(A).()->A", [](const Call& call) {
    return inside(call) == nullptr ? Value::failure("optional.none() dereference") : *inside(call);
  });
  // The evaluator looks at the right side of these only when the left one is none.
  table.add("or", "optional(A).(optional(A))->optional(A)", nullptr);
  table.add("orValue", "optional(A).(A)->A", nullptr);
}

}  // namespace cel
