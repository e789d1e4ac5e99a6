// SPDX-License-Identifier: Apache-2.0
// Which members are there now? A file of lines "name ip:port" that may change while the writer runs; whoever changes it
// renames a new file over it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace e2e::writer {

struct MemberAddress {
  std::string name;
  std::string host;  // an address; an IPv6 one stands in brackets in the file
  std::uint16_t port = 27017;

  bool operator==(const MemberAddress&) const = default;
};

// Empty lines, lines that begin with '#', and lines that are malformed are skipped.
std::vector<MemberAddress> parse_members(std::string_view text);

// The members as the file has them now. Reads it again when it is another file or has another time of change.
class MembersFile {
 public:
  explicit MembersFile(std::string path) : path_(std::move(path)) {}
  // True when the members are other ones than before.
  bool look();
  const std::vector<MemberAddress>& members() const { return members_; }

 private:
  std::string path_;
  std::int64_t seen_ = 0;
  std::vector<MemberAddress> members_;
};

}  // namespace e2e::writer
