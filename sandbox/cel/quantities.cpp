// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/functions.hpp"
#include "sandbox/cel/opaque.hpp"

namespace cel {
namespace {

const Quantity& quantity(const Call& call, std::size_t i) {
  return std::get<Quantity>(call.opaque(i).value);
}

Value of(const Quantity& value) {
  return Value::opaque(Opaque{value});
}

}  // namespace

void add_quantities(FunctionTable& table) {
  table.add("quantity", "(string)->quantity", [](const Call& call) {
    const auto parsed = Quantity::parse(call.text(0));
    if (parsed) return of(*parsed);
    return Value::failure(
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  });
  table.add("isQuantity", "(string)->bool",
            [](const Call& call) { return Value::boolean(Quantity::parse(call.text(0)).has_value()); });
  // No member, whatever the documentation says: this is what the API server compiles.
  table.add("sign", "(quantity)->int", [](const Call& call) { return Value::integer(quantity(call, 0).sign()); });
  table.add("isInteger", "quantity.()->bool",
            [](const Call& call) { return Value::boolean(quantity(call, 0).integer().has_value()); });
  table.add("asInteger", "quantity.()->int", [](const Call& call) {
    const auto value = quantity(call, 0).integer();
    return value ? Value::integer(*value) : Value::failure("cannot convert value to integer");
  });
  table.add("asApproximateFloat", "quantity.()->double",
            [](const Call& call) { return Value::real(quantity(call, 0).approximate()); });
  table.add("compareTo", "quantity.(quantity)->int",
            [](const Call& call) { return Value::integer(quantity(call, 0).compare(quantity(call, 1))); });
  table.add("isGreaterThan", "quantity.(quantity)->bool",
            [](const Call& call) { return Value::boolean(quantity(call, 0).compare(quantity(call, 1)) > 0); });
  table.add("isLessThan", "quantity.(quantity)->bool",
            [](const Call& call) { return Value::boolean(quantity(call, 0).compare(quantity(call, 1)) < 0); });
  table.add("add", "quantity.(quantity)->quantity",
            [](const Call& call) { return of(quantity(call, 0).plus(quantity(call, 1))); });
  table.add("add", "quantity.(int)->quantity",
            [](const Call& call) { return of(quantity(call, 0).plus(Quantity::of(call.integer(1)))); });
  table.add("sub", "quantity.(quantity)->quantity",
            [](const Call& call) { return of(quantity(call, 0).minus(quantity(call, 1))); });
  table.add("sub", "quantity.(int)->quantity",
            [](const Call& call) { return of(quantity(call, 0).minus(Quantity::of(call.integer(1)))); });
}

}  // namespace cel
