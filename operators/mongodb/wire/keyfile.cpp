// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/wire/keyfile.hpp"

#include <string>

namespace mongo {
namespace {

constexpr std::size_t kLeast = 6;
constexpr std::size_t kMost = 1024;
constexpr std::string_view kSpace = " \t\r\n";

bool is_space(char c) {
  return kSpace.find(c) != std::string_view::npos;
}

bool is_key_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '=';
}

std::string_view trimmed(std::string_view line) {
  while (!line.empty() && is_space(line.front())) line.remove_prefix(1);
  while (!line.empty() && is_space(line.back())) line.remove_suffix(1);
  return line;
}

// A YAML comment starts a line, or follows white space; "#" is in no key.
std::string_view without_comment(std::string_view line) {
  return line.substr(0, line.find('#'));
}

bool starts_item(std::string_view line) {
  return line == "-" || line.starts_with("- ") || line.starts_with("-\t");
}

k8s::Error wrong(std::size_t which, std::string_view why) {
  return k8s::Error{.code = k8s::Code::invalid,
                    .message = "keyfile: key " + std::to_string(which) + " " + std::string(why)};
}

k8s::Result<k8s::SecretBytes> one_key(std::string_view text, std::size_t which) {
  text = trimmed(text);
  const bool quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.front() == text.back();
  if (quoted) text = text.substr(1, text.size() - 2);
  std::string key;
  // Longer than any key: growing would leave copies of it behind in freed memory.
  key.reserve(text.size());
  for (const char c : text) {
    if (is_space(c)) continue;
    if (!is_key_character(c)) return wrong(which, "has a character outside the base64 alphabet");
    key += c;
  }
  k8s::SecretBytes secret(std::move(key));
  if (secret.expose().size() < kLeast) return wrong(which, "is shorter than 6 characters");
  if (secret.expose().size() > kMost) return wrong(which, "is longer than 1024 characters");
  return secret;
}

}  // namespace

k8s::Result<std::vector<k8s::SecretBytes>> parse_keyfile(const k8s::SecretBytes& content) {
  std::vector<k8s::SecretBytes> texts;
  bool list = false;
  std::string_view rest = content.expose();
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = trimmed(without_comment(rest.substr(0, end)));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.empty() || (texts.empty() && line == "---")) continue;
    const bool item = starts_item(line);
    if (item && !list && !texts.empty()) return wrong(1, "is followed by a list");
    if (item || texts.empty()) {
      list = list || item;
      texts.emplace_back(std::string(item ? line.substr(1) : line));
    } else {
      texts.back() = k8s::SecretBytes(std::string(texts.back().expose()) + "\n" + std::string(line));
    }
  }
  if (texts.empty()) return k8s::Error{.code = k8s::Code::invalid, .message = "keyfile: there is no key"};
  std::vector<k8s::SecretBytes> keys;
  for (const k8s::SecretBytes& text : texts) {
    auto key = one_key(text.expose(), keys.size() + 1);
    if (!key) return key.error();
    keys.push_back(*std::move(key));
  }
  return keys;
}

}  // namespace mongo
