// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/io/log_sink.hpp"

#include <fmt/format.h>

#include "libk8s/base/system_clock.hpp"
#include "sandbox/simmongod/bson_text.hpp"

namespace simmongod {

LogSink::~LogSink() {
  if (file_ != nullptr) std::fclose(file_);
}

bool LogSink::open(const std::string& path, bool append) {
  file_ = std::fopen(path.c_str(), append ? "ae" : "we");
  return file_ != nullptr;
}

void LogSink::line(const std::string& text) {
  std::FILE* const to = file_ != nullptr ? file_ : stdout;
  std::fwrite(text.data(), 1, text.size(), to);
  std::fputc('\n', to);
  std::fflush(to);
}

void LogSink::say(const Words& words, const mongo::bson::Document& attributes) {
  const std::string date = k8s::to_rfc3339_micro(k8s::SystemClock().wall()).substr(0, 23) + "+00:00";
  line(
      fmt::format(R"({{"t":{{"$date":"{}"}},"s":"{}",  "c":{:<11}"id":{:<8}"ctx":"initandlisten","msg":{},"attr":{}}})",
                  date, words.severity, "\"" + std::string(words.component) + "\",", std::to_string(words.id) + ",",
                  json_string(words.message), relaxed_json(attributes)));
}

}  // namespace simmongod
