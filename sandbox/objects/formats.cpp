// SPDX-License-Identifier: Apache-2.0
// One expression or one small function per format.
#include "sandbox/objects/formats.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "sandbox/objects/pattern.hpp"

namespace objects {
namespace {

struct Form {
  std::string_view format;
  std::string_view expression;  // empty: a function, or anything goes
};

constexpr std::array kForms = {
    Form{"uri", ""},
    Form{"email", "^[^@\\s<>,;]+@[^@\\s<>,;]+$"},
    Form{"hostname",
         "^([a-zA-Z0-9](-?[a-zA-Z0-9]{0,62})?|([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\\.)+[a-zA-Z]{2,63})$"},
    Form{"ipv4", ""},
    Form{"ipv6", ""},
    Form{"cidr", ""},
    Form{"mac",
         "^([0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}|[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){7}|"
         "[0-9a-fA-F]{4}(\\.[0-9a-fA-F]{4}){2}|[0-9a-fA-F]{4}(\\.[0-9a-fA-F]{4}){3})$"},
    Form{"uuid", "(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$"},
    Form{"uuid3", "(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$"},
    Form{"uuid4", "(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$"},
    Form{"uuid5", "(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$"},
    Form{"bsonobjectid", "(?i)^[0-9a-f]{24}$"},
    Form{"ssn", "^\\d{3}[- ]?\\d{2}[- ]?\\d{4}$"},
    Form{"hexcolor", "^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$"},
    Form{"rgbcolor",
         "^rgb\\(\\s*(25[0-5]|2[0-4]\\d|1?\\d?\\d)\\s*,\\s*(25[0-5]|2[0-4]\\d|1?\\d?\\d)\\s*,\\s*"
         "(25[0-5]|2[0-4]\\d|1?\\d?\\d)\\s*\\)$"},
    Form{"byte", "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"},
    Form{"password", ""},
    Form{"date", ""},
    Form{"datetime", ""},
    Form{"duration",
         "^[-+]?((\\d+(\\.\\d*)?|\\.\\d+)(ns|us|\xc2\xb5s|ms|s|m|h))+$|^[-+]?0$|"
         "^\\s*(\\d+\\s*(ns|nanos?|nanoseconds?|us|\xc2\xb5s|micros?|microseconds?|ms|millis?|milliseconds?|s|secs?|"
         "seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?)\\s*)+$"},
    Form{"k8s-short-name", "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"},
    Form{"k8s-long-name", "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$"},
};

// "date-time" and "datetime" are one.
std::string_view canonical(std::string_view format) {
  return format == "date-time" ? "datetime" : format;
}

const Form* form_of(std::string_view format) {
  const auto found = std::ranges::find(kForms, canonical(format), &Form::format);
  return found == kForms.end() ? nullptr : &*found;
}

bool fits(std::string_view expression, std::string_view text) {
  const k8s::Result<Pattern> pattern = Pattern::compile(expression);
  return pattern && pattern->matches(text);
}

int two_digits(std::string_view text, std::size_t at) {
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

bool is_date(std::string_view text) {
  if (!fits("^\\d{4}-\\d\\d-\\d\\d$", text)) return false;
  const int year = two_digits(text, 0) * 100 + two_digits(text, 2);
  const int month = two_digits(text, 5);
  const int day = two_digits(text, 8);
  constexpr std::array kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

bool is_date_time(std::string_view text) {
  if (text.size() < 11 || (text[10] != 'T' && text[10] != 't')) return false;
  return is_date(text.substr(0, 10)) &&
         fits("(?i)^([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d+)?(z|[+-]\\d{2}:\\d{2})$", text.substr(11));
}

bool is_uri(std::string_view text) {
  const bool control =
      std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
  return !control && fits("^(/|[a-zA-Z][a-zA-Z0-9+.-]*:)[^ ]*", text);
}

bool is_cidr(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || !fits("^(0|[1-9]\\d{0,2})$", text.substr(slash + 1))) return false;
  const int bits = std::stoi(std::string(text.substr(slash + 1)));
  const std::string_view address = text.substr(0, slash);
  return (is_ipv4(address) && bits <= 32) || (is_ipv6(address) && bits <= 128);
}

}  // namespace

bool is_ipv4(std::string_view text) {
  return fits("^((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)){3})$", text);
}

bool is_ipv6(std::string_view text) {
  if (!fits("^[0-9a-fA-F:]*(:(\\d+\\.){3}\\d+)?$", text)) return false;
  std::string_view groups = text;
  int count = 0;
  if (const auto dot = text.find('.'); dot != std::string_view::npos) {
    const auto colon = text.rfind(':');
    if (!is_ipv4(text.substr(colon + 1))) return false;
    groups = text.substr(0, colon + (colon > 0 && text[colon - 1] == ':' ? 1 : 0));
    count = 2;
  }
  const bool gap = groups.find("::") != std::string_view::npos;
  if (gap && groups.find("::", groups.find("::") + 1) != std::string_view::npos) return false;
  if (!fits("^(::|([0-9a-fA-F]{1,4}(::?[0-9a-fA-F]{1,4})*(::)?)|::[0-9a-fA-F]{1,4}(:[0-9a-fA-F]{1,4})*)$", groups)) {
    return false;
  }
  bool inside = false;
  for (const char c : groups) {
    if (c != ':' && !inside) ++count;
    inside = c != ':';
  }
  return gap ? count < 8 : count == 8;
}

bool is_checked_format(std::string_view format) {
  return form_of(format) != nullptr;
}

bool fits_format(std::string_view format, std::string_view text) {
  const Form* form = form_of(format);
  if (form == nullptr) return true;
  const std::string_view name = form->format;
  if (name == "uri") return is_uri(text);
  if (name == "ipv4") return is_ipv4(text);
  if (name == "ipv6") return is_ipv6(text);
  if (name == "cidr") return is_cidr(text);
  if (name == "date") return is_date(text);
  if (name == "datetime") return is_date_time(text);
  if (name == "k8s-long-name" && text.size() > 253) return false;
  return form->expression.empty() || fits(form->expression, text);
}

}  // namespace objects
