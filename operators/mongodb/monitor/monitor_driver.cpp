// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/monitor/monitor_driver.hpp"

#include <algorithm>

namespace mongodb {

MonitorDriver::MonitorDriver(const MonitorWorld& world, const MemberTarget& target, std::function<void()> published)
    : world_(world),
      target_(target),
      published_(std::move(published)),
      monitor_(target.pod_uid, target.address, world.random),
      later_(world.loop) {}

void MonitorDriver::start() {
  feed_later(monitor_event::Start{});
}

void MonitorDriver::refresh(std::uint64_t epoch) {
  feed_later(monitor_event::RefreshAsked{.epoch = epoch});
}

void MonitorDriver::expire(std::uint64_t epoch) {
  feed_later(monitor_event::RefreshExpired{.epoch = epoch});
}

void MonitorDriver::feed_later(const MonitorEvent& event) {
  later_.post([this, event] { feed(event); });
}

void MonitorDriver::feed(const MonitorEvent& event) {
  for (const MonitorAction& action : monitor_.on(event, world_.loop.now())) {
    std::visit([this](const auto& one) { perform(one); }, action);
  }
}

std::unique_ptr<mongo::Link>& MonitorDriver::link(Channel channel) {
  return channel == Channel::hello ? hello_ : command_;
}

void MonitorDriver::perform(const monitor_action::Open& action) {
  mongo::LinkOptions options{.endpoint = {.host = target_.address, .port = target_.port}};
  const Channel channel = action.channel;
  if (channel == Channel::command) options.identity = target_.identity;
  link(channel) = world_.dialer.dial(std::move(options));
  link(channel)->open(
      world_.loop.now() + action.timeout,
      [this, channel](const k8s::Result<void>& result) {
        feed(monitor_event::Opened{.channel = channel, .result = result});
      },
      [this, channel](const k8s::Error& error) { feed(monitor_event::Broke{.channel = channel, .error = error}); });
}

void MonitorDriver::perform(const monitor_action::Close& action) {
  link(action.channel).reset();
}

void MonitorDriver::perform(const monitor_action::Send& action) {
  const Channel channel = action.channel;
  link(channel)->run({.db = action.db, .body = action.command, .deadline = world_.loop.now() + action.timeout},
                     [this, channel](k8s::Result<mongo::bson::Document> reply) {
                       feed(monitor_event::Answered{.channel = channel, .reply = std::move(reply)});
                     });
}

void MonitorDriver::perform(const monitor_action::Publish&) {
  published_();
}

void MonitorDriver::perform(const monitor_action::WakeAt& action) {
  const k8s::Monotonic now = world_.loop.now();
  if (timer_ && wake_at_ == action.at && action.at > now) return;
  wake_at_ = action.at;
  timer_ = world_.loop.after(std::max(action.at - now, k8s::Millis(1)), [this] {
    timer_.reset();
    feed(monitor_event::Woke{});
  });
}

}  // namespace mongodb
