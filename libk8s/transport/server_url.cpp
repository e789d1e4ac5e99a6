// SPDX-License-Identifier: Apache-2.0
#include "libk8s/transport/server_url.hpp"

#include <charconv>

#include <fmt/format.h>

namespace k8s {
namespace {

Error refused(std::string_view text, std::string_view why) {
  return Error{.code = Code::invalid,
               .message = fmt::format(
                   "\"{}\" is not the address of an API server: {}; expected https://HOST[:PORT][/PREFIX]", text, why)};
}

}  // namespace

std::string ServerUrl::text() const {
  return fmt::format("{}://{}:{}{}", tls ? "https" : "http", host, port, prefix);
}

bool ServerUrl::is_loopback() const {
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

Result<ServerUrl> parse_server_url(std::string_view text) {
  ServerUrl url;
  std::string_view rest = text;
  if (const std::size_t scheme = rest.find("://"); scheme != std::string_view::npos) {
    const std::string_view word = rest.substr(0, scheme);
    if (word != "https" && word != "http") return refused(text, fmt::format("its scheme is \"{}\"", word));
    url.tls = word == "https";
    rest.remove_prefix(scheme + 3);
  }
  url.port = url.tls ? 443 : 80;
  if (rest.find_first_of("@?# \t\r\n\\") != std::string_view::npos)
    return refused(text, "it has user info, a query, a fragment or spaces");
  const std::size_t slash = rest.find('/');
  std::string_view authority = rest.substr(0, slash);
  if (slash != std::string_view::npos) url.prefix = std::string{rest.substr(slash)};
  while (url.prefix.ends_with('/')) url.prefix.pop_back();

  std::size_t colon = authority.rfind(':');
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return refused(text, "its \"[\" is not closed");
    colon = close + 1 < authority.size() ? close + 1 : std::string_view::npos;
  }
  if (colon != std::string_view::npos) {
    const std::string_view port = authority.substr(colon + 1);
    const auto [stop, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (authority[colon] != ':' || error != std::errc{} || stop != port.data() + port.size() || url.port == 0) {
      return refused(text, "its port is no number from 1 to 65535");
    }
    authority = authority.substr(0, colon);
  }
  if (authority.empty() || (authority.find(':') != std::string_view::npos && !authority.starts_with('['))) {
    return refused(text, "its host is missing, or an IPv6 address without brackets");
  }
  url.host = std::string{authority};
  return url;
}

}  // namespace k8s
