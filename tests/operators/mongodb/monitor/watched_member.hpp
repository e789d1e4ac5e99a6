// SPDX-License-Identifier: Apache-2.0
// How does a MemberMonitor fare with a member that is up, down, silent or hostile? Both on a virtual clock, answers
// from recordings.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "operators/mongodb/monitor/member_monitor.hpp"
#include "operators/mongodb/wire/bson_edit.hpp"
#include "tests/operators/mongodb/monitor/recorded.hpp"
#include "tests/operators/mongodb/wire/real_time.hpp"

namespace mongodb::testing {

namespace bson = mongo::bson;

inline k8s::Error refused() {
  return {.code = k8s::Code::unavailable, .message = "Connection refused"};
}
inline k8s::Error wrong_password() {
  return {.code = k8s::Code::unauthenticated, .message = "Authentication failed.", .remote_code = 18};
}

// A member and a machine that watches it, on a virtual clock. Holds state; the tests change it and look at the facts.
class WatchedMember {
 public:
  // What the member is like.
  bool listens = true;
  bool knows_us = true;
  bool answers = true;  // false: takes commands and says nothing
  std::map<std::string, bson::Document> replies = {{"hello", recorded("hello_primary")},
                                                   {"replSetGetStatus", recorded("status_three_members")},
                                                   {"buildInfo", recorded("build_info")},
                                                   {"currentOp", {{"inprog", bson::Array{}}, {"ok", 1.0}}}};
  k8s::Millis delay{5};

  // What was seen.
  std::vector<std::string> commands;  // first keys, in order
  int publishes = 0;
  std::map<Channel, int> opens;

  WatchedMember() {
    // The recorded status and configuration are of different moments: make them agree.
    const Status status = parse_status(replies["replSetGetStatus"]);
    bson::Document config = recorded("config_newly_added");
    config = bson::with(config, "config.version", static_cast<int>(status.config_version));
    replies["replSetGetConfig"] = config;
    replies["hello"] = bson::with(replies["hello"], "setVersion", static_cast<int>(status.config_version));
    replies["getParameter"] = {{"featureCompatibilityVersion", bson::Document{{"version", "4.4"}}}, {"ok", 1.0}};
  }

  void start() { feed(monitor_event::Start{}); }
  const MemberFacts& facts() const { return machine_.facts(); }
  k8s::Monotonic now() const { return now_; }

  // Runs until then, delivering what is due in order of time.
  void run_for(k8s::Millis time) {
    const k8s::Monotonic end = now_ + time;
    for (;;) {
      const auto next =
          std::min_element(due_.begin(), due_.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
      const bool event = next != due_.end() && next->at <= std::min(end, wake_);
      if (!event && wake_ > end) break;
      if (event) {
        now_ = std::max(now_, next->at);
        const MonitorEvent what = next->event;
        due_.erase(next);
        feed(what);
      } else {
        now_ = std::max(now_, wake_);
        wake_ = k8s::Monotonic::max();
        feed(monitor_event::Woke{});
      }
    }
    now_ = end;
  }

  void refresh(std::uint64_t epoch) { feed(monitor_event::RefreshAsked{.epoch = epoch}); }
  void expire(std::uint64_t epoch) { feed(monitor_event::RefreshExpired{.epoch = epoch}); }

  // The topology moves: an awaiting hello is answered at once.
  void topology_changed(bson::Document hello) {
    ++counter_;
    replies["hello"] = std::move(hello);
    for (Due& due : due_) {
      if (due.awaits) {
        due.at = now_ + delay;
        std::get<monitor_event::Answered>(due.event).reply = hello_reply();
      }
    }
  }

  // The process goes away; its connections with it.
  void die() {
    listens = false;
    for (const Channel channel : {Channel::hello, Channel::command}) lose(channel);
  }
  void lose(Channel channel) {
    if (!connected_[channel]) return;
    connected_[channel] = false;
    const bool asking = std::erase_if(due_, [&](const Due& due) { return due.channel == channel; }) > 0;
    if (asking) due_.push_back({.at = now_, .channel = channel, .event = monitor_event::Answered{channel, refused()}});
    due_.push_back({.at = now_, .channel = channel, .event = monitor_event::Broke{channel, refused()}});
  }

 private:
  struct Due {
    k8s::Monotonic at{};
    Channel channel = Channel::hello;
    MonitorEvent event;
    bool awaits = false;
  };

  bson::Document hello_reply() {
    return bson::with(replies["hello"], "topologyVersion.counter", std::int64_t{counter_});
  }

  void feed(const MonitorEvent& event) {
    for (const MonitorAction& action : machine_.on(event, now_)) {
      std::visit([this](const auto& one) { perform(one); }, action);
    }
  }
  void perform(const monitor_action::Open& open) {
    ++opens[open.channel];
    k8s::Result<void> result;
    if (!listens) result = refused();
    if (listens && open.channel == Channel::command) {
      // A log-in is three commands to the member.
      commands.insert(commands.end(), {"hello", "saslStart", "saslContinue"});
      if (!knows_us) result = wrong_password();
    }
    connected_[open.channel] = result.has_value();
    due_.push_back({.at = now_ + delay, .channel = open.channel, .event = monitor_event::Opened{open.channel, result}});
  }
  void perform(const monitor_action::Close& close) {
    connected_[close.channel] = false;
    std::erase_if(due_, [&](const Due& due) { return due.channel == close.channel; });
  }
  void perform(const monitor_action::Send& send) {
    const std::string name(send.command.first_key());
    Due due{.at = now_ + delay, .channel = send.channel, .event = monitor_event::Answered{send.channel, refused()}};
    // A connection that is gone, and the machine has not heard of it yet.
    if (!connected_[send.channel]) return due_.push_back(std::move(due));
    commands.push_back(name);
    auto& reply = std::get<monitor_event::Answered>(due.event).reply;
    if (!answers) {
      due.at = now_ + send.timeout;
      reply = k8s::Error{.code = k8s::Code::timeout, .message = "no reply in time"};
    } else if (name == "hello") {
      reply = hello_reply();
      due.awaits = parse_topology(send.command) && parse_topology(send.command)->counter == counter_;
      if (due.awaits) due.at = now_ + k8s::Millis{*send.command.number("maxAwaitTimeMS")};
    } else if (name == "find") {
      const auto t = static_cast<std::uint32_t>(send.command.number("sort.$natural") == 1 ? 1000 : 4600);
      const bson::Document entry{{"ts", bson::Timestamp{.t = t, .i = 1}}};
      reply = bson::Document{{"cursor", bson::Document{{"firstBatch", bson::Array{entry}}}}, {"ok", 1.0}};
    } else {
      reply = replies.at(name);
    }
    due_.push_back(std::move(due));
  }
  void perform(const monitor_action::Publish&) { ++publishes; }
  void perform(const monitor_action::WakeAt& wake) {
    // A wake-up in the past, again and again, would be a busy loop.
    ASSERT_GE(wake.at, now_);
    wake_ = wake.at;
  }

  mongo::testing::Even random_;
  MemberMonitor machine_{k8s::Uid("uid"), "10.0.0.1", random_};
  k8s::Monotonic now_{k8s::Millis{1'000'000}};
  k8s::Monotonic wake_ = k8s::Monotonic::max();
  std::deque<Due> due_;
  std::map<Channel, bool> connected_;
  std::int64_t counter_ = 6;
};

}  // namespace mongodb::testing
