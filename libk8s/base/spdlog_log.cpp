// SPDX-License-Identifier: Apache-2.0
#include "libk8s/base/spdlog_log.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace k8s {
namespace {

constexpr std::size_t kBufferedLines = 8192;

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warning: return spdlog::level::warn;
    case LogLevel::error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

bool needs_quotes(const std::string& value) {
  return value.empty() ||
         std::any_of(value.begin(), value.end(), [](char c) { return c <= ' ' || c == '"' || c == '='; });
}

// logfmt: quotes and control characters are escaped, so that one record is always one line.
void append_value(std::string& line, const std::string& value) {
  if (!needs_quotes(value)) {
    line += value;
    return;
  }
  line += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') line += '\\';
    if (c == '\n') {
      line += "\\n";
    } else if (static_cast<unsigned char>(c) < ' ') {
      line += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      line += c;
    }
  }
  line += '"';
}

}  // namespace

struct SpdlogLog::Sink {
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;
};

SpdlogLog::SpdlogLog(LogLevel least) : sink_(std::make_unique<Sink>()) {
  sink_->pool = std::make_shared<spdlog::details::thread_pool>(kBufferedLines, 1);
  sink_->logger = std::make_shared<spdlog::async_logger>("sagong", std::make_shared<spdlog::sinks::stderr_sink_st>(),
                                                         sink_->pool, spdlog::async_overflow_policy::overrun_oldest);
  sink_->logger->set_level(spdlog_level(least));
  sink_->logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %L %v", spdlog::pattern_time_type::utc);
  sink_->logger->flush_on(spdlog::level::info);
}

SpdlogLog::~SpdlogLog() = default;

void SpdlogLog::write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  if (!sink_->logger->should_log(spdlog_level(level))) return;
  std::string line{message};
  for (const LogField& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    append_value(line, field.value);
  }
  sink_->logger->log(spdlog_level(level), "{}", line);
}

std::size_t SpdlogLog::dropped() const {
  return sink_->pool->overrun_counter();
}

void SpdlogLog::flush() {
  sink_->logger->flush();
}

}  // namespace k8s
