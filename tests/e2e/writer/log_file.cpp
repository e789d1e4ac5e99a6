// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/writer/log_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

namespace e2e::writer {

k8s::Result<LogFile> LogFile::open(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) return k8s::Error{.code = k8s::Code::unavailable, .message = path + ": " + std::strerror(errno)};
  return LogFile(file);
}

LogFile::LogFile(LogFile&& other) noexcept : file_(std::exchange(other.file_, -1)), counts_(other.counts_) {}

LogFile::~LogFile() {
  if (file_ >= 0) ::close(file_);
}

void LogFile::write(EventKind kind, const std::string& id) {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const std::string line = to_line(
      Event{.kind = kind, .id = id, .at_us = std::chrono::duration_cast<std::chrono::microseconds>(now).count()});
  const auto written = ::write(file_, line.data(), line.size());
  // A log with holes would prove nothing.
  k8s::check(written == static_cast<ssize_t>(line.size()), "the event log cannot be written");
  if (is_counter(id)) return;
  counts_.acknowledged += kind == EventKind::ok ? 1 : 0;
  counts_.failed += kind == EventKind::fail ? 1 : 0;
  counts_.unknown += kind == EventKind::unknown ? 1 : 0;
}

}  // namespace e2e::writer
