// SPDX-License-Identifier: Apache-2.0
// Files and a clock that a test holds in its hand.
#pragma once

#include <map>
#include <string>

#include "libk8s/auth/files.hpp"
#include "libk8s/base/clock.hpp"

namespace k8s::testing {

class FakeFiles final : public Files {
 public:
  Result<std::string> read(const std::string& path) override {
    ++reads;
    const auto found = content.find(path);
    if (found == content.end())
      return Error{.code = Code::not_found, .message = "cannot read " + path + ": No such file or directory"};
    return found->second;
  }
  std::map<std::string, std::string> content;
  int reads = 0;
};

class FakeClock final : public Clock {
 public:
  Monotonic monotonic() const override { return now; }
  Wall wall() const override { return {}; }
  Monotonic now{};
};

}  // namespace k8s::testing
