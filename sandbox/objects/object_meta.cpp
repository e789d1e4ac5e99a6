// SPDX-License-Identifier: Apache-2.0
// The rules for names, labels and annotations.
#include "sandbox/objects/object_meta.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace objects {
namespace {

using Problems = std::vector<std::string>;
constexpr std::size_t kMostAnnotationBytes = 256 * 1024;

bool is_lower(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool is_alnum(char c) {
  return is_lower(c) || (c >= 'A' && c <= 'Z');
}

bool is_dns_label(std::string_view text) {
  return !text.empty() && is_lower(text.front()) && is_lower(text.back()) &&
         std::ranges::all_of(text, [](char c) { return is_lower(c) || c == '-'; });
}

bool is_name_part(std::string_view text) {
  return !text.empty() && is_alnum(text.front()) && is_alnum(text.back()) &&
         std::ranges::all_of(text, [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

void too_long(std::string_view text, std::size_t most, const char* prefix, Problems& out) {
  if (text.size() > most) out.push_back(fmt::format("{}must be no more than {} bytes", prefix, most));
}

std::string regex_note(std::string_view what, std::string_view examples, std::string_view expression) {
  return fmt::format("{} (e.g. {}, regex used for validation is '{}')", what, examples, expression);
}

constexpr std::string_view kLabel =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    "an alphanumeric character";
constexpr std::string_view kSubdomain =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character";
constexpr std::string_view kName =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
    "character";
constexpr std::string_view kLabelValue =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end with an alphanumeric character";
constexpr std::string_view kDns1035 =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
    "and end with an alphanumeric character";

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

}  // namespace

Problems dns1123_label_problems(std::string_view text) {
  Problems out;
  too_long(text, 63, "", out);
  if (!is_dns_label(text))
    out.push_back(regex_note(kLabel, "'my-name',  or '123-abc'", "[a-z0-9]([-a-z0-9]*[a-z0-9])?"));
  return out;
}

Problems dns1123_subdomain_problems(std::string_view text) {
  Problems out;
  too_long(text, 253, "", out);
  bool good = true;
  for (std::size_t at = 0; good && at <= text.size();) {
    const std::size_t dot = std::min(text.find('.', at), text.size());
    good = is_dns_label(text.substr(at, dot - at));
    at = dot + 1;
  }
  if (!good) {
    out.push_back(
        regex_note(kSubdomain, "'example.com'", "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"));
  }
  return out;
}

Problems dns1035_label_problems(std::string_view text) {
  Problems out;
  too_long(text, 63, "", out);
  if (!is_dns_label(text) || (text.front() >= '0' && text.front() <= '9')) {
    out.push_back(regex_note(kDns1035, "'my-name',  or 'abc-123'", "[a-z]([-a-z0-9]*[a-z0-9])?"));
  }
  return out;
}

Problems qualified_name_problems(std::string_view text) {
  Problems out;
  const auto slash = text.find('/');
  std::string_view part = text;
  if (slash != std::string_view::npos) {
    if (text.find('/', slash + 1) != std::string_view::npos) {
      return {"a qualified name " +
              regex_note(std::string(kName.substr(10)), "'MyName',  or 'my.name',  or '123-abc'",
                         "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]") +
              " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"};
    }
    if (slash == 0) {
      out.emplace_back("prefix part must be non-empty");
    } else {
      for (const std::string& problem : dns1123_subdomain_problems(text.substr(0, slash))) {
        out.push_back("prefix part " + problem);
      }
    }
    part = text.substr(slash + 1);
  }
  if (part.empty()) out.emplace_back("name part must be non-empty");
  too_long(part, 63, "name part ", out);
  if (!is_name_part(part)) {
    out.push_back(
        regex_note(kName, "'MyName',  or 'my.name',  or '123-abc'", "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"));
  }
  return out;
}

Problems label_value_problems(std::string_view text) {
  Problems out;
  too_long(text, 63, "", out);
  if (!text.empty() && !is_name_part(text)) {
    out.push_back(regex_note(kLabelValue, "'MyValue',  or 'my_value',  or '12345'",
                             "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?"));
  }
  return out;
}

Problems path_segment_problems(std::string_view text) {
  if (text == "." || text == "..") return {fmt::format("may not be '{}'", text)};
  Problems out;
  for (const char* illegal : {"/", "%"}) {
    if (text.find(illegal) != std::string_view::npos) out.push_back(fmt::format("may not contain '{}'", illegal));
  }
  return out;
}

std::vector<FieldError> validate_labels(const Value& labels, const std::string& path) {
  std::vector<FieldError> out;
  if (!labels.is_object()) return out;
  for (const auto& [key, value] : labels.items()) {
    for (const std::string& problem : qualified_name_problems(key)) out.push_back(field_invalid(path, key, problem));
    if (!value.is_string()) continue;
    for (const std::string& problem : label_value_problems(value.get_ref<const std::string&>())) {
      out.push_back(field_invalid(path, value, problem));
    }
  }
  return out;
}

std::vector<FieldError> validate_annotations(const Value& annotations, const std::string& path) {
  std::vector<FieldError> out;
  if (!annotations.is_object()) return out;
  std::size_t bytes = 0;
  for (const auto& [key, value] : annotations.items()) {
    for (const std::string& problem : qualified_name_problems(lower(key)))
      out.push_back(field_invalid(path, key, problem));
    bytes += key.size() + (value.is_string() ? value.get_ref<const std::string&>().size() : 0);
  }
  if (bytes > kMostAnnotationBytes) out.push_back(field_too_long(path, kMostAnnotationBytes));
  return out;
}

std::vector<FieldError> validate_object_meta(const Value& metadata, const std::string& path) {
  std::vector<FieldError> out;
  if (!metadata.is_object()) return out;
  const auto add = [&out](std::vector<FieldError> more) { out.insert(out.end(), more.begin(), more.end()); };
  add(validate_labels(metadata.value("labels", Value()), path + ".labels"));
  add(validate_annotations(metadata.value("annotations", Value()), path + ".annotations"));
  const Value owners = metadata.value("ownerReferences", Value::array());
  for (std::size_t i = 0; owners.is_array() && i < owners.size(); ++i) {
    const std::string at = fmt::format("{}.ownerReferences[{}]", path, i);
    for (const char* key : {"apiVersion", "kind", "name", "uid"}) {
      const Value given = owners[i].is_object() ? owners[i].value(key, Value("")) : Value("");
      if (given == "")
        out.push_back(
            field_invalid(at + "." + key, "",
                          key == std::string_view("apiVersion") ? "version must not be empty" : "must not be empty"));
    }
  }
  const Value finalizers = metadata.value("finalizers", Value::array());
  for (std::size_t i = 0; finalizers.is_array() && i < finalizers.size(); ++i) {
    if (!finalizers[i].is_string()) continue;
    for (const std::string& problem : qualified_name_problems(finalizers[i].get_ref<const std::string&>())) {
      out.push_back(field_invalid(fmt::format("{}.finalizers[{}]", path, i), finalizers[i], problem));
    }
  }
  return out;
}

}  // namespace objects
