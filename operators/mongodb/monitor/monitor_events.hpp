// SPDX-License-Identifier: Apache-2.0
// What can a MemberMonitor be told, what can it want done, and at which pace does it want it?
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "libk8s/base/backoff.hpp"
#include "libk8s/base/clock.hpp"
#include "libk8s/base/result.hpp"
#include "operators/mongodb/wire/bson.hpp"

namespace mongodb {

enum class Channel { hello, command };

// How often, how long.
struct MonitorPace {
  k8s::Millis await{25'000};
  k8s::Millis status_every{15'000};
  k8s::Millis config_every{120'000};
  k8s::Millis slow_every{600'000};
  // A hello that does not wait (no topologyVersion, or answered early without news) is repeated after this.
  k8s::Millis hello_every{10'000};
  // The same while it says that it is shutting down.
  k8s::Millis quiesce_every{1'000};
  k8s::Millis least_gap{100};
  k8s::Millis open_timeout{4'000};
  k8s::Millis reply_timeout{4'000};
  k8s::Backoff reconnect{.initial = k8s::Millis{250}, .max = k8s::Millis{10'000}, .jitter = 0.2};
  // Wrong credentials do not get better by trying often.
  k8s::Backoff log_in_again{.initial = k8s::Millis{2'000}, .max = k8s::Millis{60'000}, .jitter = 0.2};
};

namespace monitor_event {
struct Start {};
struct Opened {
  Channel channel = Channel::hello;
  k8s::Result<void> result;
};
struct Answered {
  Channel channel = Channel::hello;
  k8s::Result<mongo::bson::Document> reply;
};
// A connection that was open is gone. After a command has failed with it, this says nothing new.
struct Broke {
  Channel channel = Channel::hello;
  k8s::Error error;
};
struct Woke {};
struct RefreshAsked {
  std::uint64_t epoch = 0;
};
// The deadline of that refresh has passed.
struct RefreshExpired {
  std::uint64_t epoch = 0;
};
}  // namespace monitor_event
using MonitorEvent =
    std::variant<monitor_event::Start, monitor_event::Opened, monitor_event::Answered, monitor_event::Broke,
                 monitor_event::Woke, monitor_event::RefreshAsked, monitor_event::RefreshExpired>;

namespace monitor_action {
// A new connection for the channel; whatever it had before is closed in silence.
struct Open {
  Channel channel = Channel::hello;
  k8s::Millis timeout{};
};
struct Close {
  Channel channel = Channel::hello;
};
struct Send {
  Channel channel = Channel::hello;
  std::string db;
  mongo::bson::Document command;
  k8s::Millis timeout{};
};
// facts() or raw_config() have changed.
struct Publish {};
// One timer: the newest replaces the one before.
struct WakeAt {
  k8s::Monotonic at{};
};
}  // namespace monitor_action
using MonitorAction = std::variant<monitor_action::Open, monitor_action::Close, monitor_action::Send,
                                   monitor_action::Publish, monitor_action::WakeAt>;

}  // namespace mongodb
