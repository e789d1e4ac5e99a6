// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/json_value.hpp"

#include <cmath>

#include "libk8s/auth/base64.hpp"
#include "sandbox/cel/compare.hpp"
#include "sandbox/cel/time.hpp"

namespace cel {
namespace {

using Json = k8s::json::Value;

class JsonList final : public List {
 public:
  JsonList(const Json& json, TypePtr type) : json_(json), type_(std::move(type)) {}
  std::size_t size() const override { return json_.size(); }
  Value at(std::size_t index) const override {
    return from_json(json_[index], type_->kind == Kind::list ? type_->parameters[0] : type_);
  }
  const Type* associative() const override {
    return type_->kind == Kind::list && type_->list_type != ListType::atomic ? type_.get() : nullptr;
  }

 private:
  const Json& json_;
  TypePtr type_;
};

class JsonMap final : public Map {
 public:
  JsonMap(const Json& json, TypePtr type) : json_(json), type_(std::move(type)) {}

  std::size_t size() const override { return json_.size(); }
  std::vector<Value> keys() const override {
    std::vector<Value> keys;
    keys.reserve(json_.size());
    for (auto at = json_.begin(); at != json_.end(); ++at) keys.push_back(Value::string_view(at.key()));
    return keys;
  }
  std::optional<Value> find(const Value& key) const override {
    if (key.get<Text>() == nullptr) return std::nullopt;
    const auto found = json_.find(std::string(key.view()));
    if (found == json_.end()) return std::nullopt;
    return from_json(*found, type_of_property(found.key()));
  }
  std::optional<Value> field(std::string_view name) const override {
    if (type_->kind != Kind::object) return find(Value::string_view(name));
    const auto declared = type_->fields.find(std::string(name));
    if (declared == type_->fields.end()) return std::nullopt;
    const auto found = json_.find(declared->second.json_name);
    if (found == json_.end()) return std::nullopt;
    return from_json(*found, declared->second.type);
  }

 private:
  TypePtr type_of_property(const std::string& json_name) const {
    if (type_->kind == Kind::map) return type_->parameters[1];
    for (const auto& [name, declared] : type_->fields) {
      if (declared.json_name == json_name) return declared.type;
    }
    return types::dyn();
  }

  const Json& json_;
  TypePtr type_;
};

Value misfit(const Json& json, const Type& type) {
  return Value::failure("invalid data, expected " + to_string(type) + " but got " + json.type_name());
}

Value from_text(const Json& json, const TypePtr& type) {
  const auto& text = json.get_ref<const std::string&>();
  if (type->kind == Kind::timestamp) {
    const auto time = parse_timestamp(text);
    return time ? Value::timestamp(*time) : Value::failure("invalid date-time: " + text);
  }
  if (type->kind == Kind::duration) {
    const auto duration = parse_duration(text);
    return duration ? Value::duration(*duration) : Value::failure("invalid duration: " + text);
  }
  if (type->kind == Kind::bytes) {
    auto bytes = k8s::base64_decode(text);
    return bytes ? Value::bytes(std::move(*bytes)) : Value::failure("invalid base64: " + text);
  }
  if (type->kind == Kind::string || type->kind == Kind::dyn) return Value::string_view(text);
  return misfit(json, *type);
}

Value from_number(const Json& json, const Type& type) {
  if (type.kind == Kind::real) return Value::real(json.get<double>());
  if (type.kind != Kind::integer && type.kind != Kind::dyn) return misfit(json, type);
  if (json.is_number_float()) {
    const double number = json.get<double>();
    if (type.kind == Kind::dyn) return Value::real(number);
    if (std::floor(number) != number || std::abs(number) >= 0x1.0p63) return misfit(json, type);
    return Value::integer(static_cast<std::int64_t>(number));
  }
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > INT64_MAX) return misfit(json, type);
  return Value::integer(json.get<std::int64_t>());
}

std::optional<Json> list_to_json(const List& list) {
  Json out = Json::array();
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto item = to_json(list.at(i));
    if (!item) return std::nullopt;
    out.push_back(std::move(*item));
  }
  return out;
}

std::optional<Json> map_to_json(const Map& map) {
  Json out = Json::object();
  for (const Value& key : map.keys()) {
    auto item = to_json(map.find(key).value_or(Value()));
    if (key.get<Text>() == nullptr || !item) return std::nullopt;
    out[std::string(key.view())] = std::move(*item);
  }
  return out;
}

}  // namespace

Value from_json(const Json& json, const TypePtr& type) {
  const Kind kind = type->kind;
  if (json.is_null()) return kind == Kind::dyn || kind == Kind::null || type->nullable ? Value() : misfit(json, *type);
  if (json.is_boolean())
    return kind == Kind::boolean || kind == Kind::dyn ? Value::boolean(json.get<bool>()) : misfit(json, *type);
  if (json.is_number()) return from_number(json, *type);
  if (json.is_string()) return from_text(json, type);
  if (json.is_array() && (kind == Kind::list || kind == Kind::dyn))
    return Value::list(std::make_shared<JsonList>(json, type));
  if (json.is_object() && (kind == Kind::map || kind == Kind::object || kind == Kind::dyn))
    return Value::map(std::make_shared<JsonMap>(json, type));
  return misfit(json, *type);
}

std::optional<Json> to_json(const Value& value) {
  if (value.is_null()) return Json();
  if (const auto* v = value.get<bool>()) return Json(*v);
  if (const auto* v = value.get<std::int64_t>()) return Json(*v);
  if (const auto* v = value.get<std::uint64_t>()) return Json(*v);
  if (const auto* v = value.get<double>()) return std::isfinite(*v) ? std::optional<Json>(*v) : std::nullopt;
  if (value.get<Text>() != nullptr) return Json(std::string(value.view()));
  if (value.get<Bytes>() != nullptr) return Json(k8s::base64_encode(value.view()));
  if (const auto* v = value.get<Timestamp>()) return Json(to_string(*v));
  if (const auto* v = value.get<Duration>()) return Json(to_string(*v));
  if (const auto* v = value.as_list()) return list_to_json(*v);
  if (const auto* v = value.as_map()) return map_to_json(*v);
  return std::nullopt;
}

}  // namespace cel
