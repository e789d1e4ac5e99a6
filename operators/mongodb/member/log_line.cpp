// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/member/log_line.hpp"

namespace mongo::member {
namespace {

void append_json_string(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 0xf];
    } else {
      out += c;
    }
  }
  out += '"';
}

char letter(k8s::LogLevel level) {
  switch (level) {
    case k8s::LogLevel::debug: return 'D';
    case k8s::LogLevel::info: return 'I';
    case k8s::LogLevel::warning: return 'W';
    case k8s::LogLevel::error: return 'E';
  }
  return 'I';
}

}  // namespace

std::string log_line(k8s::Wall now, std::string_view context, k8s::LogLevel level, std::string_view message,
                     std::initializer_list<k8s::LogField> fields) {
  std::string line = R"({"t":{"$date":")" + k8s::to_rfc3339_micro(now) + R"("},"s":")";
  line += letter(level);
  line += R"(","c":"SAGONG","ctx":)";
  append_json_string(line, context);
  line += R"(,"msg":)";
  append_json_string(line, message);
  if (fields.size() != 0) {
    line += R"(,"attr":)";
    char separator = '{';
    for (const k8s::LogField& field : fields) {
      line += separator;
      append_json_string(line, field.key);
      line += ':';
      append_json_string(line, field.value);
      separator = ',';
    }
    line += '}';
  }
  line += '}';
  return line;
}

}  // namespace mongo::member
