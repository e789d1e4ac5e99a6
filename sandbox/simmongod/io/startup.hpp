// SPDX-License-Identifier: Apache-2.0
// What must be right before a member starts, and with which code does the process end when it is not?
//
//   keyfile or parameter wrong: 1   data directory missing or in use: 100   address in use: 48
#pragma once

#include <optional>

#include "sandbox/simmongod/io/log_sink.hpp"
#include "sandbox/simmongod/io/settings.hpp"
#include "sandbox/simmongod/ports.hpp"

namespace simmongod {

// Nothing: the reason was logged; exit with 1.
std::optional<Options> make_options(const Settings& settings, const std::string& version, LogSink& log);

// Holds mongod.lock of a data directory for as long as it lives.
class DirectoryLock {
 public:
  DirectoryLock() = default;
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

  // False: missing, or another process has it; logged; exit with 100.
  bool take(const std::string& directory, LogSink& log);

 private:
  int file_ = -1;
};

}  // namespace simmongod
