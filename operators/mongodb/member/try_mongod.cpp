// SPDX-License-Identifier: Apache-2.0
// Does mongod run on this node at all? Another architecture or a missing instruction shows before any configuration is
// read.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "operators/mongodb/member/descriptor.hpp"
#include "operators/mongodb/member/mongod_command.hpp"
#include "operators/mongodb/member/subcommands.hpp"

namespace mongo::member {
namespace {

constexpr std::size_t kKept = 2'000;

std::string read_all(const Descriptor& pipe) {
  std::string text;
  std::array<char, 4'096> buffer = {};
  for (;;) {
    const ssize_t count = ::read(pipe.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text.substr(0, kKept);
    // What is not kept is read all the same, so that the child never waits for us.
    if (text.size() < kKept) text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace

std::string try_mongod(const std::string& mongod) {
  std::array<int, 2> ends = {};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return "no pipe for a trial run of mongod";
  const Descriptor from_child(ends[0]);
  Descriptor to_parent(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) return "no process for a trial run of mongod";
  if (child == 0) {
    ::dup2(to_parent.get(), STDOUT_FILENO);
    ::dup2(to_parent.get(), STDERR_FILENO);
    ::execl(mongod.c_str(), mongod.c_str(), "--version", static_cast<char*>(nullptr));
    constexpr std::string_view kFailed = "it cannot be executed here, perhaps it is for another architecture";
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, kFailed.data(), kFailed.size());
    ::_exit(kExitCannotRun);
  }
  to_parent.reset();
  const std::string output = read_all(from_child);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return why_it_does_not_run(status, output);
}

}  // namespace mongo::member
