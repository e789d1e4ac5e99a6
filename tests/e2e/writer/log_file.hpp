// SPDX-License-Identifier: Apache-2.0
// Where do events go? To a file, one write per line, so that what a killed writer has said stays said.
#pragma once

#include <cstdint>
#include <string>

#include "libk8s/base/result.hpp"
#include "tests/e2e/writer/event_log.hpp"

namespace e2e::writer {

struct Counts {
  std::int64_t acknowledged = 0;
  std::int64_t failed = 0;
  std::int64_t unknown = 0;
};

class LogFile {
 public:
  // Appends.
  static k8s::Result<LogFile> open(const std::string& path);
  LogFile(LogFile&& other) noexcept;
  LogFile& operator=(LogFile&&) = delete;
  ~LogFile();

  // Stamped with now. The increments of the counter are not in the counts.
  void write(EventKind kind, const std::string& id);
  const Counts& counts() const { return counts_; }

 private:
  explicit LogFile(int file) : file_(file) {}

  int file_ = -1;
  Counts counts_;
};

}  // namespace e2e::writer
