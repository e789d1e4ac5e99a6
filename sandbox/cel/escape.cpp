// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/escape.hpp"

#include <algorithm>
#include <array>

namespace cel {
namespace {

constexpr std::array<std::string_view, 21> kReserved{
    "as",  "break", "const", "continue", "else",      "false",  "for",  "function", "if",   "import", "in",
    "let", "loop",  "null",  "package",  "namespace", "return", "true", "var",      "void", "while"};

bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

bool is_reserved(std::string_view word) {
  return std::find(kReserved.begin(), kReserved.end(), word) != kReserved.end();
}

std::optional<std::string> escape_property(std::string_view json_name) {
  if (json_name.empty() || is_digit(json_name.front())) return std::nullopt;
  if (is_reserved(json_name)) return "__" + std::string(json_name) + "__";
  std::string out;
  for (std::size_t i = 0; i < json_name.size(); ++i) {
    const char c = json_name[i];
    if (c == '_' && i + 1 < json_name.size() && json_name[i + 1] == '_') {
      out += "__underscores__";
      ++i;
    } else if (c == '.') {
      out += "__dot__";
    } else if (c == '-') {
      out += "__dash__";
    } else if (c == '/') {
      out += "__slash__";
    } else if (is_alpha(c) || is_digit(c) || c == '_') {
      out += c;
    } else {
      return std::nullopt;
    }
  }
  return out;
}

}  // namespace cel
