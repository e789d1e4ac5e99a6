// SPDX-License-Identifier: Apache-2.0
#include "libk8s/events/recorder.hpp"

#include <algorithm>

#include "libk8s/base/backoff.hpp"

namespace k8s {
namespace {

constexpr Backoff kBetweenTries{.initial = Millis{2'000}, .max = Millis{10'000}, .jitter = 0.25};

}  // namespace

Recorder::Recorder(World world, EventSource source) : world_(world), aggregator_(std::move(source), world.random) {}

void Recorder::emit(const effect::EmitEvent& event) {
  std::optional<EventWrite> write = aggregator_.emit(event, world_.loop.now(), world_.loop.clock().wall());
  if (write) enqueue(std::move(*write));
  arm_flush();
}

void Recorder::enqueue(EventWrite write) {
  if (queue_.size() >= kMostQueued) {
    ++dropped_;
    return;
  }
  queue_.push_back(std::move(write));
  if (queue_.size() == 1) soon_ = world_.loop.after(Millis{0}, [this] { next(); });
}

void Recorder::next() {
  soon_.reset();
  call_.reset();
  if (queue_.empty()) return;
  const EventWrite& write = queue_.front();
  const auto done = [this](const Result<std::string>& reply) { answered(reply); };
  if (write.verb == EventWrite::Verb::create) {
    call_ = world_.client.create({.type = kEvents, .body = write.body}, done);
  } else {
    call_ = world_.client.merge_patch({.type = kEvents, .key = write.key}, write.body, {}, done);
  }
}

void Recorder::answered(const Result<std::string>& reply) {
  const EventWrite& write = queue_.front();
  // AlreadyExists: an earlier try arrived, its reply did not.
  const bool written = reply || (write.verb == EventWrite::Verb::create && reply.error().code == Code::already_exists);
  ++tries_;
  if (!written && is_transient(reply.error().code) && reply.error().code != Code::conflict && tries_ < kMostTries) {
    const Millis wait =
        std::max(kBetweenTries.delay(tries_ - 1, world_.random), reply.error().retry_after.value_or(Millis{0}));
    soon_ = world_.loop.after(wait, [this] { next(); });
    return;
  }
  if (!written) {
    ++dropped_;
    if (reply.error().code == Code::not_found) aggregator_.lost(write.key);
    world_.log.warning("an Event was not written",
                       {{"event", to_string(write.key)}, {"error", to_string(reply.error())}});
  }
  tries_ = 0;
  queue_.pop_front();
  soon_ = world_.loop.after(Millis{0}, [this] { next(); });
}

void Recorder::arm_flush() {
  const std::optional<Monotonic> at = aggregator_.next_flush();
  if (!at) return flush_.reset();
  flush_ = world_.loop.after(*at - world_.loop.now(), [this] {
    flush_.reset();
    for (EventWrite& write : aggregator_.flush(world_.loop.now())) enqueue(std::move(write));
    arm_flush();
  });
}

}  // namespace k8s
