// SPDX-License-Identifier: Apache-2.0
// Positions and lengths count code points; what is searched and compared is bytes, which is the same thing in UTF-8.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sandbox/cel/functions.hpp"
#include "sandbox/cel/utf8.hpp"

namespace cel {
namespace {

bool charge_search(const Call& call) {
  return call.budget.charge((call.text(0).size() / 10 + 1) * (call.text(1).size() / 10 + 1));
}

Value out_of_range(std::int64_t index) {
  return Value::failure(fmt::format("index out of range: {}", index));
}

// The byte where code point `index` of the text begins; nothing outside it. The end of the text is inside.
std::optional<std::size_t> byte_at(std::string_view text, std::int64_t index) {
  if (index < 0 || static_cast<std::uint64_t>(index) > text.size()) return std::nullopt;
  const auto wanted = static_cast<std::size_t>(index);
  const std::size_t byte = byte_of(text, wanted);
  if (byte == text.size() && code_points(text) < wanted) return std::nullopt;
  return byte;
}

Value position(std::string_view text, std::size_t byte) {
  if (byte == std::string_view::npos) return Value::integer(-1);
  return Value::integer(static_cast<std::int64_t>(code_point_of(text, byte)));
}

Value index_of(const Call& call) {
  if (!charge_search(call)) return out_of_budget();
  const std::string_view text = call.text(0);
  if (call.arguments.size() == 2) return position(text, text.find(call.text(1)));
  // Kubernetes answers so: nothing is found anywhere, and nothing is found beyond the end.
  if (call.text(1).empty()) return call.at(2);
  if (call.integer(2) < 0) return out_of_range(call.integer(2));
  const auto from = byte_at(text, call.integer(2));
  return from ? position(text, text.find(call.text(1), *from)) : Value::integer(-1);
}

Value last_index_of(const Call& call) {
  if (!charge_search(call)) return out_of_budget();
  const std::string_view text = call.text(0);
  if (call.arguments.size() == 2) return position(text, text.rfind(call.text(1)));
  if (call.text(1).empty()) return call.at(2);
  if (call.integer(2) < 0) return out_of_range(call.integer(2));
  const auto from = byte_at(text, call.integer(2));
  return from && *from < text.size() ? position(text, text.rfind(call.text(1), *from)) : Value::integer(-1);
}

Value char_at(const Call& call) {
  const std::string_view text = call.text(0);
  if (!call.budget.charge_text(text.size())) return out_of_budget();
  const auto byte = byte_at(text, call.integer(1));
  if (!byte) return out_of_range(call.integer(1));
  return Value::string(std::string(text.substr(*byte, byte_of(text.substr(*byte), 1))));
}

Value substring(const Call& call) {
  const std::string_view text = call.text(0);
  if (!call.budget.charge_text(text.size())) return out_of_budget();
  const auto from = byte_at(text, call.integer(1));
  if (!from) return out_of_range(call.integer(1));
  if (call.arguments.size() == 2) return Value::string(std::string(text.substr(*from)));
  const auto to = byte_at(text, call.integer(2));
  if (!to) return out_of_range(call.integer(2));
  if (*to < *from)
    return Value::failure(fmt::format("invalid substring range. start: {}, end: {}", call.integer(1), call.integer(2)));
  return Value::string(std::string(text.substr(*from, *to - *from)));
}

template <class Change>
Value changed_letters(const Call& call, Change change) {
  if (!call.budget.charge_text(call.text(0).size())) return out_of_budget();
  std::string out(call.text(0));
  std::transform(out.begin(), out.end(), out.begin(), change);
  return Value::string(std::move(out));
}

// Unicode's White_Space.
bool is_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

Value trim(const Call& call) {
  const std::string_view text = call.text(0);
  if (!call.budget.charge_text(text.size())) return out_of_budget();
  std::size_t begin = text.size(), end = 0;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint next = decode_utf8(text, at);
    const std::size_t length = std::max<std::size_t>(1, next.length);
    if (next.length == 0 || !is_space(next.value)) {
      begin = std::min(begin, at);
      end = at + length;
    }
    at += length;
  }
  return Value::string(end == 0 ? std::string() : std::string(text.substr(begin, end - begin)));
}

// The pieces between occurrences of the separator, at most `most` (negative: all); code points for an empty separator.
std::vector<std::string_view> pieces(std::string_view text, std::string_view separator, std::int64_t most) {
  std::vector<std::string_view> out;
  if (most == 0) return out;
  while (most < 0 || static_cast<std::int64_t>(out.size()) + 1 < most) {
    const std::size_t length = separator.empty() ? byte_of(text, 1) : text.find(separator);
    if (length == std::string_view::npos || (separator.empty() && length >= text.size())) break;
    out.push_back(text.substr(0, length));
    text.remove_prefix(length + separator.size());
  }
  if (!separator.empty() || !text.empty()) out.push_back(text);
  return out;
}

Value split(const Call& call) {
  const std::string_view text = call.text(0);
  // A piece costs a value each; there may be as many as there are characters.
  if (!call.budget.charge(text.size() + 1)) return out_of_budget();
  std::vector<Value> items;
  for (const std::string_view piece : pieces(text, call.text(1), call.arguments.size() > 2 ? call.integer(2) : -1))
    items.push_back(Value::string(std::string(piece)));
  return Value::list(std::move(items));
}

Value replace(const Call& call) {
  const std::string_view text = call.text(0), from = call.text(1), to = call.text(2);
  const std::int64_t most = call.arguments.size() > 3 ? call.integer(3) : -1;
  if (!charge_search(call)) return out_of_budget();
  std::vector<std::size_t> places;
  for (std::size_t at = 0; most < 0 || static_cast<std::int64_t>(places.size()) < most;) {
    const std::size_t found = text.find(from, at);
    if (found == std::string_view::npos) break;
    places.push_back(found);
    if (from.empty() && found == text.size()) break;
    at = found + (from.empty() ? byte_of(text.substr(found), 1) : from.size());
  }
  if (!call.budget.charge_text(text.size() + places.size() * to.size())) return out_of_budget();
  std::string out;
  std::size_t copied = 0;
  for (const std::size_t place : places) {
    out += text.substr(copied, place - copied);
    out += to;
    copied = place + from.size();
  }
  out += text.substr(copied);
  return Value::string(std::move(out));
}

Value join(const Call& call) {
  const List& list = call.list(0);
  const std::string_view separator = call.arguments.size() > 1 ? call.text(1) : std::string_view();
  std::string out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Value item = list.at(i);
    if (item.is_failure()) return item;
    if (item.get<Text>() == nullptr) return no_such_overload();
    if (!call.budget.charge_text(separator.size() + item.view().size())) return out_of_budget();
    if (i != 0) out += separator;
    out += item.view();
  }
  return Value::string(std::move(out));
}

}  // namespace

