// SPDX-License-Identifier: Apache-2.0
// Who watches all members of all sets? The real Members: one MonitorDriver and one CommandLine per member, the
// refreshes under way, and one callback for "something about this set has changed that matters".
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <set>

#include "libk8s/cache/mailbox.hpp"
#include "operators/mongodb/monitor/command_line.hpp"
#include "operators/mongodb/monitor/members.hpp"
#include "operators/mongodb/monitor/monitor_driver.hpp"

namespace mongodb {

class SetMonitor final : public Members {
 public:
  using Changed = std::function<void(const k8s::ObjectKey&)>;

  // All of `world` outlives this. `changed` is called on the loop, once for any number of changes of a set in one turn.
  SetMonitor(const MonitorWorld& world, Changed changed);
  SetMonitor(const SetMonitor&) = delete;
  SetMonitor& operator=(const SetMonitor&) = delete;

  void ensure(const k8s::ObjectKey& set, std::int64_t ordinal, const MemberTarget& target) override;
  void forget(const k8s::ObjectKey& set, std::int64_t ordinal) override;
  void forget(const k8s::ObjectKey& set) override;
  FactsByOrdinal facts(const k8s::ObjectKey& set) const override;
  std::optional<mongo::bson::Document> raw_config(const k8s::ObjectKey& set, std::int64_t term,
                                                  std::int64_t version) const override;
  void refresh(const k8s::ObjectKey& set, std::uint64_t epoch, k8s::Monotonic deadline, Refreshed done) override;
  void run_command(const k8s::ObjectKey& set, std::int64_t ordinal, MemberCommand command, Reply reply) override;

 private:
  struct Member {
    MemberTarget target;
    std::unique_ptr<MonitorDriver> driver;
    std::unique_ptr<CommandLine> commands;
    std::shared_ptr<const MemberFacts> facts;
  };
  struct Refresh {
    std::uint64_t epoch = 0;
    Refreshed done;
    std::unique_ptr<k8s::Loop::Timer> deadline;
  };
  struct Set {
    std::map<std::int64_t, Member> members;
    std::list<Refresh> refreshes;
  };

  void published(const k8s::ObjectKey& key, std::int64_t ordinal);
  void mark_changed(const k8s::ObjectKey& key);
  // Tells every refresh of the set that has all its answers.
  void settle(const k8s::ObjectKey& key);
  void expire(const k8s::ObjectKey& key, std::uint64_t epoch);
  void tell_later(Refreshed done, const k8s::Result<void>& result);
  // The member's process is another, or nobody's any more.
  void hang_up(Member& member);

  MonitorWorld world_;
  Changed changed_;
  k8s::Mailbox later_;
  std::map<k8s::ObjectKey, Set> sets_;
  std::set<k8s::ObjectKey> changed_sets_;
};

}  // namespace mongodb
