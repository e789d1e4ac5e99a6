// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/monitor/member_monitor.hpp"

#include <algorithm>

#include "libk8s/base/check.hpp"
#include "operators/mongodb/wire/server_error.hpp"

namespace mongodb {
namespace {

namespace bson = mongo::bson;

// A connection that lived this long and then broke is tried again at once: the server restarted, or somebody cuts idle
// connections.
constexpr k8s::Millis kLongLived{5'000};

bson::Document oplog_end(int direction) {
  return {{"find", "oplog.rs"},
          {"sort", bson::Document{{"$natural", direction}}},
          {"limit", 1},
          {"singleBatch", true},
          {"projection", bson::Document{{"_id", 0}, {"ts", 1}}},
          {"$readPreference", bson::Document{{"mode", "secondaryPreferred"}}}};
}

// As the manual's "Active Indexing Operations" has it.
bson::Document index_builds() {
  const bson::Document by_command{{"op", "command"}, {"command.createIndexes", bson::Document{{"$exists", true}}}};
  const bson::Document by_message{{"op", "none"}, {"msg", bson::Document{{"$regex", "^Index Build"}}}};
  return {{"currentOp", true}, {"$or", bson::Array{by_command, by_message}}};
}

bool is_refused_log_in(const k8s::Error& error) {
  return error.code == k8s::Code::unauthenticated || error.code == k8s::Code::forbidden;
}

}  // namespace

MemberMonitor::MemberMonitor(k8s::Uid pod_uid, std::string address, k8s::Random& random, MonitorPace pace)
    : random_(random),
      pace_(pace),
      facts_{.pod_uid = std::move(pod_uid), .address = std::move(address)},
      published_(facts_) {}

std::vector<MonitorAction> MemberMonitor::on(const MonitorEvent& event, k8s::Monotonic now) {
  now_ = now;
  actions_.clear();
  std::visit([this](const auto& one) { handle(one); }, event);
  act();
  if (facts_ != published_ || raw_config_ != published_config_) {
    published_ = facts_;
    published_config_ = raw_config_;
    actions_.emplace_back(monitor_action::Publish{});
  }
  actions_.emplace_back(monitor_action::WakeAt{.at = next_wake()});
  return std::move(actions_);
}

void MemberMonitor::handle(const monitor_event::Start&) {
  hello_line_.due = now_;
  command_line_.due = now_;
  slow_due_ = now_;
}

void MemberMonitor::handle(const monitor_event::Opened& event) {
  Line& opened = line(event.channel);
  k8s::check(opened.phase == Phase::opening, "a line opened that nobody opens");
  if (!event.result) return line_failed(event.channel, event.result.error());
  opened.phase = Phase::ready;
  opened.due = now_;
  if (event.channel == Channel::command) {
    // Perhaps another process, perhaps another version.
    wanted_ = {Poll::status, Poll::config, Poll::build_info};
  } else {
    topology_.reset();
  }
}

void MemberMonitor::handle(const monitor_event::Answered& event) {
  Line& answered = line(event.channel);
  k8s::check(answered.phase == Phase::asking, "an answer that nobody asked for");
  if (!event.reply) return line_failed(event.channel, event.reply.error());
  answered.phase = Phase::ready;
  if (event.channel == Channel::hello) return hello_line_answered(*event.reply);
  const Poll poll = *asking_;
  asking_.reset();
  poll_answered(poll, *event.reply);
}

void MemberMonitor::handle(const monitor_event::Broke& event) {
  Line& broken = line(event.channel);
  if (broken.phase != Phase::ready) return;
  const bool long_lived = now_ - broken.began >= kLongLived;
  line_failed(event.channel, event.error);
  if (long_lived) broken.due = now_;
}

void MemberMonitor::handle(const monitor_event::Woke&) {}

void MemberMonitor::handle(const monitor_event::RefreshAsked& event) {
  refresh_epoch_ = std::max(refresh_epoch_, event.epoch);
  refresh_left_ = {Poll::hello, Poll::status, Poll::config, Poll::index_builds};
  wanted_.insert(refresh_left_.begin(), refresh_left_.end());
  for (const Channel channel : {Channel::hello, Channel::command}) {
    line(channel).counts = false;
    if (line(channel).phase == Phase::waiting) line(channel).due = now_;
  }
}

void MemberMonitor::handle(const monitor_event::RefreshExpired& event) {
  if (refresh_epoch_ == 0 || refresh_epoch_ > event.epoch) return;
  facts_.failed_epoch = refresh_epoch_;
  failed_at_ = now_;
  refresh_epoch_ = 0;
  refresh_left_.clear();
  // Silent, until it answers what is asked from now on.
  status_due_ = now_;
}

void MemberMonitor::line_failed(Channel channel, const k8s::Error& error) {
  Line& failed = line(channel);
  // A line that was ready has not tried anything: `began` is that of an older question.
  const k8s::Monotonic tried = failed.phase == Phase::ready ? now_ : failed.began;
  const bool refused = channel == Channel::command && is_refused_log_in(error);
  failed.phase = Phase::waiting;
  // If it still is, the next hello says so again.
  quiescing_ = false;
  failed.due = now_ + (refused ? pace_.log_in_again : pace_.reconnect).delay(failed.failures++, random_);
  actions_.emplace_back(monitor_action::Close{.channel = channel});
  if (channel == Channel::hello) {
    awaiting_ = false;
    // The other line finds out what is the matter, now.
    status_due_ = now_;
    return;
  }
  asking_.reset();
  wanted_.clear();
  status_asked_ = tried;
  facts_.observed_at = tried;
  member_is_gone(refused ? Reach::unauthenticated : Reach::unreachable, error);
  if (refresh_epoch_ == 0) return;
  if (failed.counts) {
    facts_.epoch = std::exchange(refresh_epoch_, 0);
    refresh_left_.clear();
  } else {
    // That try is older than the request; one more, at once.
    failed.due = now_;
  }
}

void MemberMonitor::open(Channel channel) {
  line(channel).phase = Phase::opening;
  line(channel).began = now_;
  line(channel).counts = true;
  actions_.emplace_back(monitor_action::Open{.channel = channel, .timeout = pace_.open_timeout});
}

void MemberMonitor::act() {
  act_on_hello_line();
  act_on_command_line();
}

void MemberMonitor::act_on_hello_line() {
  Line& own = hello_line_;
  if (own.phase == Phase::waiting && own.due <= now_) return open(Channel::hello);
  if (own.phase != Phase::ready || own.due > now_) return;
  own.phase = Phase::asking;
  own.began = now_;
  awaiting_ = topology_.has_value() && !quiescing_;
  actions_.emplace_back(monitor_action::Send{
      .channel = Channel::hello,
      .db = "admin",
      .command = awaiting_ ? awaiting_hello(*topology_, pace_.await) : bson::Document{{"hello", 1}},
      .timeout = awaiting_ ? pace_.await + pace_.reply_timeout : pace_.reply_timeout});
}

void MemberMonitor::want_what_is_due() {
  if (status_due_ <= now_) wanted_.insert(Poll::status);
  if (config_due_ <= now_) wanted_.insert(Poll::config);
  if (slow_due_ <= now_ && facts_.reach == Reach::member) {
    wanted_.insert(Poll::feature_compatibility);
    if (has_oplog(facts_.state)) wanted_.insert({Poll::oplog_oldest, Poll::oplog_newest});
    slow_due_ = now_ + pace_.slow_every;
  }
}

void MemberMonitor::act_on_command_line() {
  Line& own = command_line_;
  if (own.phase == Phase::waiting && own.due <= now_) return open(Channel::command);
  if (own.phase != Phase::ready) return;
  want_what_is_due();
  // What a refresh still needs was perhaps wanted before the connection broke.
  wanted_.insert(refresh_left_.begin(), refresh_left_.end());
  if (wanted_.empty()) return;
  const Poll poll = *wanted_.begin();
  wanted_.erase(wanted_.begin());
  asking_ = poll;
  own.phase = Phase::asking;
  own.began = now_;
  own.counts = true;
  monitor_action::Send send{.channel = Channel::command, .db = "admin", .command = {}, .timeout = pace_.reply_timeout};
  switch (poll) {
    case Poll::hello: send.command = {{"hello", 1}}; break;
    case Poll::status:
      send.command = {{"replSetGetStatus", 1}};
      status_due_ = now_ + pace_.status_every;
      break;
    case Poll::config:
      send.command = {{"replSetGetConfig", 1}};
      config_due_ = now_ + pace_.config_every;
      break;
    case Poll::build_info: send.command = {{"buildInfo", 1}}; break;
    case Poll::index_builds: send.command = index_builds(); break;
    case Poll::feature_compatibility: send.command = {{"getParameter", 1}, {"featureCompatibilityVersion", 1}}; break;
    case Poll::oplog_oldest:
    case Poll::oplog_newest:
      send.db = "local";
      send.command = oplog_end(poll == Poll::oplog_oldest ? 1 : -1);
      break;
  }
  actions_.push_back(std::move(send));
}

k8s::Monotonic MemberMonitor::next_wake() const {
  k8s::Monotonic next = now_ + pace_.slow_every;
  for (const Line* one : {&hello_line_, &command_line_}) {
    const bool timed = one->phase == Phase::waiting || (one == &hello_line_ && one->phase == Phase::ready);
    if (timed) next = std::min(next, one->due);
  }
  if (command_line_.phase == Phase::ready) {
    next = std::min({next, status_due_, config_due_});
    if (facts_.reach == Reach::member) next = std::min(next, slow_due_);
  }
  return std::max(next, now_);
}

}  // namespace mongodb
