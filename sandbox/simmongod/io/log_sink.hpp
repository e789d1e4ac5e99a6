// SPDX-License-Identifier: Apache-2.0
// Where do log lines go: standard output, or the file of systemLog.path?
#pragma once

#include <cstdio>
#include <string>

#include "libk8s/base/clock.hpp"
#include "operators/mongodb/wire/bson.hpp"

namespace simmongod {

class LogSink {
 public:
  LogSink() = default;
  ~LogSink();
  LogSink(const LogSink&) = delete;
  LogSink& operator=(const LogSink&) = delete;

  // False: the file cannot be opened; lines stay on standard output.
  bool open(const std::string& path, bool append);
  void line(const std::string& text);
  // For what is said before there is a member: severity "I" or "E".
  struct Words {
    char severity = 'I';
    std::string_view component;
    int id = 0;
    std::string_view message;
  };
  void say(const Words& words, const mongo::bson::Document& attributes);

 private:
  std::FILE* file_ = nullptr;
};

}  // namespace simmongod
