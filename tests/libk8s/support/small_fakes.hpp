// SPDX-License-Identifier: Apache-2.0
// Chance with a seed, and a log that tests can read.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "libk8s/base/log.hpp"
#include "libk8s/base/random.hpp"

namespace k8s::test {

// SplitMix64.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed = 1) : state_(seed) {}
  std::uint64_t next() override {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

class MemoryLog final : public Log {
 public:
  void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) override {
    std::string line{message};
    for (const LogField& field : fields) line += " " + std::string{field.key} + "=" + field.value;
    lines.push_back(std::move(line));
    if (level == LogLevel::error) ++errors;
  }
  std::size_t count(std::string_view words) const {
    return static_cast<std::size_t>(std::count_if(
        lines.begin(), lines.end(), [&](const std::string& line) { return line.find(words) != std::string::npos; }));
  }

  std::vector<std::string> lines;
  int errors = 0;
};

}  // namespace k8s::test
