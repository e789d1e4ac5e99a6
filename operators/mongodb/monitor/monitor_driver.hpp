// SPDX-License-Identifier: Apache-2.0
// Who performs what a MemberMonitor decides? Two connections and a timer; no judgement of its own.
#pragma once

#include <functional>
#include <memory>

#include "libk8s/cache/mailbox.hpp"
#include "operators/mongodb/monitor/member_monitor.hpp"
#include "operators/mongodb/monitor/members.hpp"
#include "operators/mongodb/wire/link.hpp"

namespace mongodb {

class MonitorDriver {
 public:
  // All of `world` outlives this. `published` is called on the loop, never within the constructor, start() or
  // refresh(); it must not destroy this driver.
  MonitorDriver(const MonitorWorld& world, const MemberTarget& target, std::function<void()> published);
  MonitorDriver(const MonitorDriver&) = delete;
  MonitorDriver& operator=(const MonitorDriver&) = delete;

  void start();
  void refresh(std::uint64_t epoch);
  void expire(std::uint64_t epoch);

  const MemberFacts& facts() const { return monitor_.facts(); }
  std::shared_ptr<const mongo::bson::Document> raw_config() const { return monitor_.raw_config(); }

 private:
  // Feeds an event from the loop.
  void feed(const MonitorEvent& event);
  // The same from a caller's function: later, so that nothing is published within it.
  void feed_later(const MonitorEvent& event);
  void perform(const monitor_action::Open& action);
  void perform(const monitor_action::Close& action);
  void perform(const monitor_action::Send& action);
  void perform(const monitor_action::Publish& action);
  void perform(const monitor_action::WakeAt& action);
  std::unique_ptr<mongo::Link>& link(Channel channel);

  MonitorWorld world_;
  MemberTarget target_;
  std::function<void()> published_;
  MemberMonitor monitor_;
  std::unique_ptr<mongo::Link> hello_;
  std::unique_ptr<mongo::Link> command_;
  std::unique_ptr<k8s::Loop::Timer> timer_;
  k8s::Monotonic wake_at_{};
  k8s::Mailbox later_;
};

}  // namespace mongodb
