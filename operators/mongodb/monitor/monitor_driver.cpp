// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/monitor/monitor_driver.hpp"

#include <algorithm>

#include <boost/asio/post.hpp>

namespace mongodb {

MonitorDriver::MonitorDriver(const mongo::WireContext& context, k8s::Random& random, const MemberTarget& target,
                             std::function<void()> published)
    : context_(context),
      target_(target),
      published_(std::move(published)),
      monitor_(target.pod_uid, target.address, random),
      timer_(context.loop),
      self_(std::make_shared<MonitorDriver*>(this)) {}

MonitorDriver::~MonitorDriver() {
  *self_ = nullptr;
  timer_.cancel();
}

void MonitorDriver::start() {
  feed_later(monitor_event::Start{});
}

void MonitorDriver::refresh(std::uint64_t epoch) {
  feed_later(monitor_event::RefreshAsked{.epoch = epoch});
}

void MonitorDriver::expire(std::uint64_t epoch) {
  feed_later(monitor_event::RefreshExpired{.epoch = epoch});
}

void MonitorDriver::feed_later(MonitorEvent event) {
  boost::asio::post(context_.loop, [self = self_, event = std::move(event)] {
    if (*self != nullptr) (*self)->feed(event);
  });
}

void MonitorDriver::feed(const MonitorEvent& event) {
  for (const MonitorAction& action : monitor_.on(event, context_.clock.monotonic())) {
    std::visit([this](const auto& one) { perform(one); }, action);
  }
}

std::unique_ptr<mongo::Connection>& MonitorDriver::connection(Channel channel) {
  return channel == Channel::hello ? hello_ : command_;
}

void MonitorDriver::perform(const monitor_action::Open& action) {
  mongo::ConnectionOptions options{.endpoint = {.host = target_.address, .port = target_.port}};
  const Channel channel = action.channel;
  if (channel == Channel::command) options.identity = target_.identity;
  connection(channel) = std::make_unique<mongo::Connection>(context_, std::move(options));
  connection(channel)->open(
      context_.clock.monotonic() + action.timeout,
      [this, channel](const k8s::Result<void>& result) {
        feed(monitor_event::Opened{.channel = channel, .result = result});
      },
      [this, channel](const k8s::Error& error) { feed(monitor_event::Broke{.channel = channel, .error = error}); });
}

void MonitorDriver::perform(const monitor_action::Close& action) {
  connection(action.channel).reset();
}

void MonitorDriver::perform(const monitor_action::Send& action) {
  const Channel channel = action.channel;
  connection(channel)->run(
      {.db = action.db, .body = action.command, .deadline = context_.clock.monotonic() + action.timeout},
      [this, channel](k8s::Result<mongo::bson::Document> reply) {
        feed(monitor_event::Answered{.channel = channel, .reply = std::move(reply)});
      });
}

void MonitorDriver::perform(const monitor_action::Publish&) {
  published_();
}

void MonitorDriver::perform(const monitor_action::WakeAt& action) {
  const bool armed = timer_.expiry() > boost::asio::steady_timer::time_point{} && wake_at_ == action.at;
  if (armed && action.at > context_.clock.monotonic()) return;
  wake_at_ = action.at;
  timer_.expires_after(std::max(action.at - context_.clock.monotonic(), k8s::Millis(1)));
  timer_.async_wait([self = self_](boost::system::error_code error) {
    if (error || *self == nullptr) return;
    (*self)->wake_at_ = {};
    (*self)->feed(monitor_event::Woke{});
  });
}

}  // namespace mongodb
