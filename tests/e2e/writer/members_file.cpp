// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/writer/members_file.hpp"

#include <sys/stat.h>

#include <charconv>
#include <fstream>
#include <sstream>

namespace e2e::writer {

std::vector<MemberAddress> parse_members(std::string_view text) {
  std::vector<MemberAddress> members;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    MemberAddress member;
    std::string address;
    if (line.starts_with('#') || !(words >> member.name >> address)) continue;
    const std::size_t colon = address.rfind(':');
    if (colon == std::string::npos || colon == 0) continue;
    member.host = address.substr(0, colon);
    if (member.host.starts_with('[') && member.host.ends_with(']'))
      member.host = member.host.substr(1, member.host.size() - 2);
    const char* const end = address.data() + address.size();
    const auto [stopped, error] = std::from_chars(address.data() + colon + 1, end, member.port);
    if (error == std::errc{} && stopped == end && member.port != 0) members.push_back(std::move(member));
  }
  return members;
}

bool MembersFile::look() {
  struct stat info = {};
  if (::stat(path_.c_str(), &info) != 0) return false;
  // A rename brings another inode even within one tick of the file system's clock.
  const std::int64_t stamp =
      info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec + static_cast<std::int64_t>(info.st_ino) * 31;
  if (stamp == seen_) return false;
  seen_ = stamp;
  std::ifstream file(path_);
  std::ostringstream content;
  content << file.rdbuf();
  auto now = parse_members(content.str());
  if (now == members_) return false;
  members_ = std::move(now);
  return true;
}

}  // namespace e2e::writer
