// SPDX-License-Identifier: Apache-2.0
// When is a member asked what, and what do its answers make of its facts? A pure state machine: events with the time
// in, actions out.
//
//    hello line    waiting ──open──> opening ──> ready ──awaiting hello──> asking ──answer──> ready …      no log-in
//                     ^ backoff 0.25–10 s ──────────┴──────── broken ─────────┘
//    command line  the same, logged in; asks one poll after the other: status, configuration, build info …
//
// The hello line hears of a role change at once and has the status asked for; what the command line hears decides
// `reach`.
//
// At rest, per minute: awaiting hello every 25 s (2.4), status every 15 s (4), configuration every 2 min (0.5) or when
// its version moves, oplog ends and feature compatibility every 10 min (0.3): 7.2 of the 12 commands allowed. A log-in
// is three more, only after a reconnect.
//
// refresh(epoch): hello, status, configuration and index builds are asked for anew, all after the request; then the
// facts carry the epoch. A member that does not answer a try begun after the request has answered too: it is
// unreachable, and the facts say so with that epoch.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "libk8s/base/random.hpp"
#include "operators/mongodb/monitor/member_facts.hpp"
#include "operators/mongodb/monitor/monitor_events.hpp"
#include "operators/mongodb/monitor/parse_reply.hpp"

namespace mongodb {

class MemberMonitor {
 public:
  // `random` (jitter) outlives this.
  MemberMonitor(k8s::Uid pod_uid, std::string address, k8s::Random& random, MonitorPace pace = {});

  // To be performed in order.
  std::vector<MonitorAction> on(const MonitorEvent& event, k8s::Monotonic now);

  const MemberFacts& facts() const { return facts_; }
  // The document that facts().config was read from, with all that we do not know; null before the first.
  std::shared_ptr<const mongo::bson::Document> raw_config() const { return raw_config_; }

 private:
  enum class Phase { waiting, opening, ready, asking };
  // In the order in which they are asked.
  enum class Poll {
    hello,
    status,
    config,
    build_info,
    index_builds,
    feature_compatibility,
    oplog_oldest,
    oplog_newest
  };

  struct Line {
    Phase phase = Phase::waiting;
    // When the opening or the question under way began.
    k8s::Monotonic began{};
    // waiting: when to open next. ready, of the hello line: when to ask next.
    k8s::Monotonic due{};
    int failures = 0;
    // What is under way began after the newest refresh was asked for.
    bool counts = true;
  };

  // member_monitor.cpp
  Line& line(Channel channel) { return channel == Channel::hello ? hello_line_ : command_line_; }
  void handle(const monitor_event::Start& event);
  void handle(const monitor_event::Opened& event);
  void handle(const monitor_event::Answered& event);
  void handle(const monitor_event::Broke& event);
  void handle(const monitor_event::Woke& event);
  void handle(const monitor_event::RefreshAsked& event);
  void handle(const monitor_event::RefreshExpired& event);
  void line_failed(Channel channel, const k8s::Error& error);
  void act();
  void act_on_hello_line();
  void act_on_command_line();
  void open(Channel channel);
  void want_what_is_due();
  k8s::Monotonic next_wake() const;

  // member_answers.cpp
  void hello_line_answered(const mongo::bson::Document& reply);
  void poll_answered(Poll poll, const mongo::bson::Document& reply);
  void take_hello(const mongo::bson::Document& reply, Channel from);
  void take_status(const mongo::bson::Document& reply);
  void take_status_refusal(const k8s::Error& refusal);
  void take_config(const mongo::bson::Document& reply);
  void take_oplog_newest(const mongo::bson::Document& reply);
  void member_is_gone(Reach reach, const k8s::Error& error);
  void settle_observed_at();
  void poll_done(Poll poll);

  k8s::Random& random_;
  MonitorPace pace_;
  k8s::Monotonic now_{};
  std::vector<MonitorAction> actions_;

  MemberFacts facts_;
  MemberFacts published_;
  std::shared_ptr<const mongo::bson::Document> raw_config_;
  std::shared_ptr<const mongo::bson::Document> published_config_;

  Line hello_line_;
  std::optional<TopologyVersion> topology_;
  bool awaiting_ = false;  // the hello under way waits for news
  bool quiescing_ = false;

  Line command_line_;
  std::set<Poll> wanted_;
  std::optional<Poll> asking_;
  k8s::Monotonic status_due_{};
  k8s::Monotonic config_due_{};
  k8s::Monotonic slow_due_{};
  k8s::Monotonic status_asked_{};
  k8s::Monotonic failed_at_{};  // when the refresh of failed_epoch expired
  k8s::Monotonic config_asked_{};
  // What the last status says the member runs with.
  std::int64_t running_version_ = -1;
  std::int64_t running_term_ = -1;
  std::optional<mongo::bson::Timestamp> oplog_oldest_;

  std::uint64_t refresh_epoch_ = 0;  // 0: none under way
  std::set<Poll> refresh_left_;
};

}  // namespace mongodb
