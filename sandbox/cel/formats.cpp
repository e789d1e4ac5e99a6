// SPDX-License-Identifier: Apache-2.0
// format.dns1123Label().validate(text): what is wrong with the text, or optional.none().
#include <fmt/format.h>

#include <array>

#include "libk8s/auth/base64.hpp"
#include "sandbox/cel/functions.hpp"
#include "sandbox/cel/opaque.hpp"
#include "sandbox/cel/time.hpp"

namespace cel {
namespace {

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alnum(char c) {
  return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z');
}

// Letters and digits, in between also characters of `inside`; at least one.
bool is_word(std::string_view text, std::string_view inside, bool lower) {
  const auto edge = [&](char c) { return lower ? is_lower(c) || is_digit(c) : is_alnum(c); };
  if (text.empty() || !edge(text.front()) || !edge(text.back())) return false;
  for (const char c : text) {
    if (!edge(c) && inside.find(c) == std::string_view::npos) return false;
  }
  return true;
}

bool is_subdomain(std::string_view text) {
  for (;;) {
    const std::size_t dot = text.find('.');
    if (!is_word(text.substr(0, dot), "-", true)) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

using Problems = std::vector<std::string>;

void at_most(Problems& problems, std::string_view text, std::size_t most, std::string_view what = "") {
  if (text.size() > most) problems.push_back(fmt::format("{}must be no more than {} characters", what, most));
}

constexpr std::string_view kLabel =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    "an "
    "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
constexpr std::string_view kSubdomain =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end "
    "with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
constexpr std::string_view kLabel1035 =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
    "and end "
    "with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
    "'[a-z]([-a-z0-9]*[a-z0-9])?')";
constexpr std::string_view kName =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
    "(e.g. "
    "'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
constexpr std::string_view kLabelValue =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end "
    "with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

void check_dns(Problems& problems, std::string_view text, std::string_view what) {
  const bool subdomain = what == "dns1123Subdomain";
  at_most(problems, text, subdomain ? 253 : 63);
  if (subdomain && !is_subdomain(text)) problems.emplace_back(kSubdomain);
  if (what == "dns1123Label" && !is_word(text, "-", true))
    problems.emplace_back(is_subdomain(text) ? "must not contain dots" : kLabel);
  if (what == "dns1035Label" && (!is_word(text, "-", true) || !is_lower(text.front())))
    problems.emplace_back(kLabel1035);
}

void check_qualified_name(Problems& problems, std::string_view text) {
  std::string_view name = text;
  if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
    const std::string_view prefix = text.substr(0, slash);
    name = text.substr(slash + 1);
    if (name.find('/') != std::string_view::npos) {
      problems.push_back(fmt::format(
          "a qualified name {} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')", kName));
      return;
    }
    Problems inner;
    check_dns(inner, prefix, "dns1123Subdomain");
    if (prefix.empty()) inner = {"must be non-empty"};
    for (const std::string& problem : inner) problems.push_back("prefix part " + problem);
  }
  if (name.empty()) problems.emplace_back("name part must be non-empty");
  at_most(problems, name, 63, "name part ");
  if (!is_word(name, "-_.", false)) problems.push_back(fmt::format("name part {}", kName));
}

bool is_uuid(std::string_view text) {
  constexpr std::array kGroups{8, 4, 4, 4, 12};
  for (std::size_t i = 0; i < kGroups.size(); ++i) {
    if (i != 0 && text.starts_with('-')) text.remove_prefix(1);
    for (int digit = 0; digit < kGroups[i]; ++digit) {
      if (text.empty() || std::string_view("0123456789abcdefABCDEF").find(text.front()) == std::string_view::npos)
        return false;
      text.remove_prefix(1);
    }
  }
  return text.empty();
}

bool is_base64(std::string_view text) {
  return !text.empty() && text.size() % 4 == 0 && text.find_first_of(" \t\r\n") == std::string_view::npos &&
         k8s::base64_decode(text).has_value();
}

// GenerateName makes a prefix: a dash at its end is not its end.
std::string without_trailing_dash(std::string_view text) {
  if (text.size() > 1 && text.ends_with('-')) return std::string(text.substr(0, text.size() - 2)) + "a";
  return std::string(text);
}

constexpr std::array<std::string_view, 13> kNames{"dns1123Label",
                                                  "dns1123Subdomain",
                                                  "dns1035Label",
                                                  "qualifiedName",
                                                  "dns1123LabelPrefix",
                                                  "dns1123SubdomainPrefix",
                                                  "dns1035LabelPrefix",
                                                  "labelValue",
                                                  "uri",
                                                  "uuid",
                                                  "byte",
                                                  "date",
                                                  "datetime"};

Problems problems_of(std::string_view format, std::string_view text) {
  Problems problems;
  if (format.starts_with("dns")) {
    const bool prefix = format.ends_with("Prefix");
    if (prefix) format.remove_suffix(6);
    check_dns(problems, prefix ? without_trailing_dash(text) : std::string(text), format);
  }
  if (format == "qualifiedName") check_qualified_name(problems, text);
  if (format == "labelValue") {
    at_most(problems, text, 63);
    if (!text.empty() && !is_word(text, "-_.", false)) problems.emplace_back(kLabelValue);
  }
  if (format == "uri" && !parse_url(text))
    problems.push_back(fmt::format("parse \"{}\": invalid URI for request", text));
  if (format == "uuid" && !is_uuid(text)) problems.emplace_back("does not match the UUID format");
  if (format == "byte" && !is_base64(text)) problems.emplace_back("invalid base64");
  if (format == "date" && !parse_timestamp(std::string(text) + "T00:00:00Z")) problems.emplace_back("invalid date");
  if (format == "datetime" && !parse_timestamp(text)) problems.emplace_back("invalid datetime");
  return problems;
}

Value validate(const Call& call) {
  if (!call.budget.charge((call.text(1).size() / 10 + 1) * 10)) return out_of_budget();
  std::vector<Value> items;
  for (std::string& problem : problems_of(std::get<NamedFormat>(call.opaque(0).value).name, call.text(1)))
    items.push_back(Value::string(std::move(problem)));
  return items.empty() ? Value::none() : Value::optional_of(Value::list(std::move(items)));
}

template <std::size_t I>
void add_named(FunctionTable& table) {
  table.add("format." + std::string(kNames[I]), "()->format",
            [](const Call&) { return Value::opaque(Opaque{NamedFormat{std::string(kNames[I])}}); });
  if constexpr (I + 1 < kNames.size()) add_named<I + 1>(table);
}

}  // namespace

void add_formats(FunctionTable& table) {
  table.add("validate", "format.(string)->optional(list(string))", validate);
  table.add("format.named", "(string)->optional(format)", [](const Call& call) {
    for (const std::string_view name : kNames) {
      if (name == call.text(0)) return Value::optional_of(Value::opaque(Opaque{NamedFormat{std::string(name)}}));
    }
    return Value::none();
  });
  add_named<0>(table);
}

}  // namespace cel
