// SPDX-License-Identifier: Apache-2.0
// Tells people, through events.k8s.io/v1, what was done to an object and why. Best effort: an Event that cannot be
// written is dropped.
//
// One request at a time, in order; each is tried a few times. Owns its request and timers: destroying it cancels them.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>

#include "libk8s/base/log.hpp"
#include "libk8s/base/random.hpp"
#include "libk8s/cache/loop.hpp"
#include "libk8s/client/client.hpp"
#include "libk8s/events/event_aggregator.hpp"

namespace k8s {

class Recorder {
 public:
  struct World {
    Loop& loop;
    Client& client;
    Random& random;
    Log& log;
  };
  static constexpr std::size_t kMostQueued = 1000;
  static constexpr int kMostTries = 4;

  Recorder(World world, EventSource source);
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // The note is event.because.
  void emit(const effect::EmitEvent& event);

  // Not written: the queue was full, or every try failed.
  std::uint64_t dropped() const { return dropped_; }

 private:
  void enqueue(EventWrite write);
  void next();
  void answered(const Result<std::string>& reply);
  void arm_flush();

  World world_;
  EventAggregator aggregator_;
  std::deque<EventWrite> queue_;
  int tries_ = 0;
  Client::CallPtr call_;
  std::unique_ptr<Loop::Timer> soon_;
  std::unique_ptr<Loop::Timer> flush_;
  std::uint64_t dropped_ = 0;
};

}  // namespace k8s
