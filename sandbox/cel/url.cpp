// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/url.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cel {
namespace {

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool escapes_are_good(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && (i + 2 >= text.size() || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0)) return false;
  }
  return true;
}

// Of a text whose escapes are good.
std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::optional<std::string> unescape_query(std::string_view text) {
  if (!escapes_are_good(text)) return std::nullopt;
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return unescape(spaced);
}

bool is_plain(char c, std::string_view also) {
  return is_alpha(c) || is_digit(c) || also.find(c) != std::string_view::npos;
}

// The path as written when all of it may be; otherwise decoded and escaped anew, by a narrower rule, as Go does.
std::string escape_path(std::string_view path) {
  constexpr std::string_view kMayBeWritten = "-_.~$&+,/:;=@!'()*[]%";
  constexpr std::string_view kWritten = "-_.~$&+,/:;=@";
  if (std::all_of(path.begin(), path.end(), [&](char c) { return is_plain(c, kMayBeWritten); }))
    return std::string(path);
  std::string out;
  for (const char c : unescape(path)) {
    if (is_plain(c, kWritten)) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

bool port_is_good(std::string_view port) {
  return port.empty() || (port.front() == ':' && std::all_of(port.begin() + 1, port.end(), is_digit));
}

bool host_is_good(std::string_view host) {
  if (host.starts_with('[')) {
    const std::size_t end = host.rfind(']');
    return end != std::string_view::npos && port_is_good(host.substr(end + 1));
  }
  constexpr std::string_view kBad = " \"#%/<>?@[\\]^`{|}";
  if (host.find_first_of(kBad) != std::string_view::npos) return false;
  const std::size_t colon = host.rfind(':');
  return colon == std::string_view::npos || port_is_good(host.substr(colon));
}

// The length of "https" before its colon; 0 when the text begins with no scheme.
std::size_t scheme_length(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ':') return i;
    if (!is_alpha(c) && (i == 0 || (!is_digit(c) && c != '+' && c != '-' && c != '.'))) return 0;
  }
  return 0;
}

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
  const bool has_control =
      std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (text.empty() || has_control || text.front() == ':') return std::nullopt;
  Url url{.text = std::string(text), .scheme = {}, .host = {}, .escaped_path = {}, .raw_query = {}};
  std::string_view rest = text.substr(0, text.find('#'));
  if (const std::size_t length = scheme_length(rest); length > 0) {
    url.scheme = rest.substr(0, length);
    std::transform(url.scheme.begin(), url.scheme.end(), url.scheme.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    rest.remove_prefix(length + 1);
  }
  if (const std::size_t mark = rest.find('?'); mark != std::string_view::npos) {
    url.raw_query = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
  }
  if (text == "*") return url;
  if (!rest.starts_with('/')) {
    // An opaque URI (mailto:x) has no host and no path; without a scheme it is a relative reference.
    if (url.scheme.empty()) return std::nullopt;
    return url;
  }
  if ((!url.scheme.empty() || !rest.starts_with("///")) && rest.starts_with("//")) {
    std::string_view authority = rest.substr(2, rest.substr(2).find('/'));
    rest.remove_prefix(2 + authority.size());
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
      if (!escapes_are_good(authority.substr(0, at))) return std::nullopt;
      authority.remove_prefix(at + 1);
    }
    if (!host_is_good(authority)) return std::nullopt;
    url.host = authority;
  }
  if (!escapes_are_good(rest)) return std::nullopt;
  url.escaped_path = escape_path(rest);
  return url;
}

std::string hostname(const Url& url) {
  std::string_view host = url.host;
  host.remove_suffix(port(url).size() + (port(url).empty() ? 0 : 1));
  if (host.ends_with(':')) host.remove_suffix(1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return std::string(host);
}

std::string port(const Url& url) {
  const std::size_t colon = url.host.rfind(':');
  if (colon == std::string::npos || url.host.find(']', colon) != std::string::npos) return "";
  return url.host.substr(colon + 1);
}

std::map<std::string, std::vector<std::string>> query(const Url& url) {
  std::map<std::string, std::vector<std::string>> out;
  std::string_view rest = url.raw_query;
  while (!rest.empty()) {
    const std::size_t end = rest.find('&');
    const std::string_view pair = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (pair.empty() || pair.find(';') != std::string_view::npos) continue;
    const std::size_t equals = pair.find('=');
    const auto key = unescape_query(pair.substr(0, equals));
    const auto value = unescape_query(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1));
    if (key && value) out[*key].push_back(*value);
  }
  return out;
}

}  // namespace cel
