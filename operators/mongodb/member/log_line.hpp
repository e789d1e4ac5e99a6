// SPDX-License-Identifier: Apache-2.0
// How does this program's log look? Like mongod's own, one JSON object per line, because both share one container's
// log:
//
//   {"t":{"$date":"2026-11-21T13:51:07.123456Z"},"s":"I","c":"SAGONG","ctx":"start","msg":"…","attr":{"key":"value"}}
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "libk8s/base/clock.hpp"
#include "libk8s/base/log.hpp"

namespace mongo::member {

// Without a final newline. Control characters and quotes are escaped; other bytes pass through.
std::string log_line(k8s::Wall now, std::string_view context, k8s::LogLevel level, std::string_view message,
                     std::initializer_list<k8s::LogField> fields);

// To standard error. `context` is the subcommand.
class StderrLog final : public k8s::Log {
 public:
  StderrLog(const k8s::Clock& clock, std::string_view context) : clock_(clock), context_(context) {}
  void write(k8s::LogLevel level, std::string_view message, std::initializer_list<k8s::LogField> fields) override;

 private:
  const k8s::Clock& clock_;
  std::string context_;
};

}  // namespace mongo::member
