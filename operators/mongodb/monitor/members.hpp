// SPDX-License-Identifier: Apache-2.0
// What can be known of, and asked from, the members of replica sets? The port between the operator and its mongods;
// set_monitor.hpp is the real one, tests use a fake.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "libk8s/api/object_key.hpp"
#include "libk8s/base/clock.hpp"
#include "libk8s/base/random.hpp"
#include "libk8s/base/result.hpp"
#include "libk8s/cache/loop.hpp"
#include "operators/mongodb/monitor/member_facts.hpp"
#include "operators/mongodb/wire/bson.hpp"
#include "operators/mongodb/wire/identity.hpp"
#include "operators/mongodb/wire/link.hpp"
#include "operators/mongodb/wire/server_error.hpp"

namespace mongodb {

// One process to watch: the address of an observed pod uid, never a name.
struct MemberTarget {
  k8s::Uid pod_uid;
  std::string address;
  std::uint16_t port = 27017;
  mongo::Identity identity;

  bool operator==(const MemberTarget&) const = default;
};

struct MemberCommand {
  std::string db = "admin";
  mongo::bson::Document body;
  mongo::Intent intent = mongo::Intent::write;
  k8s::Monotonic deadline{};
};

// What monitoring leans on; all of it outlives whoever has it.
struct MonitorWorld {
  k8s::Loop& loop;
  mongo::Dialer& dialer;
  k8s::Random& random;
};

// Sets are named by their object, members by their ordinal. All functions are called on the loop; no callback is called
// within one.
class Members {
 public:
  using FactsByOrdinal = std::map<std::int64_t, std::shared_ptr<const MemberFacts>>;
  using Refreshed = std::function<void(const k8s::Result<void>&)>;
  using Reply = std::function<void(k8s::Result<mongo::bson::Document>)>;

  virtual ~Members() = default;

  // Watch this process under this ordinal. The same target again changes nothing; another one starts from `connecting`.
  virtual void ensure(const k8s::ObjectKey& set, std::int64_t ordinal, const MemberTarget& target) = 0;
  virtual void forget(const k8s::ObjectKey& set, std::int64_t ordinal) = 0;
  virtual void forget(const k8s::ObjectKey& set) = 0;

  // What is known now, of every member ensured.
  virtual FactsByOrdinal facts(const k8s::ObjectKey& set) const = 0;
  // The raw configuration of exactly this version as some member gave it; nothing when none has it.
  virtual std::optional<mongo::bson::Document> raw_config(const k8s::ObjectKey& set, std::int64_t term,
                                                          std::int64_t version) const = 0;

  // Ask every member of the set anew, now. `done` once: success when the facts of all of them carry this epoch (a
  // member that refuses or cannot be reached within its own timeouts carries it too), timeout naming those that said
  // nothing until the deadline: their facts carry it as failed_epoch. Epochs grow; a refresh under way answers for the
  // smaller ones as well.
  virtual void refresh(const k8s::ObjectKey& set, std::uint64_t epoch, k8s::Monotonic deadline, Refreshed done) = 0;

  // One command on a connection of its own, beside the monitoring; in order per member. The result is a reply with ok:
  // 1, or an Error whose code says how to go on and whose remote_code is the server's. A write whose reply is lost is
  // unknown_outcome. Forgetting or replacing the member before the reply is `cancelled`, or unknown_outcome for a
  // write.
  virtual void run_command(const k8s::ObjectKey& set, std::int64_t ordinal, MemberCommand command, Reply reply) = 0;
};

}  // namespace mongodb
