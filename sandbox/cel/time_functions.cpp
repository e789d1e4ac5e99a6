// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/functions.hpp"
#include "sandbox/cel/time.hpp"

namespace cel {
namespace {

// The calendar of the first argument in the zone of the second, if there is one.
template <class Field>
Value field(const Call& call, Field get) {
  const auto offset = call.arguments.size() > 1 ? zone_offset(call.text(1)) : std::optional<std::int64_t>(0);
  if (!offset)
    return Value::failure("unknown time zone " + std::string(call.text(1)) +
                          ": only UTC and offsets such as +01:00 are known here");
  return Value::integer(get(calendar(call.timestamp(0), *offset)));
}

void add_field(FunctionTable& table, std::string_view name, Implementation implementation) {
  table.add(name, "timestamp.()->int", implementation);
  table.add(name, "timestamp.(string)->int", implementation);
}

}  // namespace

void add_time(FunctionTable& table) {
  add_field(table, "getFullYear",
            [](const Call& call) { return field(call, [](const Calendar& c) { return c.year; }); });
  add_field(table, "getMonth", [](const Call& call) { return field(call, [](const Calendar& c) { return c.month; }); });
  add_field(table, "getDayOfMonth",
            [](const Call& call) { return field(call, [](const Calendar& c) { return c.day; }); });
  add_field(table, "getDate",
            [](const Call& call) { return field(call, [](const Calendar& c) { return c.day + 1; }); });
  add_field(table, "getDayOfWeek",
            [](const Call& call) { return field(call, [](const Calendar& c) { return c.day_of_week; }); });
  add_field(table, "getDayOfYear",
            [](const Call& call) { return field(call, [](const Calendar& c) { return c.day_of_year; }); });
  add_field(table, "getHours", [](const Call& call) { return field(call, [](const Calendar& c) { return c.hours; }); });
  add_field(table, "getMinutes",
            [](const Call& call) { return field(call, [](const Calendar& c) { return c.minutes; }); });
  add_field(table, "getSeconds",
            [](const Call& call) { return field(call, [](const Calendar& c) { return c.seconds; }); });
  add_field(table, "getMilliseconds",
            [](const Call& call) { return Value::integer(call.timestamp(0).nanos / 1'000'000); });
  table.add("getHours", "duration.()->int",
            [](const Call& call) { return Value::integer(call.duration(0).nanos / (3600 * kNanosPerSecond)); });
  table.add("getMinutes", "duration.()->int",
            [](const Call& call) { return Value::integer(call.duration(0).nanos / (60 * kNanosPerSecond)); });
  table.add("getSeconds", "duration.()->int",
            [](const Call& call) { return Value::integer(call.duration(0).nanos / kNanosPerSecond); });
  // All of it in milliseconds, as Kubernetes has it; cel-spec wants those beyond the last whole second.
  table.add("getMilliseconds", "duration.()->int",
            [](const Call& call) { return Value::integer(call.duration(0).nanos / 1'000'000); });
}

}  // namespace cel
