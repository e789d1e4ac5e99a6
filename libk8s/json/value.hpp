// SPDX-License-Identifier: Apache-2.0
// JSON that we write: manifests, patches, records. Object members are kept sorted, so the same value always prints the
// same bytes.
//
// What we read goes through node.hpp, which is an order of magnitude faster and leaner. This room alone names the JSON
// libraries.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "libk8s/base/result.hpp"

namespace k8s::json {

using Value = nlohmann::json;

// Code::invalid with the byte offset when the text is not one JSON document. Comments are not JSON.
Result<Value> parse_value(std::string_view text);

// One line; bytes that are not UTF-8 are replaced, never thrown on.
std::string print(const Value& value);
// Two-space indent and a final newline, for people and golden files.
std::string print_pretty(const Value& value);

// A JSON document kept as its text: what a cache holds of an object that is only ever compared or printed whole.
class Compact {
 public:
  Compact() = default;
  explicit Compact(const Value& value) : text_(print(value)) {}

  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  // Null when empty.
  Value value() const;
  bool operator==(const Compact&) const = default;

 private:
  std::string text_;
};

}  // namespace k8s::json
