// SPDX-License-Identifier: Apache-2.0
// FNV-1a, 64 bits: for telling one text from another in names and revisions. Not for anything an adversary chooses.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace k8s {

constexpr std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3u;
  }
  return hash;
}

// Ten characters that Kubernetes names accept.
inline std::string short_hash(std::string_view text) {
  constexpr std::string_view kAlphabet = "bcdfghjklmnpqrstvwxz2456789";  // no vowels: no words by accident
  std::uint64_t hash = fnv1a(text);
  std::string out(10, 'b');
  for (char& c : out) {
    c = kAlphabet[hash % kAlphabet.size()];
    hash /= kAlphabet.size();
  }
  return out;
}

}  // namespace k8s
