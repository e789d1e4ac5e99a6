// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "libk8s/auth/files.hpp"

namespace k8s {
namespace {

constexpr std::size_t kMaxBytes = 4u << 20;

Error cannot_read(const std::string& path, int why) {
  const Code code = why == ENOENT || why == ENOTDIR ? Code::not_found
                    : why == EACCES || why == EPERM ? Code::forbidden
                                                    : Code::unavailable;
  return {.code = code, .message = fmt::format("cannot read {}: {}", path, std::strerror(why))};
}

}  // namespace

Result<std::string> SystemFiles::read(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return cannot_read(path, errno);
  std::string content;
  std::array<char, 8192> buffer{};
  ssize_t got = 0;
  do {
    got = ::read(fd, buffer.data(), buffer.size());
    if (got > 0) content.append(buffer.data(), static_cast<std::size_t>(got));
  } while ((got > 0 && content.size() <= kMaxBytes) || (got < 0 && errno == EINTR));
  const int why = got < 0 ? errno : 0;
  ::close(fd);
  if (why != 0) return cannot_read(path, why);
  if (content.size() > kMaxBytes)
    return Error{.code = Code::invalid, .message = fmt::format("{} is larger than {} bytes", path, kMaxBytes)};
  return content;
}

}  // namespace k8s