void add_strings(FunctionTable& table) {
  table.add("contains", "string.(string)->bool", [](const Call& call) {
    if (!charge_search(call)) return out_of_budget();
    return Value::boolean(call.text(0).find(call.text(1)) != std::string_view::npos);
  });
  table.add("startsWith", "string.(string)->bool", [](const Call& call) {
    if (!call.budget.charge_text(call.text(1).size())) return out_of_budget();
    return Value::boolean(call.text(0).starts_with(call.text(1)));
  });
  table.add("endsWith", "string.(string)->bool", [](const Call& call) {
    if (!call.budget.charge_text(call.text(1).size())) return out_of_budget();
    return Value::boolean(call.text(0).ends_with(call.text(1)));
  });
  table.add("charAt", "string.(int)->string", char_at);
  table.add("indexOf", "string.(string)->int", index_of);
  table.add("indexOf", "string.(string, int)->int", index_of);
  table.add("lastIndexOf", "string.(string)->int", last_index_of);
  table.add("lastIndexOf", "string.(string, int)->int", last_index_of);
  table.add("lowerAscii", "string.()->string", [](const Call& call) {
    return changed_letters(call, [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  });
  table.add("upperAscii", "string.()->string", [](const Call& call) {
    return changed_letters(call, [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  });
  table.add("replace", "string.(string, string)->string", replace);
  table.add("replace", "string.(string, string, int)->string", replace);
  table.add("split", "string.(string)->list(string)", split);
  table.add("split", "string.(string, int)->list(string)", split);
  table.add("substring", "string.(int)->string", substring);
  table.add("substring", "string.(int, int)->string", substring);
  table.add("trim", "string.()->string", trim);
  table.add("join", "list(string).()->string", join);
  table.add("join", "list(string).(string)->string", join);
}

}  // namespace cel
