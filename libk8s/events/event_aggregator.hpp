// SPDX-License-Identifier: Apache-2.0
// Which Events are worth writing? First occurrences are created; repeats become a series that is patched seldom; floods
// are dropped.
//
// Pure. Numbers of series: client-go's events broadcaster (flushed every 30 min, finished 6 min after the last
// occurrence); at most 1000 are remembered, the least recently seen goes first. Floods: client-go's core recorder lets
// 25 through per object and then one per 5 min, which would swallow the steps of a second rolling restart and the
// warning after them; here each object has a burst of 50 and then one per 10 s, Warnings counted apart from the rest.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "libk8s/apply/effect.hpp"
#include "libk8s/base/random.hpp"

namespace k8s {

struct EventSource {
  std::string controller;  // "mongodb.sagong.dev/operator"; cut at 128 characters
  std::string instance;    // the pod's name; cut at 128 characters
  // Where Events about cluster-scoped objects go.
  Namespace fallback{"default"};
};

// A request to make: POST of a new Event, or a merge patch of a series.
struct EventWrite {
  enum class Verb { create, patch };
  Verb verb = Verb::create;
  ObjectKey key;
  json::Value body;

  bool operator==(const EventWrite&) const = default;
};

// At most `most` bytes, never cut inside a UTF-8 sequence.
std::string cut_utf8(std::string text, std::size_t most);

class EventAggregator {
 public:
  static constexpr Millis kFlushEvery{30 * 60'000};
  static constexpr Millis kFinishAfter{6 * 60'000};
  static constexpr std::size_t kMostSeries = 1000;
  static constexpr int kBurst = 50;
  static constexpr Millis kRefill{10'000};
  static constexpr std::size_t kMostNoteBytes = 1024;

  EventAggregator(EventSource source, Random& random);

  // Nothing when it only counts, or when the object is flooding.
  std::optional<EventWrite> emit(const effect::EmitEvent& event, Monotonic now, Wall wall);
  // Series whose count is to be written, and the end of those that have stopped.
  std::vector<EventWrite> flush(Monotonic now);
  std::optional<Monotonic> next_flush() const;
  // The series' Event is gone on the server: its next occurrence is created anew.
  void lost(const ObjectKey& event);

  std::size_t series() const { return series_.size(); }
  std::uint64_t spam() const { return spam_; }

 private:
  struct Key {
    std::string object;
    std::string type;
    std::string reason;
    std::string action;
    std::string note;
    auto operator<=>(const Key&) const = default;
  };
  struct Series {
    ObjectKey event;
    int count = 1;
    int written = 1;
    Wall last_wall{};
    Monotonic last{};
    Monotonic last_write{};
  };
  struct Bucket {
    double tokens = kBurst;
    Monotonic at{};
  };

  bool allowed(const std::string& object, effect::EventType type, Monotonic now);
  EventWrite create(const effect::EmitEvent& event, const std::string& note, Wall wall);
  static EventWrite patch(const Series& series);
  void evict_oldest();

  EventSource source_;
  Random& random_;
  std::map<Key, Series> series_;
  std::map<std::pair<std::string, effect::EventType>, Bucket> buckets_;
  std::uint64_t spam_ = 0;
};

}  // namespace k8s
