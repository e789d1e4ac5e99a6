// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "operators/mongodb/member/log_line.hpp"

namespace mongo::member {

void StderrLog::write(k8s::LogLevel level, std::string_view message, std::initializer_list<k8s::LogField> fields) {
  std::string line = log_line(clock_.wall(), context_, level, message, fields);
  line += '\n';
  // One write per line, so that mongod's lines do not come between. There is nobody to tell if it fails.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace mongo::member
