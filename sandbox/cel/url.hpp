// SPDX-License-Identifier: Apache-2.0
// What does url("https://host:80/path?q=1") hold? The parts of an absolute URI or an absolute path, split as Go's
// net/url does.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cel {

struct Url {
  std::string text;
  std::string scheme;
  std::string host;  // with the port
  std::string escaped_path;
  std::string raw_query;
  bool operator==(const Url& other) const { return text == other.text; }
};

// Nothing for what url.ParseRequestURI refuses: relative references, bad escapes, bad hosts and ports.
std::optional<Url> parse_url(std::string_view text);

std::string hostname(const Url& url);  // without the port, without the brackets of an IPv6 address
std::string port(const Url& url);      // "" when there is none
// Decoded; pairs with bad escapes are left out.
std::map<std::string, std::vector<std::string>> query(const Url& url);

}  // namespace cel
