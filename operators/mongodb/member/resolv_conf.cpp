// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/member/resolv_conf.hpp"

namespace mongo::member {
namespace {

constexpr std::size_t kMost = 3;
constexpr std::string_view kBlanks = " \t\r";

std::string_view next_word(std::string_view& line) {
  const std::size_t begin = line.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return line = {};
  line.remove_prefix(begin);
  const std::size_t length = line.find_first_of(kBlanks);
  const std::string_view word = line.substr(0, length);
  line.remove_prefix(word.size());
  return word;
}

}  // namespace

std::vector<IpAddress> nameservers(std::string_view resolv_conf) {
  std::vector<IpAddress> found;
  while (!resolv_conf.empty() && found.size() < kMost) {
    const std::size_t end = resolv_conf.find('\n');
    std::string_view line = resolv_conf.substr(0, end);
    resolv_conf = end == std::string_view::npos ? std::string_view{} : resolv_conf.substr(end + 1);
    if (next_word(line) != "nameserver") continue;
    if (const auto address = parse_address(next_word(line))) found.push_back(*address);
  }
  if (found.empty()) found.push_back(*parse_address("127.0.0.1"));
  return found;
}

}  // namespace mongo::member
