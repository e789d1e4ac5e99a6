// SPDX-License-Identifier: Apache-2.0
// The Log port on spdlog: one line per record on stderr, written by spdlog's own thread from a bounded buffer that
// drops the oldest.
#pragma once

#include <memory>

#include "libk8s/base/log.hpp"

namespace spdlog {
class logger;
}

namespace k8s {

class SpdlogLog final : public Log {
 public:
  explicit SpdlogLog(LogLevel least = LogLevel::info);
  ~SpdlogLog() override;

  void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) override;
  // Lines lost because the buffer was full.
  std::size_t dropped() const;
  void flush();

 private:
  struct Sink;
  std::unique_ptr<Sink> sink_;
};

}  // namespace k8s
