// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cmath>
#include <optional>

#include "sandbox/cel/functions.hpp"
#include "sandbox/cel/number_text.hpp"
#include "sandbox/cel/time.hpp"
#include "sandbox/cel/utf8.hpp"

namespace cel {
namespace {

Value identity(const Call& call) {
  return call.at(0);
}

template <class Number>
std::optional<Number> read(std::string_view text) {
  if (!std::is_unsigned_v<Number> && text.starts_with('+')) text.remove_prefix(1);
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size()) return std::nullopt;
  // A double too small to be one is zero.
  const bool too_small = std::is_floating_point_v<Number> && text.find("e-") != std::string_view::npos;
  if (error == std::errc::result_out_of_range && too_small) return Number{};
  if (error != std::errc{}) return std::nullopt;
  return value;
}

Value bad(std::string_view what, std::string_view text) {
  return Value::failure("type conversion error from 'string' to '" + std::string(what) + "': " + std::string(text));
}

void add_to_int(FunctionTable& table) {
  table.add("int", "(int)->int", identity);
  table.add("int", "(uint)->int", [](const Call& call) {
    if (call.unsigned_integer(0) > INT64_MAX) return Value::failure("integer overflow");
    return Value::integer(static_cast<std::int64_t>(call.unsigned_integer(0)));
  });
  table.add("int", "(double)->int", [](const Call& call) {
    const double value = call.real(0);
    // The least int is no double that surely came from an int: it is left out, too.
    if (!(value > -0x1.0p63 && value < 0x1.0p63)) return Value::failure("integer overflow");
    return Value::integer(static_cast<std::int64_t>(value));
  });
  table.add("int", "(string)->int", [](const Call& call) {
    const auto value = read<std::int64_t>(call.text(0));
    return value ? Value::integer(*value) : bad("int", call.text(0));
  });
  table.add("int", "(timestamp)->int", [](const Call& call) { return Value::integer(call.timestamp(0).seconds); });
  table.add("int", "(duration)->int", [](const Call& call) { return Value::integer(call.duration(0).nanos); });
}

void add_to_uint(FunctionTable& table) {
  table.add("uint", "(uint)->uint", identity);
  table.add("uint", "(int)->uint", [](const Call& call) {
    if (call.integer(0) < 0) return Value::failure("unsigned integer overflow");
    return Value::unsigned_integer(static_cast<std::uint64_t>(call.integer(0)));
  });
  table.add("uint", "(double)->uint", [](const Call& call) {
    const double value = call.real(0);
    if (!(value >= 0 && value < 0x1.0p64)) return Value::failure("unsigned integer overflow");
    return Value::unsigned_integer(static_cast<std::uint64_t>(value));
  });
  table.add("uint", "(string)->uint", [](const Call& call) {
    const auto value = read<std::uint64_t>(call.text(0));
    return value ? Value::unsigned_integer(*value) : bad("uint", call.text(0));
  });
}

void add_to_double(FunctionTable& table) {
  table.add("double", "(double)->double", identity);
  table.add("double", "(int)->double",
            [](const Call& call) { return Value::real(static_cast<double>(call.integer(0))); });
  table.add("double", "(uint)->double",
            [](const Call& call) { return Value::real(static_cast<double>(call.unsigned_integer(0))); });
  table.add("double", "(string)->double", [](const Call& call) {
    const auto value = read<double>(call.text(0));
    return value ? Value::real(*value) : bad("double", call.text(0));
  });
}

void add_to_bool(FunctionTable& table) {
  table.add("bool", "(bool)->bool", identity);
  table.add("bool", "(string)->bool", [](const Call& call) {
    const std::string_view text = call.text(0);
    for (const std::string_view yes : {"true", "TRUE", "True", "t", "T", "1"}) {
      if (text == yes) return Value::boolean(true);
    }
    for (const std::string_view no : {"false", "FALSE", "False", "f", "F", "0"}) {
      if (text == no) return Value::boolean(false);
    }
    return bad("bool", text);
  });
}

void add_to_string(FunctionTable& table) {
  table.add("string", "(string)->string", identity);
  table.add("string", "(int)->string", [](const Call& call) { return Value::string(std::to_string(call.integer(0))); });
  table.add("string", "(uint)->string",
            [](const Call& call) { return Value::string(std::to_string(call.unsigned_integer(0))); });
  table.add("string", "(double)->string", [](const Call& call) { return Value::string(shortest(call.real(0))); });
  table.add("string", "(bool)->string",
            [](const Call& call) { return Value::string(call.boolean(0) ? "true" : "false"); });
  table.add("string", "(bytes)->string", [](const Call& call) {
    if (!call.budget.charge_text(call.text(0).size())) return out_of_budget();
    if (!is_utf8(call.text(0))) return Value::failure("invalid UTF-8 in bytes, cannot convert to string");
    return Value::text(call.at(0).get<Bytes>()->text);
  });
  table.add("string", "(timestamp)->string",
            [](const Call& call) { return Value::string(to_string(call.timestamp(0))); });
  table.add("string", "(duration)->string",
            [](const Call& call) { return Value::string(to_string(call.duration(0))); });
}

void add_to_times(FunctionTable& table) {
  table.add("timestamp", "(timestamp)->timestamp", identity);
  table.add("timestamp", "(int)->timestamp", [](const Call& call) {
    const std::int64_t seconds = call.integer(0);
    if (seconds < kFirstSecond || seconds > kLastSecond) return Value::failure("timestamp overflow");
    return Value::timestamp({seconds, 0});
  });
  table.add("timestamp", "(string)->timestamp", [](const Call& call) {
    const auto time = parse_timestamp(call.text(0));
    return time ? Value::timestamp(*time) : bad("timestamp", call.text(0));
  });
  table.add("duration", "(duration)->duration", identity);
  table.add("duration", "(int)->duration", [](const Call& call) { return Value::duration({call.integer(0)}); });
  table.add("duration", "(string)->duration", [](const Call& call) {
    const auto duration = parse_duration(call.text(0));
    return duration ? Value::duration(*duration) : bad("duration", call.text(0));
  });
}

}  // namespace

void add_conversions(FunctionTable& table) {
  add_to_int(table);
  add_to_uint(table);
  add_to_double(table);
  add_to_bool(table);
  add_to_string(table);
  add_to_times(table);
  table.add("bytes", "(bytes)->bytes", identity);
  table.add("bytes", "(string)->bytes",
            [](const Call& call) { return Value(Value::Storage(Bytes{*call.at(0).get<Text>()})); });
  table.add("dyn", "(A)->dyn", identity);
  table.add("type", "(A)->type(A)", [](const Call& call) { return Value::type(call.at(0).type()); });
}

}  // namespace cel
