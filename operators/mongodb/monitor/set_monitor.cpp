// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/monitor/set_monitor.hpp"

#include <algorithm>

#include "operators/mongodb/monitor/significance.hpp"

namespace mongodb {

SetMonitor::SetMonitor(const MonitorWorld& world, Changed changed)
    : world_(world), changed_(std::move(changed)), later_(world.loop) {}

void SetMonitor::hang_up(Member& member) {
  member.driver.reset();
  if (!member.commands) return;
  for (auto& untold : member.commands->close()) {
    later_.post([untold = std::move(untold)] { untold.first(untold.second); });
  }
  member.commands.reset();
}

void SetMonitor::ensure(const k8s::ObjectKey& set, std::int64_t ordinal, const MemberTarget& target) {
  Set& its_set = sets_[set];
  Member& member = its_set.members[ordinal];
  if (member.driver && member.target == target) return;
  hang_up(member);
  member.target = target;
  member.driver = std::make_unique<MonitorDriver>(world_, target, [this, set, ordinal] { published(set, ordinal); });
  member.facts = std::make_shared<const MemberFacts>(member.driver->facts());
  member.driver->start();
  // Whoever waits for the set waits for this process now.
  for (const Refresh& refresh : its_set.refreshes) member.driver->refresh(refresh.epoch);
  mark_changed(set);
}

void SetMonitor::forget(const k8s::ObjectKey& set, std::int64_t ordinal) {
  const auto found = sets_.find(set);
  if (found == sets_.end()) return;
  const auto member = found->second.members.find(ordinal);
  if (member == found->second.members.end()) return;
  hang_up(member->second);
  found->second.members.erase(member);
  mark_changed(set);
  settle(set);
  if (found->second.members.empty()) sets_.erase(found);
}

void SetMonitor::forget(const k8s::ObjectKey& set) {
  const auto found = sets_.find(set);
  if (found == sets_.end()) return;
  for (auto& [ordinal, member] : found->second.members) hang_up(member);
  found->second.members.clear();
  settle(set);
  sets_.erase(found);
}

SetMonitor::FactsByOrdinal SetMonitor::facts(const k8s::ObjectKey& set) const {
  FactsByOrdinal all;
  const auto found = sets_.find(set);
  if (found == sets_.end()) return all;
  for (const auto& [ordinal, member] : found->second.members) all.emplace(ordinal, member.facts);
  return all;
}

std::optional<mongo::bson::Document> SetMonitor::raw_config(const k8s::ObjectKey& set, std::int64_t term,
                                                            std::int64_t version) const {
  const auto found = sets_.find(set);
  if (found == sets_.end()) return std::nullopt;
  for (const auto& [ordinal, member] : found->second.members) {
    const auto& config = member.facts->config;
    const auto raw = member.driver->raw_config();
    if (config && raw && config->term == term && config->version == version) return *raw;
  }
  return std::nullopt;
}

void SetMonitor::refresh(const k8s::ObjectKey& set, std::uint64_t epoch, k8s::Monotonic deadline, Refreshed done) {
  const auto found = sets_.find(set);
  if (found == sets_.end()) return tell_later(std::move(done), {});
  auto timer = world_.loop.after(std::max(deadline - world_.loop.now(), k8s::Millis(0)),
                                 [this, set, epoch] { expire(set, epoch); });
  found->second.refreshes.push_back({.epoch = epoch, .done = std::move(done), .deadline = std::move(timer)});
  for (auto& [ordinal, member] : found->second.members) member.driver->refresh(epoch);
}

void SetMonitor::run_command(const k8s::ObjectKey& set, std::int64_t ordinal, MemberCommand command, Reply reply) {
  const auto found = sets_.find(set);
  Member* member = nullptr;
  if (found != sets_.end()) {
    const auto at = found->second.members.find(ordinal);
    if (at != found->second.members.end()) member = &at->second;
  }
  if (member == nullptr) {
    later_.post([reply = std::move(reply)] {
      reply(k8s::Error{.code = k8s::Code::unavailable, .message = "not sent: nobody watches that member"});
    });
    return;
  }
  if (!member->commands) member->commands = std::make_unique<CommandLine>(world_, member->target);
  member->commands->run(std::move(command), std::move(reply));
}

void SetMonitor::published(const k8s::ObjectKey& key, std::int64_t ordinal) {
  Member& member = sets_.at(key).members.at(ordinal);
  const auto before = member.facts;
  member.facts = std::make_shared<const MemberFacts>(member.driver->facts());
  if (is_significant(*before, *member.facts)) mark_changed(key);
  settle(key);
}

void SetMonitor::mark_changed(const k8s::ObjectKey& key) {
  changed_sets_.insert(key);
  if (changed_sets_.size() > 1) return;
  later_.post([this] {
    const auto keys = std::exchange(changed_sets_, {});
    // Each on its own: whoever is told may destroy this.
    for (const k8s::ObjectKey& one : keys) later_.post([this, one] { changed_(one); });
  });
}

void SetMonitor::settle(const k8s::ObjectKey& key) {
  Set& set = sets_.at(key);
  for (auto refresh = set.refreshes.begin(); refresh != set.refreshes.end();) {
    const bool complete =
        std::ranges::all_of(set.members, [&](const auto& one) { return one.second.facts->epoch >= refresh->epoch; });
    if (!complete) {
      ++refresh;
      continue;
    }
    tell_later(std::move(refresh->done), {});
    refresh = set.refreshes.erase(refresh);
  }
}

void SetMonitor::expire(const k8s::ObjectKey& key, std::uint64_t epoch) {
  const auto found = sets_.find(key);
  if (found == sets_.end()) return;
  auto& refreshes = found->second.refreshes;
  const auto refresh = std::ranges::find(refreshes, epoch, &Refresh::epoch);
  if (refresh == refreshes.end()) return;
  std::string silent;
  for (auto& [ordinal, member] : found->second.members) {
    if (member.facts->epoch >= epoch) continue;
    silent += (silent.empty() ? "" : ", ") + std::to_string(ordinal);
    member.driver->expire(epoch);
  }
  Refreshed done = std::move(refresh->done);
  refreshes.erase(refresh);
  tell_later(std::move(done),
             k8s::Error{.code = k8s::Code::timeout, .message = "no answer in time from member " + silent});
}

void SetMonitor::tell_later(Refreshed done, const k8s::Result<void>& result) {
  if (done) later_.post([done = std::move(done), result] { done(result); });
}

}  // namespace mongodb
