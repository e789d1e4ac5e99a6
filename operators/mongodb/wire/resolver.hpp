// SPDX-License-Identifier: Apache-2.0
// Which addresses has a name? A slot: operators dial the address of an observed pod, so only tools that start from a
// connection string need one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "libk8s/base/result.hpp"

namespace mongo {

class Resolver {
 public:
  using Ticket = std::uint64_t;
  using Callback = std::function<void(k8s::Result<std::vector<std::string>>)>;

  virtual ~Resolver() = default;
  // Addresses as text, the preferred first. Calls back once on the loop, never within resolve(); it has a deadline of
  // its own.
  virtual Ticket resolve(const std::string& host, Callback callback) = 0;
  // The callback will not be called. Harmless when it has been.
  virtual void cancel(Ticket ticket) = 0;
};

}  // namespace mongo
