// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/bson_text.hpp"

#include <cmath>

#include <fmt/format.h>

#include "libk8s/base/clock.hpp"

namespace simmongod {
namespace {

using bson::Element;
using bson::Type;

std::string hex(std::string_view bytes, bool upper) {
  std::string out;
  for (const char c : bytes) {
    out += upper ? fmt::format("{:02X}", static_cast<unsigned char>(c))
                 : fmt::format("{:02x}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string uuid_text(const std::string& bytes) {
  const std::string digits = hex(bytes, false);
  return fmt::format("{}-{}-{}-{}-{}", digits.substr(0, 8), digits.substr(8, 4), digits.substr(12, 4),
                     digits.substr(16, 4), digits.substr(20));
}

std::string double_text(double value) {
  if (std::isfinite(value) && value == std::floor(value) && std::fabs(value) < 1e15)
    return fmt::format("{:.1f}", value);
  return fmt::format("{}", value);
}

std::string shell_binary(const bson::Binary& value) {
  if (value.subtype == 4 && value.bytes.size() == 16) return fmt::format("UUID(\"{}\")", uuid_text(value.bytes));
  return fmt::format("BinData({}, {})", value.subtype, hex(value.bytes, true));
}

std::string json_value(const Element& value) {
  switch (value.type) {
    case Type::string: return json_string(*value.string());
    case Type::document: return relaxed_json(value.sub());
    case Type::array: {
      std::string out;
      for (const Element& item : value.sub()) out += (out.empty() ? "" : ",") + json_value(item);
      return "[" + out + "]";
    }
    case Type::boolean: return *value.boolean() ? "true" : "false";
    case Type::real: return double_text(*value.real());
    case Type::int32:
    case Type::int64: return std::to_string(*value.number());
    case Type::timestamp:
      return fmt::format("{{\"$timestamp\":{{\"t\":{},\"i\":{}}}}}", value.timestamp()->t, value.timestamp()->i);
    case Type::object_id: return fmt::format("{{\"$oid\":\"{}\"}}", value.object_id()->hex());
    case Type::date:
      return fmt::format("{{\"$date\":\"{}\"}}",
                         k8s::to_rfc3339(k8s::Wall(std::chrono::milliseconds(value.date()->ms))));
    case Type::binary:
      if (value.binary()->subtype == 4 && value.binary()->bytes.size() == 16) {
        return fmt::format("{{\"$uuid\":\"{}\"}}", uuid_text(value.binary()->bytes));
      }
      return json_string(hex(value.binary()->bytes, false));
    default: return "null";
  }
}

}  // namespace

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string shell_text(const Element& value) {
  switch (value.type) {
    case Type::string: return "\"" + *value.string() + "\"";
    case Type::document: return shell_text(value.sub());
    case Type::array: {
      std::string out;
      for (const Element& item : value.sub()) out += (out.empty() ? " " : ", ") + shell_text(item);
      return out.empty() ? "[]" : "[" + out + " ]";
    }
    case Type::boolean: return *value.boolean() ? "true" : "false";
    case Type::real: return double_text(*value.real());
    case Type::int32:
    case Type::int64: return std::to_string(*value.number());
    case Type::timestamp: return fmt::format("Timestamp({}, {})", value.timestamp()->t, value.timestamp()->i);
    case Type::object_id: return fmt::format("ObjectId('{}')", value.object_id()->hex());
    case Type::date: return fmt::format("new Date({})", value.date()->ms);
    case Type::binary: return shell_binary(*value.binary());
    case Type::min_key: return "MinKey";
    case Type::max_key: return "MaxKey";
    default: return "null";
  }
}

std::string shell_text(bson::View document) {
  std::string out;
  for (const Element& field : document) {
    out += fmt::format("{} {}: {}", out.empty() ? "" : ",", field.key, shell_text(field));
  }
  return out.empty() ? "{}" : "{" + out + " }";
}

std::string relaxed_json(bson::View document) {
  std::string out;
  for (const Element& field : document) {
    out += (out.empty() ? "" : ",") + json_string(field.key) + ":" + json_value(field);
  }
  return "{" + out + "}";
}

}  // namespace simmongod
