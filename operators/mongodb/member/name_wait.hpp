// SPDX-License-Identifier: Apache-2.0
// Does the member's own name lead to its own pod yet? mongod looks itself up once when it reads its configuration:
// while DNS still holds the address of the pod before it, the member does not find itself and stays REMOVED.
#pragma once

#include <string>

#include "libk8s/base/clock.hpp"
#include "libk8s/base/log.hpp"
#include "libk8s/base/result.hpp"
#include "operators/mongodb/member/dns_message.hpp"

namespace mongo::member {

// Ports. Both have bounds of their own; `ask` must not take longer than a few seconds.
class NameService {
 public:
  virtual ~NameService() = default;
  virtual k8s::Result<dns::Answer> ask(const dns::Question& question) = 0;
};
class Sleeper {
 public:
  virtual ~Sleeper() = default;
  virtual void sleep(k8s::Millis duration) = 0;
};

struct NameWait {
  std::string host;
  IpAddress wanted;
  // After this, mongod starts anyway: a member that starts beside its name is better than one that does not start.
  k8s::Millis bound{60'000};
  k8s::Millis pause{500};
  k8s::Millis report_every{5'000};
};

struct NameWaitResult {
  bool resolved = false;
  // What the name led to last: "10.1.2.3, 10.1.2.4", "does not exist", "has no address", or why nobody could be asked.
  std::string last_seen;
  k8s::Millis waited{0};

  bool operator==(const NameWaitResult&) const = default;
};

// True at once for a host that is an address already.
NameWaitResult wait_for_name(const NameWait& wait, NameService& names, Sleeper& sleeper, const k8s::Clock& clock,
                             k8s::Log& log);

}  // namespace mongo::member
