// SPDX-License-Identifier: Apache-2.0
#include "libk8s/json/value.hpp"

#include <fmt/format.h>

namespace k8s::json {

Result<Value> parse_value(std::string_view text) {
  try {
    return Value::parse(text);
  } catch (const Value::parse_error& error) {
    return Error{.code = Code::invalid, .message = fmt::format("not JSON at byte {}", error.byte)};
  }
}

std::string print(const Value& value) {
  return value.dump(-1, ' ', false, Value::error_handler_t::replace);
}

std::string print_pretty(const Value& value) {
  return value.dump(2, ' ', false, Value::error_handler_t::replace) + "\n";
}

Value Compact::value() const {
  if (text_.empty()) return nullptr;
  Result<Value> parsed = parse_value(text_);
  check(parsed.has_value(), "Compact holds only what print() wrote");
  return std::move(*parsed);
}

}  // namespace k8s::json
