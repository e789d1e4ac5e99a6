// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "sandbox/cel/compare.hpp"
#include "sandbox/cel/functions.hpp"
#include "sandbox/cel/syntax.hpp"
#include "sandbox/cel/time.hpp"

namespace cel {
namespace {

Value overflow(const char* what) {
  return Value::failure(std::string(what) + " overflow");
}

Value of_duration(bool overflowed, std::int64_t nanos) {
  return overflowed ? overflow("duration") : Value::duration({nanos});
}

Value of_timestamp(const std::optional<Timestamp>& time) {
  return time ? Value::timestamp(*time) : overflow("timestamp");
}

void add_int(FunctionTable& table) {
  table.add(op::kAdd, "(int, int)->int", [](const Call& call) {
    std::int64_t out = 0;
    const bool over = __builtin_add_overflow(call.integer(0), call.integer(1), &out);
    return over ? overflow("integer") : Value::integer(out);
  });
  table.add(op::kSubtract, "(int, int)->int", [](const Call& call) {
    std::int64_t out = 0;
    const bool over = __builtin_sub_overflow(call.integer(0), call.integer(1), &out);
    return over ? overflow("integer") : Value::integer(out);
  });
  table.add(op::kMultiply, "(int, int)->int", [](const Call& call) {
    std::int64_t out = 0;
    const bool over = __builtin_mul_overflow(call.integer(0), call.integer(1), &out);
    return over ? overflow("integer") : Value::integer(out);
  });
  table.add(op::kDivide, "(int, int)->int", [](const Call& call) {
    if (call.integer(1) == 0) return Value::failure("division by zero");
    if (call.integer(0) == INT64_MIN && call.integer(1) == -1) return overflow("integer");
    return Value::integer(call.integer(0) / call.integer(1));
  });
  table.add(op::kModulo, "(int, int)->int", [](const Call& call) {
    if (call.integer(1) == 0) return Value::failure("modulus by zero");
    if (call.integer(0) == INT64_MIN && call.integer(1) == -1) return overflow("integer");
    return Value::integer(call.integer(0) % call.integer(1));
  });
  table.add(op::kNegate, "(int)->int", [](const Call& call) {
    return call.integer(0) == INT64_MIN ? overflow("integer") : Value::integer(-call.integer(0));
  });
}

void add_uint(FunctionTable& table) {
  table.add(op::kAdd, "(uint, uint)->uint", [](const Call& call) {
    std::uint64_t out = 0;
    const bool over = __builtin_add_overflow(call.unsigned_integer(0), call.unsigned_integer(1), &out);
    return over ? overflow("unsigned integer") : Value::unsigned_integer(out);
  });
  table.add(op::kSubtract, "(uint, uint)->uint", [](const Call& call) {
    std::uint64_t out = 0;
    const bool over = __builtin_sub_overflow(call.unsigned_integer(0), call.unsigned_integer(1), &out);
    return over ? overflow("unsigned integer") : Value::unsigned_integer(out);
  });
  table.add(op::kMultiply, "(uint, uint)->uint", [](const Call& call) {
    std::uint64_t out = 0;
    const bool over = __builtin_mul_overflow(call.unsigned_integer(0), call.unsigned_integer(1), &out);
    return over ? overflow("unsigned integer") : Value::unsigned_integer(out);
  });
  table.add(op::kDivide, "(uint, uint)->uint", [](const Call& call) {
    if (call.unsigned_integer(1) == 0) return Value::failure("division by zero");
    return Value::unsigned_integer(call.unsigned_integer(0) / call.unsigned_integer(1));
  });
  table.add(op::kModulo, "(uint, uint)->uint", [](const Call& call) {
    if (call.unsigned_integer(1) == 0) return Value::failure("modulus by zero");
    return Value::unsigned_integer(call.unsigned_integer(0) % call.unsigned_integer(1));
  });
}

double divide(double a, double b) {
  if (b != 0) return a / b;
  if (a == 0 || std::isnan(a)) return NAN;
  return std::signbit(a) == std::signbit(b) ? INFINITY : -INFINITY;
}

void add_real(FunctionTable& table) {
  table.add(op::kAdd, "(double, double)->double",
            [](const Call& call) { return Value::real(call.real(0) + call.real(1)); });
  table.add(op::kSubtract, "(double, double)->double",
            [](const Call& call) { return Value::real(call.real(0) - call.real(1)); });
  table.add(op::kMultiply, "(double, double)->double",
            [](const Call& call) { return Value::real(call.real(0) * call.real(1)); });
  table.add(op::kDivide, "(double, double)->double",
            [](const Call& call) { return Value::real(divide(call.real(0), call.real(1))); });
  table.add(op::kNegate, "(double)->double", [](const Call& call) { return Value::real(-call.real(0)); });
}

void add_times(FunctionTable& table) {
  table.add(op::kAdd, "(timestamp, duration)->timestamp",
            [](const Call& call) { return of_timestamp(add(call.timestamp(0), call.duration(1))); });
  table.add(op::kAdd, "(duration, timestamp)->timestamp",
            [](const Call& call) { return of_timestamp(add(call.timestamp(1), call.duration(0))); });
  table.add(op::kAdd, "(duration, duration)->duration", [](const Call& call) {
    std::int64_t out = 0;
    const bool over = __builtin_add_overflow(call.duration(0).nanos, call.duration(1).nanos, &out);
    return of_duration(over, out);
  });
  table.add(op::kSubtract, "(timestamp, timestamp)->duration", [](const Call& call) {
    const auto out = subtract(call.timestamp(0), call.timestamp(1));
    return out ? Value::duration(*out) : overflow("timestamp");
  });
  table.add(op::kSubtract, "(timestamp, duration)->timestamp", [](const Call& call) {
    if (call.duration(1).nanos == INT64_MIN) return overflow("timestamp");
    return of_timestamp(add(call.timestamp(0), Duration{-call.duration(1).nanos}));
  });
  table.add(op::kSubtract, "(duration, duration)->duration", [](const Call& call) {
    std::int64_t out = 0;
    const bool over = __builtin_sub_overflow(call.duration(0).nanos, call.duration(1).nanos, &out);
    return of_duration(over, out);
  });
}

Value concatenate(const Call& call) {
  const std::string_view a = call.text(0), b = call.text(1);
  if (!call.budget.charge_text(a.size() + b.size())) return out_of_budget();
  std::string out(a);
  out += b;
  return call.at(0).get<Text>() != nullptr ? Value::string(std::move(out)) : Value::bytes(std::move(out));
}

}  // namespace

void add_arithmetic(FunctionTable& table) {
  add_int(table);
  add_uint(table);
  add_real(table);
  add_times(table);
  table.add(op::kAdd, "(string, string)->string", concatenate);
  table.add(op::kAdd, "(bytes, bytes)->bytes", concatenate);
  table.add(op::kNot, "(bool)->bool", [](const Call& call) { return Value::boolean(!call.boolean(0)); });
}

}  // namespace cel
