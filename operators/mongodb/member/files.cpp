// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/member/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "operators/mongodb/member/descriptor.hpp"

namespace mongo::member {
namespace {

constexpr std::size_t kLargestProgram = 256u << 20;

k8s::Error system_error(const std::string& doing) {
  const int number = errno;
  return k8s::Error{.code = number == ENOENT ? k8s::Code::not_found : k8s::Code::unavailable,
                    .message = doing + ": " + std::strerror(number)};
}

k8s::Result<void> write_all(int file, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return system_error("write " + path);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

k8s::Result<void> write_new(const std::string& path, std::string_view content, mode_t mode) {
  const Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)};
  if (!file) return system_error("create " + path);
  if (const auto written = write_all(file.get(), content, path); !written) return written;
  // The umask may have taken bits away.
  if (::fchmod(file.get(), mode) != 0) return system_error("chmod " + path);
  if (::fsync(file.get()) != 0) return system_error("flush " + path);
  return {};
}

}  // namespace

k8s::Result<std::string> read_file(const std::string& path, std::size_t max_bytes) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file) return system_error("open " + path);
  std::string content;
  std::array<char, 65'536> buffer = {};
  for (;;) {
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error("read " + path);
    if (count == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(count));
    if (content.size() > max_bytes) return k8s::Error{.code = k8s::Code::invalid, .message = path + " is too large"};
  }
}

k8s::Result<k8s::SecretBytes> read_secret_file(const std::string& path) {
  auto content = read_file(path);
  if (!content) return content.error();
  return k8s::SecretBytes(*std::move(content));
}

k8s::Result<void> put_file(const std::string& path, std::string_view content, mode_t mode) {
  const std::string beside = path + ".new";
  ::unlink(beside.c_str());
  if (const auto written = write_new(beside, content, mode); !written) {
    ::unlink(beside.c_str());
    return written;
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) {
    const k8s::Error error = system_error("rename " + beside + " to " + path);
    ::unlink(beside.c_str());
    return error;
  }
  return {};
}

k8s::Result<void> install_self(const std::string& path) {
  const auto program = read_file("/proc/self/exe", kLargestProgram);
  if (!program) return program.error();
  return put_file(path, *program, 0555);
}

}  // namespace mongo::member
