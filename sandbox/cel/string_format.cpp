// SPDX-License-Identifier: Apache-2.0
// "%s of %d".format([…]) and strings.quote(…), as cel-spec's string extension has them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sandbox/cel/functions.hpp"
#include "sandbox/cel/number_text.hpp"
#include "sandbox/cel/time.hpp"
#include "sandbox/cel/utf8.hpp"

namespace cel {
namespace {

constexpr std::size_t kMostPrecision = 1000;

std::string type_name(const Value& value) {
  if (value.get<Duration>() != nullptr) return "google.protobuf.Duration";
  if (value.get<Timestamp>() != nullptr) return "google.protobuf.Timestamp";
  return value.is_null() ? "null_type" : to_string(*value.type());
}

std::string of_real(double value) {
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  return shortest(value);
}

Value failed(std::string sentence) {
  return Value::failure("error during formatting: " + std::move(sentence));
}

// Writes one value after the other; the first that cannot be written ends it.
class Writer {
 public:
  explicit Writer(Budget& budget) : budget_(budget) {}

  void text(std::string_view text) {
    if (!budget_.charge_text(text.size())) return fail(out_of_budget());
    out_ += text;
  }
  void fail(Value failure) {
    if (!failure_.is_failure()) failure_ = std::move(failure);
  }
  bool failed() const { return failure_.is_failure(); }
  Value take() { return failed() ? failure_ : Value::string(std::move(out_)); }

  void plain(const Value& value) {
    if (value.is_failure()) return fail(value);
    if (value.is_null()) return text("null");
    if (const auto* v = value.get<bool>()) return text(*v ? "true" : "false");
    if (const auto* v = value.get<std::int64_t>()) return text(std::to_string(*v));
    if (const auto* v = value.get<std::uint64_t>()) return text(std::to_string(*v));
    if (const auto* v = value.get<double>()) return text(of_real(*v));
    if (value.get<Text>() != nullptr || value.get<Bytes>() != nullptr) return text(value.view());
    if (const auto* v = value.get<Timestamp>()) return text(to_string(*v));
    if (const auto* v = value.get<Duration>()) return text(to_string(*v));
    if (const auto* v = value.get<TypePtr>()) return text(to_string(**v));
    if (const List* v = value.as_list()) return list(*v);
    if (const Map* v = value.as_map()) return map(*v);
    fail(cel::failed(
        "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, "
        "and timestamps, was given " +
        type_name(value)));
  }

 private:
  void list(const List& list) {
    text("[");
    for (std::size_t i = 0; i < list.size() && !failed(); ++i) {
      if (i != 0) text(", ");
      plain(list.at(i));
    }
    text("]");
  }

  // In the order of the keys' texts.
  void map(const Map& map) {
    std::vector<std::pair<std::string, Value>> entries;
    for (const Value& key : map.keys()) {
      Writer writer(budget_);
      writer.plain(key);
      const Value written = writer.take();
      if (written.is_failure()) return fail(written);
      entries.emplace_back(std::string(written.view()), map.find(key).value_or(Value()));
    }
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    text("{");
    for (std::size_t i = 0; i < entries.size() && !failed(); ++i) {
      if (i != 0) text(", ");
      text(entries[i].first);
      text(": ");
      plain(entries[i].second);
    }
    text("}");
  }

