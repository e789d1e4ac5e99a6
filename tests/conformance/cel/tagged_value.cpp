// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/cel/tagged_value.hpp"

#include <algorithm>
#include <cstdlib>

#include "libk8s/auth/base64.hpp"
#include "sandbox/cel/number_text.hpp"
#include "sandbox/cel/time.hpp"

namespace cel_spec {
namespace {

using cel::Value;
using Json = k8s::json::Value;

std::optional<Value> read_list(const Json& json) {
  std::vector<Value> items;
  for (const Json& item : json) {
    auto value = read_tagged(item);
    if (!value) return std::nullopt;
    items.push_back(std::move(*value));
  }
  return Value::list(std::move(items));
}

std::optional<Value> read_map(const Json& json) {
  std::vector<std::pair<Value, Value>> entries;
  for (const Json& entry : json) {
    auto key = read_tagged(entry[0]);
    auto value = read_tagged(entry[1]);
    if (!key || !value) return std::nullopt;
    entries.emplace_back(std::move(*key), std::move(*value));
  }
  return Value::map(std::move(entries));
}

}  // namespace

std::optional<Value> read_tagged(const Json& json) {
  const std::string tag = json.begin().key();
  const Json& inside = *json.begin();
  if (tag == "null") return Value();
  if (tag == "bool") return Value::boolean(inside.get<bool>());
  if (tag == "list") return read_list(inside);
  if (tag == "map") return read_map(inside);
  if (!inside.is_string()) return std::nullopt;
  const auto& text = inside.get_ref<const std::string&>();
  if (tag == "int") return Value::integer(std::strtoll(text.c_str(), nullptr, 10));
  if (tag == "uint") return Value::unsigned_integer(std::strtoull(text.c_str(), nullptr, 10));
  if (tag == "double") return Value::real(std::strtod(text.c_str(), nullptr));
  if (tag == "string") return Value::string(text);
  if (tag == "bytes") return Value::bytes(k8s::base64_decode(text).value_or(""));
  if (tag == "timestamp") {
    const auto time = cel::parse_timestamp(text);
    return time ? std::optional(Value::timestamp(*time)) : std::nullopt;
  }
  if (tag == "duration") {
    const auto duration = cel::parse_duration(text);
    return duration ? std::optional(Value::duration(*duration)) : std::nullopt;
  }
  return std::nullopt;
}

Json write_tagged(const Value& value) {
  if (value.is_null()) return {{"null", true}};
  if (const auto* v = value.get<bool>()) return {{"bool", *v}};
  if (const auto* v = value.get<std::int64_t>()) return {{"int", std::to_string(*v)}};
  if (const auto* v = value.get<std::uint64_t>()) return {{"uint", std::to_string(*v)}};
  if (const auto* v = value.get<double>()) return {{"double", cel::shortest(*v)}};
  if (value.get<cel::Text>() != nullptr) return {{"string", std::string(value.view())}};
  if (value.get<cel::Bytes>() != nullptr) return {{"bytes", k8s::base64_encode(value.view())}};
  if (const auto* v = value.get<cel::Timestamp>()) return {{"timestamp", cel::to_string(*v)}};
  if (const auto* v = value.get<cel::Duration>()) return {{"duration", cel::to_string(*v)}};
  if (const auto* v = value.get<cel::TypePtr>())
    return {{"type", cel::to_string(cel::Type{.kind = (*v)->kind, .name = (*v)->name})}};
  if (const auto* list = value.as_list()) {
    Json items = Json::array();
    for (std::size_t i = 0; i < list->size(); ++i) items.push_back(write_tagged(list->at(i)));
    return {{"list", std::move(items)}};
  }
  if (const auto* map = value.as_map()) {
    std::vector<Json> entries;
    for (const Value& key : map->keys())
      entries.push_back(Json::array({write_tagged(key), write_tagged(map->find(key).value_or(Value()))}));
    std::sort(entries.begin(), entries.end(), [](const Json& a, const Json& b) { return a.dump() < b.dump(); });
    Json out = Json::array();
    for (Json& entry : entries) out.push_back(std::move(entry));
    return {{"map", std::move(out)}};
  }
  if (const auto* box = value.get<cel::Optional>())
    return {{"optional", box->value == nullptr ? Json() : write_tagged(*box->value)}};
  return {{"opaque", cel::to_string(*value.type())}};
}

}  // namespace cel_spec
