// SPDX-License-Identifier: Apache-2.0
#include "libk8s/cache/watch_machine.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "libk8s/api/resource_version.hpp"

namespace k8s {
namespace {

using namespace watch_action;

constexpr std::string_view kNotOlderThan = "NotOlderThan";
// What a server is given beyond timeoutSeconds to end the watch itself.
constexpr Millis kWatchMargin{10'000};

// The answer came from the server, and it cannot do sendInitialEvents (older, or the feature is off).
bool refuses_streaming_list(const Error& error) {
  return error.remote_code == 400 || error.remote_code == 422;
}

// The server has not reached the version we asked for; behind it may be a restored etcd.
bool version_is_ahead(const Error& error) {
  return error.remote_code == 504;
}

// The bytes stopped, nobody said that our resourceVersion is bad.
bool may_watch_on(const Error& error) {
  if (error.code == Code::too_many_requests) return true;
  return error.remote_code == 0 &&
         (error.code == Code::unavailable || error.code == Code::timeout || error.code == Code::unknown_outcome);
}

}  // namespace

std::string_view name(WatchPhase phase) {
  switch (phase) {
    case WatchPhase::idle: return "idle";
    case WatchPhase::watch_listing: return "watch_listing";
    case WatchPhase::listing: return "listing";
    case WatchPhase::watching: return "watching";
    case WatchPhase::waiting: return "waiting";
  }
  return "idle";
}

WatchMachine::Actions WatchMachine::start(Monotonic now) {
  return relist(now);
}

ResourceVersion WatchMachine::start_version() const {
  if (rv_expired_) return {};
  return is_newer(refreshed_, rv_).value_or(false) ? refreshed_ : rv_;
}

Seconds WatchMachine::timeout() {
  const auto span = static_cast<double>((config_.watch_most - config_.watch_least).count());
  return config_.watch_least + Seconds{static_cast<Seconds::rep>(span * random_.unit())};
}

WatchMachine::Actions WatchMachine::relist(Monotonic now) {
  Actions out{BeginGeneration{}};
  const ResourceVersion from = start_version();
  heard_ = false;
  if (config_.streaming_list) {
    phase_ = WatchPhase::watch_listing;
    last_progress_ = now;
    deadline_ = now + config_.streaming_total;
    out.push_back(Watch{.rv = from, .send_initial = true, .timeout = timeout()});
    out.push_back(SetTimer{now + config_.streaming_idle});
    return out;
  }
  phase_ = WatchPhase::listing;
  in_pages_ = false;
  // A limit together with a version would go past the server's watch cache.
  const bool paged = from.empty() && !without_pages_;
  out.push_back(List{.rv = from,
                     .match = from.empty() ? std::string{} : std::string{kNotOlderThan},
                     .continue_token = {},
                     .limit = paged ? config_.page_size : 0});
  return out;
}

WatchMachine::Actions WatchMachine::rewatch(Monotonic now) {
  phase_ = WatchPhase::watching;
  heard_ = false;
  last_progress_ = now;
  const Seconds limit = timeout();
  deadline_ = now + limit + kWatchMargin;
  return {Watch{.rv = start_version(), .send_initial = false, .timeout = limit}, SetTimer{deadline_}};
}

WatchMachine::Actions WatchMachine::page(const ResourceVersion& rv, const std::string& continue_token, Monotonic now) {
  if (phase_ != WatchPhase::listing) return {};
  if (!continue_token.empty()) {
    in_pages_ = true;
    return {List{.rv = {}, .match = {}, .continue_token = continue_token, .limit = config_.page_size}};
  }
  Actions out = finish_list(rv, now);
  for (WatchAction& action : rewatch(now)) out.push_back(std::move(action));
  return out;
}

WatchMachine::Actions WatchMachine::finish_list(const ResourceVersion& rv, Monotonic) {
  const bool went_back = !rv_.empty() && is_newer(rv_, rv).value_or(false);
  if (went_back) refreshed_ = {};
  rv_ = rv;
  rv_expired_ = false;
  without_pages_ = false;
  synced_ = true;
  return {Sweep{.rv = rv, .new_epoch = went_back}};
}

WatchMachine::Actions WatchMachine::opened(Monotonic now) {
  last_progress_ = now;
  return {};
}

WatchMachine::Actions WatchMachine::event(WatchedKind, const ResourceVersion& rv, Monotonic now) {
  heard_ = true;
  // While a streaming list runs, objects come in no order of version: nothing is reached before the closing bookmark.
  if (phase_ == WatchPhase::watch_listing) last_progress_ = now;
  if (phase_ != WatchPhase::watching) return {};
  if (is_newer(rv_, rv).value_or(false)) return distrust(now);
  rv_ = rv;
  return {Advance{rv}};
}

WatchMachine::Actions WatchMachine::bookmark(const ResourceVersion& rv, bool initial_events_end, Monotonic now) {
  heard_ = true;
  if (phase_ == WatchPhase::watch_listing) {
    last_progress_ = now;
    if (!initial_events_end) return {};
    Actions out = finish_list(rv, now);
    phase_ = WatchPhase::watching;
    // The stream goes on; it was asked to end by then.
    deadline_ = std::max(now, deadline_ - config_.streaming_total + config_.watch_most + kWatchMargin);
    out.push_back(SetTimer{deadline_});
    return out;
  }
  return event(WatchedKind::modified, rv, now);
}

void WatchMachine::refreshed(const ResourceVersion& rv) {
  refreshed_ = rv;
}

WatchMachine::Actions WatchMachine::distrust(Monotonic now) {
  rv_expired_ = true;
  Actions out{Cancel{}, Note{"resourceVersions went back: listing everything again"}};
  for (WatchAction& action : wait(Next::relist, Error{}, now)) out.push_back(std::move(action));
  return out;
}

WatchMachine::Actions WatchMachine::failed(const Error& error, Monotonic now) {
  switch (phase_) {
    case WatchPhase::watch_listing:
    case WatchPhase::listing: return list_failed(error, now);
    case WatchPhase::watching: return watch_failed(error, now);
    case WatchPhase::idle:
    case WatchPhase::waiting: return {};
  }
  return {};
}

WatchMachine::Actions WatchMachine::list_failed(const Error& error, Monotonic now) {
  if (phase_ == WatchPhase::watch_listing && refuses_streaming_list(error)) return fall_back(error.message, now);
  if (error.code == Code::gone && in_pages_ && !without_pages_) {
    without_pages_ = true;
    return relist(now);
  }
  const bool version_refused = (error.code == Code::gone || version_is_ahead(error)) && !start_version().empty();
  if (version_refused) {
    rv_expired_ = true;
    if (failures_lately(now) == 0) {
      failures_ = 1;
      last_failure_ = now;
      return relist(now);
    }
  }
  return wait(Next::relist, error, now);
}

WatchMachine::Actions WatchMachine::watch_failed(const Error& error, Monotonic now) {
  if (may_watch_on(error)) return wait(Next::rewatch, error, now);
  if (error.code == Code::gone && failures_lately(now) == 0) {
    failures_ = 1;
    last_failure_ = now;
    return relist(now);
  }
  return wait(Next::relist, error, now);
}

WatchMachine::Actions WatchMachine::ended(Monotonic now) {
  if (phase_ == WatchPhase::watch_listing) return fall_back("the stream ended before its closing bookmark", now);
  if (phase_ != WatchPhase::watching) return {};
  if (!heard_ && now - last_progress_ < config_.very_short) {
    const Error error{.code = Code::internal, .message = "very short watch"};
    return wait(Next::relist, error, now);
  }
  return rewatch(now);
}

WatchMachine::Actions WatchMachine::timer_fired(Monotonic now) {
  switch (phase_) {
    case WatchPhase::waiting: return next_ == Next::relist ? relist(now) : rewatch(now);
    case WatchPhase::watch_listing: {
      const Monotonic next = std::min(deadline_, last_progress_ + config_.streaming_idle);
      if (now < next) return {SetTimer{next}};
      Actions out{Cancel{}};
      for (WatchAction& action : fall_back("no closing bookmark in time", now)) out.push_back(std::move(action));
      return out;
    }
    case WatchPhase::watching: {
      if (now < deadline_) return {SetTimer{deadline_}};
      Actions out{Cancel{}};
      for (WatchAction& action : rewatch(now)) out.push_back(std::move(action));
      return out;
    }
    case WatchPhase::idle:
    case WatchPhase::listing: return {};
  }
  return {};
}

int WatchMachine::failures_lately(Monotonic now) const {
  return now - last_failure_ > config_.backoff_reset ? 0 : failures_;
}

WatchMachine::Actions WatchMachine::wait(Next next, const Error& error, Monotonic now) {
  failures_ = failures_lately(now);
  const Millis delay = std::max(config_.backoff.delay(failures_, random_), error.retry_after.value_or(Millis{0}));
  ++failures_;
  last_failure_ = now;
  phase_ = WatchPhase::waiting;
  next_ = next;
  return {SetTimer{now + delay}};
}

WatchMachine::Actions WatchMachine::fall_back(std::string_view why, Monotonic now) {
  config_.streaming_list = false;
  Actions out{Note{fmt::format("streaming list given up, listing instead: {}", why)}};
  for (WatchAction& action : relist(now)) out.push_back(std::move(action));
  return out;
}

}  // namespace k8s