  Budget& budget_;
  std::string out_;
  Value failure_;
};

struct Clause {
  char letter = 0;
  std::size_t precision = 6;
  std::size_t length = 0;  // 0: none
  std::string problem = {};
};

// What follows a '%'.
Clause read_clause(std::string_view text) {
  Clause clause;
  std::size_t at = 0;
  if (text.starts_with('.')) {
    clause.precision = 0;
    for (at = 1; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      clause.precision = clause.precision * 10 + static_cast<std::size_t>(text[at] - '0');
      if (clause.precision > kMostPrecision) return {.problem = "precision too large"};
    }
    if (at == 1) return {.problem = "could not parse formatting clause: precision without digits"};
  }
  if (at >= text.size()) return {.problem = "unexpected end of string"};
  clause.letter = text[at];
  clause.length = at + 1;
  if (std::string_view("sdfebxXo").find(clause.letter) == std::string_view::npos)
    clause.problem =
        fmt::format("could not parse formatting clause: unrecognized formatting clause \"{}\"", clause.letter);
  return clause;
}

void in_base(Writer& writer, const Value& value, const char* positive) {
  // A negative number is its sign and its magnitude, as Go prints it.
  if (const auto* v = value.get<std::int64_t>()) {
    const std::uint64_t magnitude = *v < 0 ? 0 - static_cast<std::uint64_t>(*v) : static_cast<std::uint64_t>(*v);
    if (*v < 0) writer.text("-");
    return writer.text(fmt::format(fmt::runtime(positive), magnitude));
  }
  writer.text(fmt::format(fmt::runtime(positive), *value.get<std::uint64_t>()));
}

bool is_whole(const Value& value) {
  return value.get<std::int64_t>() != nullptr || value.get<std::uint64_t>() != nullptr;
}

void hexadecimal(Writer& writer, const Value& value, bool upper) {
  if (is_whole(value)) return in_base(writer, value, upper ? "{:X}" : "{:x}");
  if (value.get<Text>() == nullptr && value.get<Bytes>() == nullptr)
    return writer.fail(
        failed("only integers, byte buffers, and strings can be formatted as hex, was given " + type_name(value)));
  for (const char c : value.view()) {
    const auto byte = static_cast<unsigned char>(c);
    writer.text(upper ? fmt::format("{:02X}", byte) : fmt::format("{:02x}", byte));
    if (writer.failed()) return;
  }
}

void real(Writer& writer, const Value& value, const Clause& clause) {
  const auto* v = value.get<double>();
  const bool fixed = clause.letter == 'f';
  if (v == nullptr)
    return writer.fail(failed(fmt::format("{} clause can only be used on doubles, was given {}",
                                          fixed ? "fixed-point" : "scientific", type_name(value))));
  if (!std::isfinite(*v)) return writer.text(of_real(*v));
  writer.text(fixed ? fmt::format("{:.{}f}", *v, clause.precision) : fmt::format("{:.{}e}", *v, clause.precision));
}

void clause_text(Writer& writer, const Value& value, const Clause& clause) {
  const auto* number = value.get<double>();
  switch (clause.letter) {
    case 's': return writer.plain(value);
    case 'd':
      if (is_whole(value) || (number != nullptr && !std::isfinite(*number))) return writer.plain(value);
      return writer.fail(failed("decimal clause can only be used on integers, was given " + type_name(value)));
    case 'b':
      if (const auto* v = value.get<bool>()) return writer.text(*v ? "1" : "0");
      if (is_whole(value)) return in_base(writer, value, "{:b}");
      return writer.fail(failed("only integers and bools can be formatted as binary, was given " + type_name(value)));
    case 'o':
      if (is_whole(value)) return in_base(writer, value, "{:o}");
      return writer.fail(failed("octal clause can only be used on integers, was given " + type_name(value)));
    case 'x':
    case 'X': return hexadecimal(writer, value, clause.letter == 'X');
    default: return real(writer, value, clause);
  }
}

Value format(const Call& call) {
  std::string_view rest = call.text(0);
  const List& arguments = call.list(1);
  Writer writer(call.budget);
  std::size_t next = 0;
  while (!writer.failed()) {
    const std::size_t mark = rest.find('%');
    writer.text(rest.substr(0, mark));
    if (mark == std::string_view::npos) break;
    rest.remove_prefix(mark + 1);
    if (rest.starts_with('%')) {
      writer.text("%");
      rest.remove_prefix(1);
      continue;
    }
    const Clause clause = read_clause(rest);
    if (!clause.problem.empty()) return Value::failure(clause.problem);
    rest.remove_prefix(clause.length);
    if (next >= arguments.size()) return Value::failure(fmt::format("index {} out of range", next));
    clause_text(writer, arguments.at(next++), clause);
  }
  return writer.take();
}

Value quote(const Call& call) {
  const std::string_view text = call.text(0);
  if (!call.budget.charge_text(2 * text.size())) return out_of_budget();
  constexpr std::string_view kEscaped = "\a\b\f\n\r\t\v\\\"", kLetters = "abfnrtv\\\"";
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = decode_utf8(text, at).length;
    const std::size_t escape = kEscaped.find(text[at]);
    if (length == 0) {
      out += "\xef\xbf\xbd";  // U+FFFD
    } else if (escape != std::string_view::npos) {
      out += '\\';
      out += kLetters[escape];
    } else {
      out += text.substr(at, length);
    }
    at += std::max<std::size_t>(1, length);
  }
  return Value::string(out + '"');
}

}  // namespace

void add_string_format(FunctionTable& table) {
  table.add("format", "string.(list(dyn))->string", format);
  table.add("strings.quote", "(string)->string", quote);
}

}  // namespace cel
