// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/replica_set/last_words.hpp"

#include "libk8s/json/value.hpp"

namespace mongodb {
namespace {

constexpr std::size_t kMost = 400;

using k8s::json::Value;

std::string text_at(const Value& object, const char* key) {
  if (!object.is_object()) return {};
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

// "error" is a string in some messages and a status document in others.
std::string error_of(const Value& entry) {
  const auto attributes = entry.find("attr");
  if (attributes == entry.end() || !attributes->is_object()) return {};
  const auto error = attributes->find("error");
  if (error == attributes->end()) return {};
  return error->is_string() ? error->get<std::string>() : text_at(*error, "errmsg");
}

struct Line {
  std::string words;
  bool is_failure = false;
  bool is_plain = false;
};

Line read(std::string_view text) {
  const auto entry = text.starts_with('{') ? k8s::json::parse_value(text) : k8s::Result<Value>{Value{}};
  const std::string message = entry ? text_at(*entry, "msg") : std::string{};
  if (message.empty()) return {.words = std::string(text), .is_plain = true};
  const std::string error = error_of(*entry);
  const std::string severity = text_at(*entry, "s");
  return {.words = error.empty() ? message : message + ": " + error, .is_failure = severity == "F" || severity == "E"};
}

std::string shortened(std::string words) {
  if (words.size() <= kMost) return words;
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(words[end]) & 0xC0U) == 0x80U) --end;  // not inside a character
  return words.substr(0, end) + "…";
}

}  // namespace

std::string last_words(std::string_view termination_message) {
  std::string last;
  bool plain = true;
  std::string_view rest = termination_message;
  while (!rest.empty()) {
    const std::size_t end = rest.find_last_of('\n');
    const std::string_view line = end == std::string_view::npos ? rest : rest.substr(end + 1);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(0, end);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    Line said = read(line);
    if (said.is_failure) return shortened(std::move(said.words));
    const bool is_first = last.empty();
    plain = plain && said.is_plain;
    if (is_first) {
      last = std::move(said.words);
    } else if (plain) {
      last = said.words + "; " + last;
    }
  }
  return shortened(std::move(last));
}

}  // namespace mongodb
